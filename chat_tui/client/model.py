"""What a client knows: live objects, which only the client changes, and frozen snapshots (contract R23)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from chat_tui.protocol.values import ChannelStatus, ChannelType, NotificationLevel, UpdateReason

Reasons = frozenset[UpdateReason]
"""What changed."""


class Message(msgspec.Struct, frozen=True):
    """``index`` grows per channel and is never used again; ``attributes`` is a string of JSON."""

    sid: str
    channel_sid: str
    index: int
    author: str
    body: str
    date_created: datetime
    date_updated: datetime | None = None
    last_updated_by: str | None = None
    attributes: str = "{}"
    member_sid: str | None = None

    @property
    def was_edited(self) -> bool:
        return self.date_updated is not None


class SendState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class PendingMessage(msgspec.Struct, frozen=True):
    """A message on its way; ``index`` once it is sent, ``error`` when it failed."""

    mutation_id: str
    channel_sid: str
    body: str
    date_created: datetime
    state: SendState = SendState.QUEUED
    attributes: str = "{}"
    index: int | None = None
    error: str | None = None


class Receipt(msgspec.Struct, frozen=True):
    """Where the service stored a message."""

    sid: str
    index: int


class UserDescriptor(msgspec.Struct, frozen=True):
    """A user as they were when asked for: it does not change by itself (contract R19, R21)."""

    identity: str
    friendly_name: str | None
    attributes: str
    is_online: bool | None
    is_notifiable: bool | None
    info_map: str
    """Name of the Sync map to follow for changes."""


class User(msgspec.Struct, eq=False):
    """A person; both marks are ``None`` while unknown or while the feature is off (contract 3, R19).

    ``date_refreshed``, in seconds since 1970, says how old the marks are when ``is_subscribed`` is false.
    """

    identity: str
    info_map: str
    friendly_name: str | None = None
    attributes: str = "{}"
    is_online: bool | None = None
    is_notifiable: bool | None = None
    is_subscribed: bool = False
    date_refreshed: float | None = None

    @property
    def title(self) -> str:
        """The name to show."""
        return self.friendly_name or self.identity


class Member(msgspec.Struct, eq=False):
    """A user's seat in a channel."""

    sid: str
    identity: str
    info_map: str
    role_sid: str | None = None
    attributes: str = "{}"
    last_consumed_message_index: int | None = None
    last_consumption_timestamp: str | None = None


class LastMessage(msgspec.Struct, frozen=True):
    index: int
    date_created: datetime


class Channel(msgspec.Struct, eq=False):
    """A channel as its user sees it, joined or invited to."""

    sid: str
    status: ChannelStatus
    type: ChannelType = ChannelType.PUBLIC
    unique_name: str | None = None
    friendly_name: str | None = None
    attributes: Any = None
    created_by: str | None = None
    invited_by: str | None = None
    date_created: datetime | None = None
    date_updated: datetime | None = None
    notification_level: NotificationLevel = NotificationLevel.DEFAULT
    last_consumed_message_index: int | None = None
    last_message: LastMessage | None = None
    members_count: int | None = None
    messages_count: int | None = None
    counted: int | None = None
    counted_at: int = -1
    counted_messages: int | None = None
    """The service's last unread count; the index of the newest message, and how many there were, when it was made."""

    @property
    def title(self) -> str:
        """The name to show: the unique name, which people type, else the friendly one."""
        return self.unique_name or self.friendly_name or self.sid

    @property
    def is_muted(self) -> bool:
        return self.notification_level is NotificationLevel.MUTED

    @property
    def is_joined(self) -> bool:
        return self.status is ChannelStatus.JOINED

    @property
    def last_index(self) -> int:
        """Index of the newest message, -1 when there is none."""
        return -1 if self.last_message is None else self.last_message.index

    @property
    def unread_messages_count(self) -> int | None:
        """The service's last count plus what came since; ``None`` while no horizon is set (contract U9)."""
        if self.last_consumed_message_index is None:
            return None
        if self.counted is None:
            return max(0, self.last_index - self.last_consumed_message_index)
        return max(0, self.counted + max(0, self.last_index - self.counted_at))

    def count(self, unread: int | None, newest: int, messages: int | None = None) -> None:
        """The service counted, when ``newest`` was the index of the newest of so many ``messages``."""
        self.counted, self.counted_at, self.counted_messages = unread, newest, messages


class Phase(StrEnum):
    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"
    DENIED = "denied"
    CLOSED = "closed"


class ConnectionState(msgspec.Struct, frozen=True):
    """``since``: when this trouble or this link began; ``retry_at``: when the next try is due, while waiting; both in
    seconds since 1970. ``reason``: why there is no link; ``code``: the service's, when it denied the token."""

    phase: Phase
    since: float
    retry_at: float | None = None
    reason: str | None = None
    code: int | None = None
