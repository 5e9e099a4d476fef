"""Sync events as subscribers get them (contract 7.3): each happened at a ``date``, a timestamp."""

from chat_tui.protocol import sync_shapes
from chat_tui.protocol.defaults import SYNC_API
from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.sync import EventType, ObjectType


def item_url(kind: ObjectType, sid: str, key: str | int) -> str:
    return f"{SYNC_API}/v3/{kind.value.title()}s/{sid}/Items/{key}"


def map_item(
    sid: str, event_id: int, date: str, key: str, data: sync_shapes.MapData | None
) -> sync_shapes.MapItemEvent:
    return {
        "map_sid": sid,
        "map_revision": str(event_id),
        "item_key": key,
        "item_data": data,
        "item_url": item_url(ObjectType.MAP, sid, key),
        "item_revision": str(event_id),
        "id": event_id,
        "date_created": date,
    }


def list_item(
    sid: str, event_id: int, date: str, index: int, data: sync_shapes.MessageItem | None
) -> sync_shapes.ListItemEvent:
    return {
        "list_sid": sid,
        "list_revision": str(event_id),
        "item_index": index,
        "item_data": data,
        "item_url": item_url(ObjectType.LIST, sid, index),
        "item_revision": str(event_id),
        "id": event_id,
        "date_created": date,
    }


def document(sid: str, event_id: int, date: str, data: sync_shapes.ChannelDocument) -> sync_shapes.DocumentEvent:
    return {
        "document_sid": sid,
        "document_revision": str(event_id),
        "document_data": data,
        "id": event_id,
        "date_created": date,
    }


def removed(kind: ObjectType, sid: str, event_id: int, date: str) -> sync_shapes.ObjectRemoved:
    if kind is ObjectType.MAP:
        return {"map_sid": sid, "id": event_id, "date_created": date}
    if kind is ObjectType.LIST:
        return {"list_sid": sid, "id": event_id, "date_created": date}
    return {"document_sid": sid, "id": event_id, "date_created": date}


def notification(event_type: EventType, event: sync_shapes.ObjectEvent) -> bytes:
    """The payload that tells of an event."""
    told: sync_shapes.ObjectNotification = {"event_type": event_type.value, "event": event, "strictly_ordered": True}
    return to_json(told)
