-- name: message_by_sid^
SELECT * FROM messages WHERE sid = :sid AND channel_sid = :channel_sid;

-- name: message_by_index^
SELECT * FROM messages WHERE channel_sid = :channel_sid AND idx = :idx;

-- name: message_by_mutation^
SELECT * FROM messages WHERE channel_sid = :channel_sid AND author = :author AND mutation_id = :mutation_id;

-- name: tombstone_by_mutation^
SELECT * FROM tombstones WHERE channel_sid = :channel_sid AND author = :author AND mutation_id = :mutation_id;

-- name: last_message^
SELECT * FROM messages WHERE channel_sid = :channel_sid ORDER BY idx DESC LIMIT 1;

-- name: messages_ascending
SELECT * FROM messages WHERE channel_sid = :channel_sid AND idx >= :start ORDER BY idx LIMIT :limit;

-- name: messages_descending
SELECT * FROM messages WHERE channel_sid = :channel_sid AND idx <= :start ORDER BY idx DESC LIMIT :limit;

-- name: insert_message!
INSERT INTO messages (
    sid, channel_sid, idx, author, member_sid, body, attributes, last_updated_by, mutation_id, digest,
    date_created, date_updated, subject, author_sid
) VALUES (
    :sid, :channel_sid, :idx, :author, :member_sid, :body, :attributes, :last_updated_by, :mutation_id, :digest,
    :date_created, :date_updated, :subject, :author_sid
);

-- name: update_message!
UPDATE messages SET author = :author, author_sid = :author_sid, body = :body, attributes = :attributes, last_updated_by = :last_updated_by,
    was_edited = 1, date_created = :date_created, date_updated = :date_updated, subject = :subject
WHERE sid = :sid;

-- name: set_message_event!
UPDATE messages SET event_id = :event WHERE sid = :sid;

-- name: delete_message!
DELETE FROM messages WHERE sid = :sid;

-- name: insert_tombstone!
INSERT INTO tombstones (channel_sid, idx, sid, author, mutation_id, digest, date_deleted)
VALUES (:channel_sid, :idx, :sid, :author, :mutation_id, :digest, :now);

-- name: set_tombstone_event!
UPDATE tombstones SET event_id = :event WHERE channel_sid = :channel_sid AND idx = :idx;

-- name: messages_removed_after
SELECT idx, event_id, date_deleted FROM tombstones WHERE channel_sid = :channel_sid AND event_id > :position
ORDER BY event_id DESC LIMIT :limit;

-- name: count_deleted_above$
SELECT COUNT(*) FROM tombstones WHERE channel_sid = :channel_sid AND idx > :horizon;

-- name: forget_mutations
UPDATE tombstones SET mutation_id = NULL WHERE rowid IN (
    SELECT rowid FROM tombstones WHERE mutation_id IS NOT NULL AND date_deleted < :before LIMIT :limit
) RETURNING 1;
