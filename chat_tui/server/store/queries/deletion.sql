-- name: insert_account_of_deleted!
INSERT OR IGNORE INTO accounts (sid, secret, date_created) VALUES ('AC00000000000000000000000000000000', '', :now);

-- name: insert_service_of_deleted!
INSERT INTO services (
    sid, account_sid, friendly_name, default_service_role_sid, default_channel_role_sid,
    default_channel_creator_role_sid, read_status_enabled, reachability_enabled, reachability_epoch,
    typing_indicator_timeout, consumption_report_interval, channel_members_limit, user_channels_limit,
    webhook_method, webhook_filters, pre_webhook_retry_count, post_webhook_retry_count, notifications, media_compatibility_message, date_created, date_updated
) SELECT 'IS00000000000000000000000000000000', 'AC00000000000000000000000000000000', '', '', '', '', 0, 0, 0, 1, 0, 1, 1,
    'POST', '[]', 0, 0, '{}', '', :now, :now
WHERE NOT EXISTS (SELECT 1 FROM services WHERE sid = 'IS00000000000000000000000000000000');

-- name: mark_service_deleted!
UPDATE services SET account_sid = 'AC00000000000000000000000000000000' WHERE sid = :sid;

-- name: forget_default_service!
UPDATE accounts SET default_service_sid = NULL WHERE default_service_sid = :sid;

-- name: delete_members_of_channel!
DELETE FROM members WHERE channel_sid = :channel_sid;

-- name: delete_invites_of_channel!
DELETE FROM invites WHERE channel_sid = :channel_sid;

-- name: mark_channel_deleted!
UPDATE channels SET service_sid = 'IS00000000000000000000000000000000', unique_name = NULL, date_inactive = NULL,
    date_closed = NULL
WHERE sid = :sid;

-- name: mark_objects_deleted!
UPDATE sync_objects SET owner_sid = 'IS00000000000000000000000000000000', name = sid WHERE owner_sid = :owner_sid;

-- name: any_deleted$
SELECT EXISTS (
    SELECT 1 FROM services
    WHERE account_sid = 'AC00000000000000000000000000000000' AND sid <> 'IS00000000000000000000000000000000'
) OR EXISTS (
    SELECT 1 FROM channels WHERE service_sid = 'IS00000000000000000000000000000000'
) OR EXISTS (
    SELECT 1 FROM sync_objects WHERE owner_sid = 'IS00000000000000000000000000000000'
);

-- name: deleted_channel$
SELECT channels.sid FROM services CROSS JOIN channels ON channels.service_sid = services.sid
WHERE services.account_sid = 'AC00000000000000000000000000000000' LIMIT 1;

-- name: deleted_user^
SELECT users.* FROM services CROSS JOIN users ON users.service_sid = services.sid
WHERE services.account_sid = 'AC00000000000000000000000000000000' LIMIT 1;

-- name: deleted_object$
SELECT sid FROM sync_objects WHERE owner_sid = 'IS00000000000000000000000000000000' LIMIT 1;

-- name: deleted_service$
SELECT sid FROM services
WHERE account_sid = 'AC00000000000000000000000000000000' AND sid <> 'IS00000000000000000000000000000000' LIMIT 1;

-- name: clear_messages
DELETE FROM messages WHERE rowid IN (SELECT rowid FROM messages WHERE channel_sid = :channel_sid LIMIT :limit)
RETURNING 1;

-- name: clear_tombstones
DELETE FROM tombstones WHERE channel_sid = :channel_sid AND idx IN (
    SELECT idx FROM tombstones WHERE channel_sid = :channel_sid LIMIT :limit
) RETURNING 1;

-- name: clear_events
DELETE FROM sync_events WHERE object_sid = :object_sid AND id IN (
    SELECT id FROM sync_events WHERE object_sid = :object_sid LIMIT :limit
) RETURNING 1;

-- name: delete_object!
DELETE FROM sync_objects WHERE sid = :sid;
