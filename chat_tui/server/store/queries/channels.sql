-- name: channel_by_sid^
SELECT * FROM channels WHERE sid = :sid AND service_sid = :service_sid;

-- name: channel_by_unique_name^
SELECT * FROM channels WHERE service_sid = :service_sid AND unique_name = :unique_name;

-- name: channel_sid_by_unique_name$
SELECT sid FROM channels WHERE service_sid = :service_sid AND unique_name = :unique_name;

-- name: channel_by_sid_alone^
SELECT * FROM channels WHERE sid = :sid;

-- name: channels_page
SELECT *, rowid FROM channels
WHERE service_sid = :service_sid AND rowid > :after AND type IN (:type_one, :type_two)
    AND (:state IS NULL OR state = :state)
ORDER BY rowid LIMIT :limit;

-- name: channels_created_between
SELECT *, -rowid FROM channels
WHERE service_sid = :service_sid AND (:after = 0 OR rowid < -:after) AND type IN (:type_one, :type_two)
    AND (:state IS NULL OR state = :state) AND date_created BETWEEN :created_from AND :created_to
ORDER BY rowid DESC LIMIT :limit;

-- name: channels_by_sids
SELECT channels.* FROM json_each(:sids) JOIN channels ON channels.sid = json_each.value;

-- name: set_channel_state!
UPDATE channels SET state = :state, date_state = :date_state, inactive_timer = :inactive_timer,
    closed_timer = :closed_timer, date_inactive = :date_inactive, date_closed = :date_closed
WHERE sid = :sid;

-- name: bound_channel_timers!
UPDATE channels SET
    date_inactive = MIN(date_inactive, :now + inactive_timer), date_closed = MIN(date_closed, :now + closed_timer)
WHERE date_inactive > :now + inactive_timer OR date_closed > :now + closed_timer;

-- name: move_channel_timers!
UPDATE channels SET date_inactive = date_inactive + :by, date_closed = date_closed + :by
WHERE date_inactive IS NOT NULL OR date_closed IS NOT NULL;

-- name: channels_due
SELECT * FROM channels WHERE date_inactive <= :now
UNION
SELECT * FROM channels WHERE date_closed <= :now
LIMIT :limit;

-- name: next_channel_due$
SELECT MIN(due) FROM (
    SELECT MIN(date_inactive) AS due FROM channels WHERE date_inactive IS NOT NULL
    UNION ALL
    SELECT MIN(date_closed) AS due FROM channels WHERE date_closed IS NOT NULL
);

-- name: channels_of_service
SELECT * FROM channels WHERE service_sid = :service_sid ORDER BY sid;

-- name: insert_channel!
INSERT INTO channels (
    sid, service_sid, unique_name, friendly_name, attributes, type, created_by, date_created, date_updated,
    awaits
) VALUES (
    :sid, :service_sid, :unique_name, :friendly_name, :attributes, :type, :created_by, :date_created, :date_updated,
    :awaits
);

-- name: update_channel!
UPDATE channels SET unique_name = :unique_name, friendly_name = :friendly_name, attributes = :attributes,
    created_by = :created_by, date_created = :date_created, date_updated = :date_updated, awaits = :awaits
WHERE sid = :sid;

-- name: end_awaiting!
UPDATE channels SET awaits = NULL WHERE sid = :sid;

-- name: end_awaiting_user!
UPDATE channels SET awaits = NULL WHERE service_sid = :service_sid AND awaits = :identity;

-- name: advance_channel!
UPDATE channels SET next_index = :idx + 1, messages_count = messages_count + 1, last_message_index = :idx,
    last_message_date = :date, last_message_sid = :message_sid
WHERE sid = :sid;

-- name: retreat_channel!
UPDATE channels SET messages_count = messages_count - 1, last_message_index = :last_index,
    last_message_date = :last_date, last_message_sid = :last_sid
WHERE sid = :sid;

-- name: add_members_count!
UPDATE channels SET members_count = members_count + :by WHERE sid = :sid;

-- name: delete_channel!
DELETE FROM channels WHERE sid = :sid;

-- name: member_by_sid^
SELECT * FROM members WHERE sid = :sid AND channel_sid = :channel_sid;

-- name: member_of_user^
SELECT * FROM members WHERE channel_sid = :channel_sid AND user_sid = :user_sid;

-- name: member_by_identity^
SELECT * FROM members WHERE channel_sid = :channel_sid AND identity = :identity;

