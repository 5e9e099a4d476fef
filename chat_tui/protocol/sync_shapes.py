"""What the service says of Sync objects, in JSON: their items, documents and events, and what goes around them
(contract 7.3, 7.4).

Types for who makes or judges such values. A client decodes as much of each as it needs, into structs of its own
(`client.state.parsing`), which the tests hold to these.
"""

from typing import Any, Literal, NotRequired, TypedDict

import msgspec

from chat_tui.protocol.defaults import MAX_SUBSCRIPTIONS
from chat_tui.protocol.values import ChannelState, ChannelStatus, ChannelType, NotificationLevel

# ---- what items and documents hold


class LastMessage(TypedDict):
    index: int
    timestamp: str


class State(TypedDict):
    current: ChannelState
    dateUpdated: str


class ChannelDocument(TypedDict):
    """What everybody who sees a channel may know of it; ``attributes`` are any JSON."""

    sid: str
    type: ChannelType
    friendlyName: str | None
    uniqueName: str | None
    attributes: Any
    createdBy: str
    dateCreated: str
    dateUpdated: str
    messages: str
    roster: str
    lastMessage: LastMessage | None
    state: State
    messagesCount: int
    membersCount: int


class MessageItem(TypedDict):
    sid: str
    author: str
    text: str
    timestamp: str
    dateUpdated: str | None
    lastUpdatedBy: str | None
    attributes: str
    type: Literal["text"]
    memberSid: str | None
    subject: NotRequired[str]


class RosterItem(TypedDict):
    identity: str
    type: Literal["chat"]
    userInfo: str
    roleSid: str
    attributes: str
    dateCreated: str
    dateUpdated: str
    lastConsumedMessageIndex: int | None
    lastConsumptionTimestamp: str | None


class OwnChannelItem(TypedDict):
    """A user's part in a channel they joined, or were invited to."""

    status: ChannelStatus
    channel: str
    messages: str
    roster: str
    lastConsumedMessageIndex: int | None
    notificationLevel: NotificationLevel
    type: ChannelType
    createdBy: str
    memberSid: str | None
    invitedBy: str | None


class ValueItem(TypedDict):
    """A user's friendly name, or attributes."""

    value: str | None


class ReachabilityItem(TypedDict):
    online: bool | None
    notifiable: bool | None


MapData = RosterItem | OwnChannelItem | ValueItem | ReachabilityItem
ItemData = MapData | MessageItem

# ---- what happened


class _Happened(TypedDict):
    id: int
    date_created: str


class MapItemEvent(_Happened):
    """``item_data`` is null when the item is gone."""

    map_sid: str
    map_revision: str
    item_key: str
    item_data: MapData | None
    item_url: str
    item_revision: str


class ListItemEvent(_Happened):
    """``item_data`` is null when nothing of the item is left."""

    list_sid: str
    list_revision: str
    item_index: int
    item_data: MessageItem | None
    item_url: str
    item_revision: str


class DocumentEvent(_Happened):
    document_sid: str
    document_revision: str
    document_data: ChannelDocument


class MapRemoved(_Happened):
    map_sid: str


class ListRemoved(_Happened):
    list_sid: str


class DocumentRemoved(_Happened):
    document_sid: str


ObjectRemoved = MapRemoved | ListRemoved | DocumentRemoved
ObjectEvent = MapItemEvent | ListItemEvent | DocumentEvent | ObjectRemoved


class ObjectNotification(TypedDict):
    """Payload of a ``twilio.sync.event``; ``event_type`` is a word of `sync.EventType`."""

    event_type: str
    event: ObjectEvent
    strictly_ordered: Literal[True]


# ---- what goes around items


class TokenMeta(TypedDict):
    """Of a page of items."""

    previous_token: str | None
    next_token: str | None


class Item(msgspec.Struct, omit_defaults=True):
    """An entry of a map (``key``) or of a list (``index``)."""

    data: ItemData
    revision: str
    last_event_id: int
    url: str
    date_updated: str
    key: str | None = None
    index: int | None = None
    date_created: str = ""


class ItemPage(msgspec.Struct):
    items: list[Item]
    meta: TokenMeta


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
    data: ChannelDocument | None = None
    items: list[Item] | None = None


class SubscriptionsAnswer(msgspec.Struct):
    max_batch_size: int = MAX_SUBSCRIPTIONS
    estimated_delivery_in_ms: int = 2000
    ttl_in_s: int = -1


class SubscriptionError(TypedDict):
    """Why an object is not followed."""

    status: int
    code: int
    message: str


class SubscriptionEvent(msgspec.Struct, omit_defaults=True):
    """What became of a subscription: it is established, ``replay_status`` says how, or failed with an error, or is
    canceled."""

    object_sid: str
    object_type: str
    replay_status: str = ""
    last_event_id: int = 0
    error: SubscriptionError | None = None


class SubscriptionNotification(msgspec.Struct, omit_defaults=True):
    """Payload of a ``twilio.sync.event`` about a subscription."""

    event_type: str
    event: SubscriptionEvent
    correlation_id: int | None = None


class TypingNotification(msgspec.Struct):
    """Payload of a ``twilio.ipmsg.typing_indicator`` notification; ``typing_timeout`` in seconds."""

    channel_sid: str
    identity: str
    typing_timeout: int
