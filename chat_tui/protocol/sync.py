"""Sync objects on the wire: descriptors, items, subscriptions and events (contract 7.3, 7.4)."""

from enum import StrEnum
from typing import Any

import msgspec

from chat_tui.protocol.defaults import MAX_SUBSCRIPTIONS


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


class Descriptor(msgspec.Struct, omit_defaults=True):
    """One Sync object as ``GET /v3/{Maps,Lists,Documents}/{name}`` answers it; ``data`` only for documents."""

    sid: str
    unique_name: str
    last_event_id: int
    revision: str
    url: str
    links: dict[str, str]
    date_updated: str
    date_created: str = ""
    data: Any = None
    items: list["Item"] | None = None


class Item(msgspec.Struct, omit_defaults=True):
    """An entry of a map (``key``) or of a list (``index``)."""

    data: Any
    revision: str
    last_event_id: int
    url: str
    date_updated: str
    key: str | None = None
    index: int | None = None
    date_created: str = ""


class ItemPage(msgspec.Struct):
    items: list[Item]
    meta: dict[str, str | None]


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


class SubscriptionsAnswer(msgspec.Struct):
    max_batch_size: int = MAX_SUBSCRIPTIONS
    estimated_delivery_in_ms: int = 2000
    ttl_in_s: int = -1


class SyncEvent(msgspec.Struct, omit_defaults=True):
    """What happened to one object; ``id`` grows strictly per object.

    Map events use map_sid, item_key and item_data; list events list_sid and item_index; document events
    document_sid and document_data; subscription events object_sid, object_type, replay_status and error.
    """

    id: int = 0
    map_sid: str = ""
    list_sid: str = ""
    document_sid: str = ""
    item_key: str | None = None
    item_index: int | None = None
    item_data: Any = None
    item_url: str = ""
    item_revision: str = ""
    document_data: Any = None
    document_revision: str = ""
    date_created: str = ""
    object_sid: str = ""
    object_type: str = ""
    replay_status: str = ""
    last_event_id: int = 0
    error: dict[str, Any] | None = None

    @property
    def target(self) -> str:
        """The SID of the object this is about."""
        return self.map_sid or self.list_sid or self.document_sid or self.object_sid


class SyncNotification(msgspec.Struct, omit_defaults=True):
    """Payload of a ``twilio.sync.event`` notification."""

    event_type: str
    event: SyncEvent
    correlation_id: int | None = None
    strictly_ordered: bool = False


class TypingNotification(msgspec.Struct):
    """Payload of a ``twilio.ipmsg.typing_indicator`` notification; ``typing_timeout`` in seconds."""

    channel_sid: str
    identity: str
    typing_timeout: int