-- name: members_page
SELECT *, rowid FROM members WHERE channel_sid = :channel_sid AND rowid > :after
    AND (:identities IS NULL OR identity IN (SELECT value FROM json_each(:identities)))
ORDER BY rowid LIMIT :limit;

-- name: members_of_channel
SELECT * FROM members WHERE channel_sid = :channel_sid ORDER BY sid;

-- name: members_of_user
SELECT * FROM members WHERE user_sid = :user_sid ORDER BY channel_sid;

-- name: members_of_user_page
SELECT * FROM members WHERE user_sid = :user_sid AND position > :after ORDER BY position LIMIT :limit;

-- name: member_user_sids
SELECT user_sid FROM members WHERE channel_sid = :channel_sid;

-- name: insert_member!
INSERT INTO members (
    sid, channel_sid, user_sid, identity, role_sid, attributes, last_consumed_message_index,
    last_consumption_timestamp, date_created, date_updated, position
) VALUES (
    :sid, :channel_sid, :user_sid, :identity, :role_sid, :attributes, :last_consumed_message_index,
    :last_consumption_timestamp, :date_created, :date_updated, :position
);

-- name: update_member!
UPDATE members SET role_sid = :role_sid, attributes = :attributes,
    last_consumed_message_index = :last_consumed_message_index,
    last_consumption_timestamp = :last_consumption_timestamp, notification_level = :notification_level,
    date_created = :date_created, date_updated = :date_updated
WHERE sid = :sid;

-- name: set_member_roster_event!
UPDATE members SET roster_event = :event WHERE sid = :sid;

-- name: set_member_own_event!
UPDATE members SET own_event = :event WHERE sid = :sid;

-- name: members_by_sids
SELECT members.* FROM json_each(:sids) JOIN members ON members.sid = json_each.value;

-- name: forget_horizons
UPDATE members SET last_consumed_message_index = NULL, last_consumption_timestamp = NULL
WHERE channel_sid IN (SELECT sid FROM channels WHERE service_sid = :service_sid)
    AND (last_consumed_message_index IS NOT NULL OR last_consumption_timestamp IS NOT NULL)
RETURNING sid;

-- name: delete_member!
DELETE FROM members WHERE sid = :sid;

-- name: invite_by_sid^
SELECT * FROM invites WHERE sid = :sid AND channel_sid = :channel_sid;

-- name: invite_of_user^
SELECT * FROM invites WHERE channel_sid = :channel_sid AND user_sid = :user_sid;

-- name: invites_of_user
SELECT * FROM invites WHERE user_sid = :user_sid ORDER BY channel_sid;

-- name: invites_of_channel
SELECT * FROM invites WHERE channel_sid = :channel_sid ORDER BY date_created, sid;

-- name: insert_invite!
INSERT INTO invites (sid, channel_sid, user_sid, identity, role_sid, created_by, date_created, date_updated, position)
VALUES (:sid, :channel_sid, :user_sid, :identity, :role_sid, :created_by, :now, :now, :position);

-- name: set_invite_own_event!
UPDATE invites SET own_event = :event WHERE sid = :sid;

-- name: delete_invite!
DELETE FROM invites WHERE sid = :sid;

-- name: invites_of_user_page
SELECT * FROM invites WHERE user_sid = :user_sid AND position > :after ORDER BY position LIMIT :limit;

-- name: next_position$
UPDATE last_positions SET position = position + 1 WHERE list = 'seats' RETURNING position;

-- name: invites_page
SELECT *, rowid FROM invites WHERE channel_sid = :channel_sid AND rowid > :after
    AND (:identities IS NULL OR identity IN (SELECT value FROM json_each(:identities)))
ORDER BY rowid LIMIT :limit;

-- name: webhook_by_sid^
SELECT * FROM webhooks WHERE sid = :sid AND channel_sid = :channel_sid;

-- name: webhooks_page
SELECT *, rowid FROM webhooks WHERE channel_sid = :channel_sid AND rowid > :after ORDER BY rowid LIMIT :limit;

-- name: count_webhooks$
SELECT COUNT(*) FROM webhooks WHERE channel_sid = :channel_sid;

-- name: insert_webhook!
INSERT INTO webhooks VALUES (:sid, :channel_sid, :type, :configuration, :now, :now);

-- name: update_webhook!
UPDATE webhooks SET configuration = :configuration, date_updated = :now WHERE sid = :sid;

-- name: delete_webhook!
DELETE FROM webhooks WHERE sid = :sid;
