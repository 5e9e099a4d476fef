-- name: user_by_sid^
SELECT * FROM users WHERE sid = :sid AND service_sid = :service_sid;

-- name: user_by_identity^
SELECT * FROM users WHERE service_sid = :service_sid AND identity = :identity;

-- name: user_by_sid_alone^
SELECT * FROM users WHERE sid = :sid;

-- name: users_page
SELECT *, rowid FROM users WHERE service_sid = :service_sid AND rowid > :after ORDER BY rowid LIMIT :limit;

-- name: users_of_service
SELECT * FROM users WHERE service_sid = :service_sid ORDER BY sid;

-- name: users_in_epoch
SELECT * FROM users WHERE service_sid = :service_sid AND online_epoch = :epoch ORDER BY sid;

-- name: users_connected
SELECT DISTINCT users.* FROM users JOIN leases ON leases.user_sid = users.sid
WHERE users.service_sid = :service_sid AND leases.expires IS NULL ORDER BY users.sid;

-- name: insert_user!
INSERT INTO users (
    sid, service_sid, identity, friendly_name, attributes, role_sid, date_created, date_updated
) VALUES (:sid, :service_sid, :identity, :friendly_name, :attributes, :role_sid, :now, :now);

-- name: update_user!
UPDATE users SET friendly_name = :friendly_name, attributes = :attributes, role_sid = :role_sid, date_updated = :now
WHERE sid = :sid;

-- name: set_user_online!
UPDATE users SET is_online = :is_online, online_epoch = :epoch WHERE sid = :sid;

-- name: set_user_bindings!
UPDATE users SET bindings_count = :count, ever_registered = MAX(ever_registered, :count > 0) WHERE sid = :sid;

-- name: set_user_name_event!
UPDATE users SET friendly_name_event = :event WHERE sid = :sid;

-- name: set_user_attributes_event!
UPDATE users SET attributes_event = :event WHERE sid = :sid;

-- name: set_user_reachability_event!
UPDATE users SET reachability_event = :event WHERE sid = :sid;

-- name: add_joined_channels!
UPDATE users SET joined_channels_count = joined_channels_count + :by WHERE sid = :sid;

-- name: delete_user!
DELETE FROM users WHERE sid = :sid;

-- name: binding_by_endpoint^
SELECT * FROM bindings WHERE user_sid = :user_sid AND binding_type = :binding_type AND endpoint = :endpoint;

-- name: binding_by_sid^
SELECT bindings.* FROM bindings JOIN users ON users.sid = bindings.user_sid
WHERE bindings.sid = :sid AND users.service_sid = :service_sid;

-- name: bindings_of_user
SELECT * FROM bindings WHERE user_sid = :user_sid ORDER BY date_created, sid;

-- name: bindings_page
SELECT bindings.*, bindings.rowid FROM users JOIN bindings ON bindings.user_sid = users.sid
WHERE users.service_sid = :service_sid AND bindings.rowid > :after
    AND (:user_sid IS NULL OR users.sid = :user_sid)
    AND (:types IS NULL OR bindings.binding_type IN (SELECT value FROM json_each(:types)))
    AND (:identities IS NULL OR users.identity IN (SELECT value FROM json_each(:identities)))
ORDER BY bindings.rowid LIMIT :limit;

-- name: count_bindings$
SELECT COUNT(*) FROM bindings WHERE user_sid = :user_sid;

-- name: insert_binding!
INSERT INTO bindings VALUES (
    :sid, :user_sid, :identity, :endpoint, :binding_type, :credential_sid, :message_types, :address, :now, :now
);

-- name: update_binding!
UPDATE bindings SET message_types = :message_types, address = :address, date_updated = :now WHERE sid = :sid;

-- name: delete_binding!
DELETE FROM bindings WHERE sid = :sid;

-- name: upsert_lease!
INSERT INTO leases SELECT :connection, sid, :expires FROM users WHERE sid = :user_sid
ON CONFLICT (connection) DO UPDATE SET expires = excluded.expires;

-- name: delete_lease!
DELETE FROM leases WHERE connection = :connection;

-- name: delete_lingering_leases!
DELETE FROM leases WHERE user_sid = :user_sid AND expires IS NOT NULL;

-- name: count_leases$
SELECT COUNT(*) FROM leases WHERE user_sid = :user_sid;

-- name: all_leases
SELECT connection, user_sid, expires FROM leases;

-- name: bound_leases!
UPDATE leases SET expires = :latest WHERE expires IS NULL OR expires > :latest;

-- name: online_users_without_lease
SELECT sid FROM users WHERE is_online = 1 AND NOT EXISTS (SELECT 1 FROM leases WHERE leases.user_sid = users.sid);
