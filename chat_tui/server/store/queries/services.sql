-- name: account_by_sid^
SELECT * FROM accounts WHERE sid = :sid AND secret <> '';

-- name: some_secrets
-- The first and the last of each kind: a key that opens these is the one they are all sealed with. The account of
-- what is deleted has none.
SELECT secret FROM accounts WHERE rowid IN (
    SELECT min(rowid) FROM accounts WHERE secret <> '' UNION SELECT max(rowid) FROM accounts WHERE secret <> ''
)
UNION ALL
SELECT secret FROM api_keys WHERE rowid IN (SELECT min(rowid) FROM api_keys UNION SELECT max(rowid) FROM api_keys)
UNION ALL
SELECT secrets FROM credentials
WHERE rowid IN (SELECT min(rowid) FROM credentials UNION SELECT max(rowid) FROM credentials);

-- name: insert_account!
INSERT INTO accounts (sid, secret, date_created) VALUES (:sid, :secret, :date_created);

-- name: update_account!
UPDATE accounts SET default_service_sid = :default_service_sid, default_inactive_timer = :default_inactive_timer,
    default_closed_timer = :default_closed_timer, webhooks = :webhooks,
    chose_default_service = :chose_default_service
WHERE sid = :sid;

-- name: key_by_sid^
SELECT * FROM api_keys WHERE sid = :sid;

-- name: key_stands$
SELECT EXISTS (SELECT 1 FROM api_keys WHERE sid = :sid AND date_revoked IS NULL);

-- name: client_stands$
-- Asked before everything a client does, so no join, which SQLite would make an index for each time. Without a key, as
-- who acts inside the service, only user and service count.
SELECT EXISTS (SELECT 1 FROM users WHERE sid = :user_sid AND service_sid = :service_sid)
    AND EXISTS (
        SELECT 1 FROM services WHERE sid = :service_sid AND account_sid <> 'AC00000000000000000000000000000000'
    )
    AND (:key_sid IS NULL OR EXISTS (SELECT 1 FROM api_keys WHERE sid = :key_sid AND date_revoked IS NULL));

-- name: insert_key!
INSERT INTO api_keys VALUES (:sid, :account_sid, :friendly_name, :secret, NULL, :date_created);

-- name: keys_page
SELECT *, rowid FROM api_keys
WHERE account_sid = :account_sid AND date_revoked IS NULL AND rowid > :after
ORDER BY rowid LIMIT :limit;

-- name: rename_key!
UPDATE api_keys SET friendly_name = :friendly_name WHERE sid = :sid;

-- name: revoke_key!
UPDATE api_keys SET date_revoked = :now WHERE sid = :sid;

-- name: service_by_sid^
SELECT * FROM services WHERE sid = :sid AND account_sid <> 'AC00000000000000000000000000000000';

-- name: services_page
SELECT *, rowid FROM services WHERE account_sid = :account_sid AND rowid > :after ORDER BY rowid LIMIT :limit;

-- name: oldest_service$
SELECT sid FROM services WHERE account_sid = :account_sid ORDER BY rowid LIMIT 1;

-- name: insert_service!
INSERT INTO services VALUES (
    :sid, :account_sid, :friendly_name, :default_service_role_sid, :default_channel_role_sid,
    :default_channel_creator_role_sid, :read_status_enabled, :reachability_enabled, :reachability_epoch,
    :typing_indicator_timeout, :consumption_report_interval, :channel_members_limit, :user_channels_limit,
    :pre_webhook_url, :post_webhook_url, :webhook_method, :webhook_filters, :pre_webhook_retry_count,
    :post_webhook_retry_count, :notifications, :media_compatibility_message, :date_created, :date_updated,
    :webhooks
);

-- name: update_service!
UPDATE services SET
    friendly_name = :friendly_name, default_service_role_sid = :default_service_role_sid,
    default_channel_role_sid = :default_channel_role_sid,
    default_channel_creator_role_sid = :default_channel_creator_role_sid,
    read_status_enabled = :read_status_enabled, reachability_enabled = :reachability_enabled,
    reachability_epoch = :reachability_epoch, typing_indicator_timeout = :typing_indicator_timeout,
    consumption_report_interval = :consumption_report_interval, channel_members_limit = :channel_members_limit,
    user_channels_limit = :user_channels_limit, pre_webhook_url = :pre_webhook_url,
    post_webhook_url = :post_webhook_url, webhook_method = :webhook_method, webhook_filters = :webhook_filters,
    pre_webhook_retry_count = :pre_webhook_retry_count, post_webhook_retry_count = :post_webhook_retry_count,
    notifications = :notifications, media_compatibility_message = :media_compatibility_message,
    date_updated = :date_updated, webhooks = :webhooks
WHERE sid = :sid;

-- name: delete_service!
DELETE FROM services WHERE sid = :sid;

-- name: role_by_sid^
SELECT * FROM roles WHERE sid = :sid AND service_sid = :service_sid;

-- name: insert_role!
INSERT INTO roles VALUES (:sid, :service_sid, :friendly_name, :type, :permissions, :date_created, :date_updated);

-- name: roles_page
SELECT *, rowid FROM roles WHERE service_sid = :service_sid AND rowid > :after ORDER BY rowid LIMIT :limit;

-- name: update_role!
UPDATE roles SET permissions = :permissions, date_updated = :now WHERE sid = :sid;

-- name: count_role_holders$
SELECT (SELECT COUNT(*) FROM users WHERE role_sid = :sid) + (SELECT COUNT(*) FROM members WHERE role_sid = :sid)
    + (SELECT COUNT(*) FROM invites WHERE role_sid = :sid);

-- name: delete_role!
DELETE FROM roles WHERE sid = :sid;

-- name: credential_by_sid^
SELECT * FROM credentials WHERE sid = :sid AND account_sid = :account_sid;

-- name: credentials_page
SELECT *, rowid FROM credentials WHERE account_sid = :account_sid AND rowid > :after ORDER BY rowid LIMIT :limit;

-- name: insert_credential!
INSERT INTO credentials VALUES (:sid, :account_sid, :friendly_name, :type, :sandbox, :secrets, :now, :now);

-- name: update_credential!
UPDATE credentials SET friendly_name = :friendly_name, type = :type, sandbox = :sandbox, secrets = :secrets,
    date_updated = :now
WHERE sid = :sid;

-- name: delete_credential!
DELETE FROM credentials WHERE sid = :sid;
