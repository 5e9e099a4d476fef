"""What the service says inside the socket, in JSON: answers of the Client API (contract 7.5), and the items, documents
and events of Sync objects (contract 7.3, 7.4). REST has `server.rest.shapes`; packets are in `twilsock`, what goes
around items in `sync`.

Types alone, and only for who makes or judges such values: a client decodes as much of each as it needs, into structs
of its own, which the tests hold to these.
"""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

import msgspec

from chat_tui.protocol.defaults import MAX_SUBSCRIPTIONS
from chat_tui.protocol.values import ChannelState, ChannelStatus, ChannelType, NotificationLevel

Shape = Mapping[str, object]
"""Any of these."""

# ---- refusals, of REST too


class ErrorBody(TypedDict):
    """``code`` is Twilio's, ``status`` that of HTTP (contract 1.1); ``details`` concern the case."""

    code: int
    message: str
    more_info: str
    status: int
    details: NotRequired[dict[str, Any]]


class SubscriptionError(TypedDict):
    """Why an object is not followed."""

    status: int
    code: int
    message: str


# ---- Sync: what items and documents hold


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

# ---- Sync: what happened


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


# ---- Sync: what goes around items


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


# ---- the Client API


class PageMeta(TokenMeta):
    """Of a list, under the names of both generations of SDKs."""

    prev_token: str | None


class OwnObjects(TypedDict):
    """Names of Sync objects."""

    my_user_info: str
    my_conversations: str


class ConfigurationLinks(TypedDict):
    my_conversations: str
    conversations: str
    users: str
    current_user: str
    typing: str
    media_service: str
    media_set_service: str
    messages_receipts: str


class Options(TypedDict):
    reachability_enabled: bool
    read_status_enabled: bool
    typing_indicator_timeout: int
    user_infos_to_subscribe: int
    http_cache_interval: str
    consumption_report_interval: str
    media_attachments_count_limit: int
    media_attachment_size_limit_in_mb: int
    media_attachments_total_size_limit_in_mb: int
    email_histories_allowed_mime_types: list[str]
    email_bodies_allowed_mime_types: list[str]


class Configuration(TypedDict):
    """A client's first answer."""

    identity: str
    user_sid: str
    sync_objects: OwnObjects
    links: ConfigurationLinks
    options: Options


class ChannelObjects(TypedDict):
    """Names of Sync objects."""

    conversation: str
    messages: str
    participants: str


class ChannelDescription(TypedDict):
    """A channel as its user sees it, under the names of both generations of SDKs."""

    sid: str
    conversation_sid: str
    channel_sid: str
    unique_name: str | None
    friendly_name: str | None
    attributes: str
    type: ChannelType
    created_by: str
    date_created: str
    date_updated: str
    status: ChannelStatus
    messages_count: int
    participants_count: int
    members_count: int
    unread_messages_count: int | None
    last_consumed_message_index: int | None
    last_read_message_index: int | None
    last_message_index: int | None
    notification_level: NotificationLevel
    url: str
    links: dict[str, str]
    sync_objects: ChannelObjects


class ChannelPage(TypedDict):
    conversations: list[ChannelDescription]
    meta: PageMeta


class MemberDescription(RosterItem):
    sid: str
    conversation_sid: str


class InviteDescription(TypedDict):
    sid: str
    conversation_sid: str
    identity: str
    created_by: str
    date_created: str


class StoredMessage(TypedDict):
    """What is known of a message even after its deletion."""

    sid: str
    index: int


class MessageDescription(StoredMessage):
    conversation_sid: str
    author: str
    body: str
    attributes: str
    date_created: str
    date_updated: str


class UserObjects(TypedDict):
    """Names of Sync objects."""

    user_info_map: str


class UserDescription(TypedDict):
    sid: str
    identity: str
    friendly_name: str | None
    attributes: str
    is_online: bool | None
    is_notifiable: bool | None
    sync_unique_name: str
    sync_objects: UserObjects
    url: str


class UserPage(TypedDict):
    users: list[UserDescription]
    meta: PageMeta


class TypingAnswer(TypedDict):
    """Seconds until the indicator ends by itself."""

    typing_timeout: int


class RegistrationAnswer(TypedDict):
    """Of a device for push; empty when it is registered no more."""

    id: str


# ---- packets


class BackoffPolicy(TypedDict):
    reconnect_min_ms: int


class Offload(TypedDict):
    """Payload of a ``close`` with status 308: come back a little later (guarantees, Liveness 7)."""

    backoff_policy: BackoffPolicy
