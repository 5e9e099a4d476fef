-- name: object_by_name^
SELECT * FROM sync_objects WHERE name = :name;

-- name: object_by_sid^
SELECT * FROM sync_objects WHERE sid = :sid;

-- name: objects_of_owner
SELECT * FROM sync_objects WHERE owner_sid = :owner_sid ORDER BY name;

-- name: insert_object!
INSERT INTO sync_objects VALUES (:name, :sid, :type, :owner_sid, 0, :now);

-- name: next_event^
UPDATE sync_objects SET last_event_id = last_event_id + 1 WHERE name = :name RETURNING sid, last_event_id;

-- name: remember_removed_item!
INSERT OR REPLACE INTO removed_items VALUES (:object_sid, :key, :event, :now);

-- name: forget_removed_items!
DELETE FROM removed_items WHERE object_sid = :object_sid AND event_id <= (
    SELECT event_id FROM removed_items WHERE object_sid = :object_sid ORDER BY event_id DESC LIMIT 1 OFFSET :kept
);

-- name: items_removed_after
SELECT key, event_id, date_removed FROM removed_items WHERE object_sid = :object_sid AND event_id > :position
ORDER BY event_id DESC LIMIT :limit;

-- name: insert_event!
INSERT INTO sync_events VALUES (:object_sid, :id, :notification, :now);

-- name: events_after
SELECT id, notification FROM sync_events WHERE object_sid = :object_sid AND id > :after ORDER BY id LIMIT :limit;

-- name: oldest_event$
SELECT MIN(id) FROM sync_events WHERE object_sid = :object_sid;

-- name: object_head$
SELECT last_event_id FROM sync_objects WHERE sid = :sid;

-- name: prune_events_by_date
DELETE FROM sync_events WHERE (object_sid, id) IN (
    SELECT object_sid, id FROM sync_events WHERE date_created < :before LIMIT :limit
) RETURNING 1;

-- name: prune_events_by_count
DELETE FROM sync_events WHERE object_sid = :object_sid AND id IN (
    SELECT id FROM sync_events WHERE object_sid = :object_sid AND id <= :up_to ORDER BY id LIMIT :limit
) RETURNING 1;

-- name: overfull_objects
SELECT sid, last_event_id - :keep FROM sync_objects WHERE last_event_id > :keep AND EXISTS (
    SELECT 1 FROM sync_events WHERE object_sid = sync_objects.sid AND id <= last_event_id - :keep
);

-- name: busy_objects
SELECT sid, last_event_id FROM sync_objects WHERE last_event_id > :keep;

-- name: object_heads
SELECT sid, last_event_id FROM sync_objects WHERE sid IN (SELECT value FROM json_each(:sids));
