"""What a service says, made into the model: what makes no sense is set aside and logged, and what cannot do without it
is an InvalidAnswer, an error of one answer."""

import logging
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from chat_tui.client.link.answers import Count, PageMeta, parse_answer
from chat_tui.client.model import Member, Message, Reasons, UserDescriptor
from chat_tui.protocol.defaults import TYPING_TIMEOUT
from chat_tui.protocol.untrusted import Malformed, convert
from chat_tui.protocol.values import UpdateReason

T = TypeVar("T")

LONGEST_NAME = 1024
"""Characters kept of a name or an identity."""

LONGEST_TEXT = 64 * 1024
"""Characters kept of a message, or of attributes."""

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the date of a message whose date makes no sense."""

_log = logging.getLogger(__name__)


def parse_item(data: Any, shape: type[T]) -> T:
    """Data of an item; what is not there, or makes no sense, has its default."""
    try:
        found: T = convert({} if data is None else data, shape)
    except Malformed as error:
        _log.warning("%s set aside: %s", shape.__name__, error)
        return shape()
    return found


def parse_date(text: str | None) -> datetime | None:
    """A time of the realtime API, in UTC; ``None`` for none, and for what is none."""
    if not text:
        return None
    try:
        date = datetime.fromisoformat(text[:64])
        date = date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return date if 1 < date.year < 9999 else None  # so that any zone can show it


def parse_name(text: str | None) -> str | None:
    return None if text is None else text[:LONGEST_NAME]


# ---- Sync objects


class SnapshotItem(msgspec.Struct):
    """As much of an item as a replica needs."""

    data: Any = None
    key: str | None = None
    index: Count | None = None


class Snapshot(msgspec.Struct):
    """As much of a descriptor as a replica needs."""

    sid: str
    last_event_id: Count
    data: Any = None
    items: list[SnapshotItem] | None = None


class SnapshotPage(msgspec.Struct):
    items: list[SnapshotItem]
    meta: PageMeta = msgspec.field(default_factory=PageMeta)


class SyncEvent(msgspec.Struct):
    """As much of an event as a replica needs; ``id`` is 0 when it makes no sense."""

    id: Count = 0
    map_sid: str = ""
    list_sid: str = ""
    document_sid: str = ""
    object_sid: str = ""
    item_key: str | None = None
    item_index: Count | None = None
    item_data: Any = None
    document_data: Any = None
    replay_status: str = ""
    last_event_id: Count = 0
    error: dict[str, Any] | None = None

    @property
    def target(self) -> str:
        """The SID of the object this is about."""
        return self.map_sid or self.list_sid or self.document_sid or self.object_sid


class Notification(msgspec.Struct):
    event_type: str
    event: SyncEvent
    correlation_id: Count | None = None


class TypingNotice(msgspec.Struct):
    channel_sid: str
    identity: str
    typing_timeout: float = TYPING_TIMEOUT


# ---- messages and members


class _MessageData(msgspec.Struct, rename="camel"):
    sid: str = ""
    author: str | None = None
    text: str | None = None
    timestamp: str | None = None
    date_updated: str | None = None
    last_updated_by: str | None = None
    attributes: str | None = None
    member_sid: str | None = None


def parse_message(channel_sid: str, index: int, data: Any) -> Message:
    found = parse_item(data, _MessageData)
    return Message(
        sid=found.sid,
        channel_sid=channel_sid,
        index=index,
        author=parse_name(found.author) or "",
        body=(found.text or "")[:LONGEST_TEXT],
        date_created=parse_date(found.timestamp) or UNDATED,
        date_updated=parse_date(found.date_updated),
        last_updated_by=parse_name(found.last_updated_by),
        attributes=(found.attributes or "{}")[:LONGEST_TEXT],
        member_sid=found.member_sid,
    )


def parse_messages(channel_sid: str, items: list[SnapshotItem]) -> list[Message]:
    """Ascending, each index once; what has no index is set aside."""
    found = {item.index: parse_message(channel_sid, item.index, item.data) for item in items if item.index is not None}
    return [found[index] for index in sorted(found)]


class MemberData(msgspec.Struct, rename="camel"):
    identity: str | None = None
    user_info: str | None = None
    role_sid: str | None = None
    attributes: str | None = None
    last_consumed_message_index: Count | None = None
    last_consumption_timestamp: str | None = None


def parse_member(sid: str, data: Any) -> Member:
    found = parse_item(data, MemberData)
    return Member(
        sid=sid,
        identity=parse_name(found.identity) or "",
        info_map=found.user_info or "",
        role_sid=found.role_sid,
        attributes=(found.attributes or "{}")[:LONGEST_TEXT],
        last_consumed_message_index=found.last_consumed_message_index,
        last_consumption_timestamp=found.last_consumption_timestamp,
    )


# ---- users


class UserInfoItem(msgspec.Struct):
    """An item of a user's info map."""

    value: str | None = None


class ReachabilityItem(msgspec.Struct):
    online: bool | None = None
    notifiable: bool | None = None


class _UserObjects(msgspec.Struct):
    user_info_map: str | None = None


class _UserData(msgspec.Struct):
    identity: str
    friendly_name: str | None = None
    attributes: str | None = None
    is_online: bool | None = None
    is_notifiable: bool | None = None
    sync_objects: _UserObjects | None = None
    sync_unique_name: str | None = None


def parse_descriptor(data: Any) -> UserDescriptor:
    """Raises InvalidAnswer for a user without an identity."""
    found: _UserData = parse_answer(data, _UserData)
    objects = found.sync_objects or _UserObjects()
    return UserDescriptor(
        identity=found.identity[:LONGEST_NAME],
        friendly_name=parse_name(found.friendly_name),
        attributes=(found.attributes or "{}")[:LONGEST_TEXT],
        is_online=found.is_online,
        is_notifiable=found.is_notifiable,
        info_map=objects.user_info_map or found.sync_unique_name or "",
    )


def update_fields(target: Any, fields: dict[str, tuple[Any, UpdateReason]]) -> Reasons:
    """Set attributes that differ, and say which did: field → (new value, its reason)."""
    reasons = set()
    for attribute, (value, reason) in fields.items():
        before = getattr(target, attribute)
        if before != value or type(before) is not type(value):  # 1 is not true
            setattr(target, attribute, value)
            reasons.add(reason)
    return frozenset(reasons)
