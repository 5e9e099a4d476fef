"""Sync events as subscribers get them (contract 7.3)."""

from typing import Any

from chat_tui.protocol.defaults import SYNC_API
from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.sync import EventType, ObjectType


def item_url(kind: ObjectType, sid: str, key: str | int) -> str:
    return f"{SYNC_API}/v3/{kind.value.title()}s/{sid}/Items/{key}"


def map_item(sid: str, event_id: int, key: str, data: Any) -> dict[str, Any]:
    return {
        "map_sid": sid,
        "map_revision": str(event_id),
        "item_key": key,
        "item_data": data,
        "item_url": item_url(ObjectType.MAP, sid, key),
        "item_revision": str(event_id),
    }


def list_item(sid: str, event_id: int, index: int, data: Any) -> dict[str, Any]:
    return {
        "list_sid": sid,
        "list_revision": str(event_id),
        "item_index": index,
        "item_data": data,
        "item_url": item_url(ObjectType.LIST, sid, index),
        "item_revision": str(event_id),
    }


def document(sid: str, event_id: int, data: Any) -> dict[str, Any]:
    return {"document_sid": sid, "document_revision": str(event_id), "document_data": data}


def notification(event_type: EventType, event_id: int, date: str, event: dict[str, Any]) -> bytes:
    """The payload of an event that happened at ``date``, a timestamp."""
    event |= {"id": event_id, "date_created": date}
    return to_json({"event_type": event_type.value, "event": event, "strictly_ordered": True})
