-- Every list the other way: the positions in front of one, nearest first, under the same filters.

-- name: services_page_back
SELECT rowid FROM services WHERE account_sid = :account_sid AND rowid < :before ORDER BY rowid DESC LIMIT :limit;

-- name: keys_page_back
SELECT rowid FROM api_keys WHERE account_sid = :account_sid AND date_revoked IS NULL AND rowid < :before
ORDER BY rowid DESC LIMIT :limit;

-- name: roles_page_back
SELECT rowid FROM roles WHERE service_sid = :service_sid AND rowid < :before ORDER BY rowid DESC LIMIT :limit;

-- name: credentials_page_back
SELECT rowid FROM credentials WHERE account_sid = :account_sid AND rowid < :before ORDER BY rowid DESC LIMIT :limit;

-- name: users_page_back
SELECT rowid FROM users WHERE service_sid = :service_sid AND rowid < :before ORDER BY rowid DESC LIMIT :limit;

-- name: bindings_page_back
SELECT bindings.rowid FROM users JOIN bindings ON bindings.user_sid = users.sid
WHERE users.service_sid = :service_sid AND bindings.rowid < :before
    AND (:user_sid IS NULL OR users.sid = :user_sid)
    AND (:types IS NULL OR bindings.binding_type IN (SELECT value FROM json_each(:types)))
    AND (:identities IS NULL OR users.identity IN (SELECT value FROM json_each(:identities)))
ORDER BY bindings.rowid DESC LIMIT :limit;

-- name: channels_page_back
SELECT rowid FROM channels
WHERE service_sid = :service_sid AND rowid < :before AND type IN (:type_one, :type_two)
    AND (:state IS NULL OR state = :state)
ORDER BY rowid DESC LIMIT :limit;

-- name: channels_created_between_back
SELECT -rowid FROM channels
WHERE service_sid = :service_sid AND rowid > -:before AND type IN (:type_one, :type_two)
    AND (:state IS NULL OR state = :state) AND date_created BETWEEN :created_from AND :created_to
ORDER BY rowid LIMIT :limit;

-- name: members_page_back
SELECT rowid FROM members WHERE channel_sid = :channel_sid AND rowid < :before
    AND (:identities IS NULL OR identity IN (SELECT value FROM json_each(:identities)))
ORDER BY rowid DESC LIMIT :limit;

-- name: invites_page_back
SELECT rowid FROM invites WHERE channel_sid = :channel_sid AND rowid < :before
    AND (:identities IS NULL OR identity IN (SELECT value FROM json_each(:identities)))
ORDER BY rowid DESC LIMIT :limit;

-- name: webhooks_page_back
SELECT rowid FROM webhooks WHERE channel_sid = :channel_sid AND rowid < :before ORDER BY rowid DESC LIMIT :limit;

-- name: seats_of_user_back
SELECT position FROM members WHERE user_sid = :user_sid AND position < :before
UNION ALL
SELECT position FROM invites WHERE user_sid = :user_sid AND position < :before
ORDER BY position DESC LIMIT :limit;

-- name: messages_ascending_back
SELECT idx FROM messages WHERE channel_sid = :channel_sid AND idx < :before ORDER BY idx DESC LIMIT :limit;

-- name: messages_descending_back
SELECT idx FROM messages WHERE channel_sid = :channel_sid AND idx > :before ORDER BY idx LIMIT :limit;
