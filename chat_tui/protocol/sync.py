"""Sync objects on the wire: their kinds and names, what may happen to them, and how they are followed (contract 7.3,
7.4)."""

from enum import StrEnum

import msgspec


class ObjectType(StrEnum):
    MAP = "map"
    LIST = "list"
    DOCUMENT = "document"


class EventType(StrEnum):
    """The ``event_type`` of a ``twilio.sync.event`` notification."""

    MAP_ITEM_ADDED = "map_item_added"
    MAP_ITEM_UPDATED = "map_item_updated"
    MAP_ITEM_REMOVED = "map_item_removed"
    MAP_REMOVED = "map_removed"
    LIST_ITEM_ADDED = "list_item_added"
    LIST_ITEM_UPDATED = "list_item_updated"
    LIST_ITEM_REMOVED = "list_item_removed"
    LIST_REMOVED = "list_removed"
    DOCUMENT_UPDATED = "document_updated"
    DOCUMENT_REMOVED = "document_removed"
    SUBSCRIPTION_ESTABLISHED = "subscription_established"
    SUBSCRIPTION_FAILED = "subscription_failed"
    SUBSCRIPTION_CANCELED = "subscription_canceled"


class ReplayStatus(StrEnum):
    COMPLETED = "completed"
    INTERRUPTED = "interrupted"


class SubscriptionRequest(msgspec.Struct):
    object_sid: str
    object_type: ObjectType
    last_event_id: int | None = None


class Subscriptions(msgspec.Struct, omit_defaults=True):
    """Body of ``POST /v4/Subscriptions``; ``action`` is ``establish`` or ``cancel``."""

    action: str
    requests: list[SubscriptionRequest]
    correlation_id: int = 0
    event_protocol_version: int = 4
    ttl_in_s: int = -1


# ---- names


def info_name(user_sid: str) -> str:
    return f"{user_sid}.info"


def own_channels_name(user_sid: str) -> str:
    return f"{user_sid}.channels"


def document_name(channel_sid: str) -> str:
    return f"{channel_sid}.channel"


def messages_name(channel_sid: str) -> str:
    return f"{channel_sid}.messages"


def roster_name(channel_sid: str) -> str:
    return f"{channel_sid}.roster"
