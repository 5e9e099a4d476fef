-- name: channel_by_sid^
SELECT * FROM channels WHERE sid = :sid AND service_sid = :service_sid;

-- name: channel_by_unique_name^
SELECT * FROM channels WHERE service_sid = :service_sid AND unique_name = :unique_name;

-- name: channel_by_sid_alone^
SELECT * FROM channels WHERE sid = :sid;

-- name: channels_page
SELECT * FROM channels
WHERE service_sid = :service_sid AND type IN (:type_one, :type_two)
    AND (date_created, sid) > (:after_date, :after_sid)
ORDER BY date_created, sid LIMIT :limit;

-- name: channels_of_service
SELECT * FROM channels WHERE service_sid = :service_sid ORDER BY sid;

-- name: insert_channel!
INSERT INTO channels (
    sid, service_sid, unique_name, friendly_name, attributes, type, created_by, date_created, date_updated
) VALUES (
    :sid, :service_sid, :unique_name, :friendly_name, :attributes, :type, :created_by, :date_created, :date_updated
);

-- name: update_channel!
UPDATE channels SET unique_name = :unique_name, friendly_name = :friendly_name, attributes = :attributes,
    created_by = :created_by, date_created = :date_created, date_updated = :date_updated
WHERE sid = :sid;

-- name: advance_channel!
UPDATE channels SET next_index = :idx + 1, messages_count = messages_count + 1, last_message_index = :idx,
    last_message_date = :date
WHERE sid = :sid;

-- name: retreat_channel!
UPDATE channels SET messages_count = messages_count - 1, last_message_index = :last_index,
    last_message_date = :last_date
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
SELECT * FROM members
WHERE channel_sid = :channel_sid AND (date_created, sid) > (:after_date, :after_sid)
ORDER BY date_created, sid LIMIT :limit;

-- name: members_of_channel
SELECT * FROM members WHERE channel_sid = :channel_sid ORDER BY sid;

-- name: members_of_user
SELECT * FROM members WHERE user_sid = :user_sid ORDER BY channel_sid;

-- name: members_of_user_page
SELECT * FROM members
WHERE user_sid = :user_sid AND (date_created, sid) > (:after_date, :after_sid)
ORDER BY date_created, sid LIMIT :limit;

-- name: member_user_sids
SELECT user_sid FROM members WHERE channel_sid = :channel_sid;

-- name: insert_member!
INSERT INTO members (
    sid, channel_sid, user_sid, identity, role_sid, attributes, last_consumed_message_index,
    last_consumption_timestamp, date_created, date_updated
) VALUES (
    :sid, :channel_sid, :user_sid, :identity, :role_sid, :attributes, :last_consumed_message_index,
    :last_consumption_timestamp, :date_created, :date_updated
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
INSERT INTO invites (sid, channel_sid, user_sid, identity, role_sid, created_by, date_created, date_updated)
VALUES (:sid, :channel_sid, :user_sid, :identity, :role_sid, :created_by, :now, :now);

-- name: set_invite_own_event!
UPDATE invites SET own_event = :event WHERE sid = :sid;

-- name: delete_invite!
DELETE FROM invites WHERE sid = :sid;

-- name: channels_joined_by
SELECT channels.* FROM channels JOIN members ON members.channel_sid = channels.sid WHERE members.user_sid = :user_sid;

-- name: channels_inviting
SELECT channels.* FROM channels JOIN invites ON invites.channel_sid = channels.sid WHERE invites.user_sid = :user_sid;

-- name: invites_of_user_page
SELECT * FROM invites
WHERE user_sid = :user_sid AND (date_created, sid) > (:after_date, :after_sid)
ORDER BY date_created, sid LIMIT :limit;
