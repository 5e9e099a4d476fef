-- What was removed from an object, and by which event, for subscribers that the log can't tell.

ALTER TABLE tombstones ADD COLUMN event_id INTEGER NOT NULL DEFAULT 0;
-- Of what was deleted before, the event is known no more: at the latest, it was the last one.
UPDATE tombstones SET event_id = COALESCE(
    (SELECT last_event_id FROM sync_objects WHERE name = tombstones.channel_sid || '.messages'), 0
);
CREATE INDEX tombstones_by_event ON tombstones (channel_sid, event_id);

-- The newest removals of each map.
CREATE TABLE removed_items (
    object_sid TEXT NOT NULL REFERENCES sync_objects (sid) ON DELETE CASCADE,
    key TEXT NOT NULL,
    event_id INTEGER NOT NULL,
    date_removed INTEGER NOT NULL,
    PRIMARY KEY (object_sid, key)
) WITHOUT ROWID;
CREATE INDEX removed_items_by_event ON removed_items (object_sid, event_id);
INSERT OR REPLACE INTO removed_items
SELECT object_sid, json_extract(CAST(notification AS TEXT), '$.event.item_key'), id, date_created FROM sync_events
WHERE CAST(notification AS TEXT) LIKE '{"event_type":"map\_item\_removed"%' ESCAPE '\'
ORDER BY object_sid, id;
