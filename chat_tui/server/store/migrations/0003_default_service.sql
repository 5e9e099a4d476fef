-- Whether the account's default service was asked for, or is merely the one that was there; and the SID of a channel's
-- newest message, which its last_message link names.

ALTER TABLE accounts ADD COLUMN chose_default_service INTEGER NOT NULL DEFAULT 0;
-- What was never asked for was always the oldest service.
UPDATE accounts SET chose_default_service = 1
WHERE default_service_sid <> (SELECT sid FROM services WHERE account_sid = accounts.sid ORDER BY rowid LIMIT 1);

ALTER TABLE channels ADD COLUMN last_message_sid TEXT;
UPDATE channels SET last_message_sid = (
    SELECT sid FROM messages WHERE channel_sid = channels.sid AND idx = channels.last_message_index
)
WHERE last_message_index IS NOT NULL;
