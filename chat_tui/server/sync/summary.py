"""What changed in an object since an event that no log holds any more: for a subscriber that can neither be replayed to
nor reads anew (guarantees, Follow 4)."""

from typing import Any

from chat_tui.protocol.sync import EventType, ObjectType
from chat_tui.protocol.sync_shapes import Item
from chat_tui.server.dates import timestamp
from chat_tui.server.store.rows import Channel, SyncObject
from chat_tui.server.store.transaction import Reader
from chat_tui.server.sync import events, items, views

MOST_REMOVED = 1000
"""The newest removals of an object that are told; of a map, no others are kept."""

MOST_BYTES = 1024 * 1024
"""Of changes; the latest, or of a list the newest, win."""


def summary(reader: Reader, found: SyncObject, position: int) -> list[bytes]:
    """What is there now and was changed, and what was removed, after event ``position``, as events in their order. Of
    a list, the changes among its newest thousand items; of whatever it is, `MOST_BYTES` of them."""
    if found.type == ObjectType.DOCUMENT:
        return _document(reader, found)
    told: list[tuple[int, bytes]] = []
    there: set[str | None] = set()
    left = MOST_BYTES
    for item in items.newest(reader, found):
        there.add(item.key)
        if item.last_event_id > position and left > 0:
            told.append((item.last_event_id, _changed(found, item)))
            left -= len(told[-1][1])
        if left <= 0 and found.type == ObjectType.LIST:
            break
    told += _removed(reader, found, position, there)
    return [payload for _, payload in sorted(told, key=lambda event: event[0])]


def _document(reader: Reader, found: SyncObject) -> list[bytes]:
    channel = reader.one(Channel, "channel_by_sid_alone", sid=found.owner_sid)
    if channel is None:
        return []
    date, data = timestamp(channel.date_updated), views.channel_document(channel)
    event = events.document(found.sid, found.last_event_id, date, data)
    return [events.notification(EventType.DOCUMENT_UPDATED, event)]


def _changed(found: SyncObject, item: Item) -> bytes:
    """As added: whoever has the item takes it as an update."""
    at, date = item.last_event_id, item.date_updated
    data: Any = item.data  # of a list a message, of a map whatever it holds
    if item.index is not None:
        added = events.list_item(found.sid, at, date, item.index, data)
        return events.notification(EventType.LIST_ITEM_ADDED, added)
    event = events.map_item(found.sid, at, date, item.key or "", data)
    return events.notification(EventType.MAP_ITEM_ADDED, event)


def _removed(reader: Reader, found: SyncObject, position: int, there: set[str | None]) -> list[tuple[int, bytes]]:
    """What was removed after ``position`` and is not ``there`` again."""
    asked = {"position": position, "limit": MOST_REMOVED}
    told = []
    if found.type == ObjectType.LIST:
        for index, at, date in reader.tuples("messages_removed_after", channel_sid=found.owner_sid, **asked):
            gone = events.list_item(found.sid, at, timestamp(date), index, None)
            told.append((at, events.notification(EventType.LIST_ITEM_REMOVED, gone)))
        return told
    for key, at, date in reader.tuples("items_removed_after", object_sid=found.sid, **asked):
        if key not in there:
            event = events.map_item(found.sid, at, timestamp(date), key, None)
            told.append((at, events.notification(EventType.MAP_ITEM_REMOVED, event)))
    return told
