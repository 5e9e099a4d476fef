"""A Python client library for Twilio-style realtime chat: `ChatClient`, its objects and its events."""

from chat_tui.client import events
from chat_tui.client.client import ChatClient
from chat_tui.client.model import (
    Channel,
    ConnectionState,
    Member,
    Message,
    PendingMessage,
    Phase,
    SendState,
    User,
    UserDescriptor,
)
from chat_tui.client.state.open_channel import OpenChannel
from chat_tui.protocol.errors import ChatError, TransportError
from chat_tui.protocol.values import NotificationLevel, UpdateReason

__all__ = [
    "Channel",
    "ChatClient",
    "ChatError",
    "ConnectionState",
    "Member",
    "Message",
    "NotificationLevel",
    "OpenChannel",
    "PendingMessage",
    "Phase",
    "SendState",
    "TransportError",
    "UpdateReason",
    "User",
    "UserDescriptor",
    "events",
]
