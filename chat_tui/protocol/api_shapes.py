"""What is asked and answered over the Client API, in JSON (contract 7.5), what is refused with, and what packets carry
beside it. REST has `server.rest.shapes`.

Types for who makes or judges such values. A client decodes as much of each as it needs, into structs of its own
(`client.state.parsing`, `client.state.channel_parsing`), which the tests hold to these.
"""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from chat_tui.protocol.sync_shapes import RosterItem, TokenMeta
from chat_tui.protocol.values import ChannelStatus, ChannelType, NotificationLevel

Shape = Mapping[str, object]
"""Any of these, or of `sync_shapes`."""

# ---- refusals, of REST too


class ErrorBody(TypedDict):
    """``code`` is Twilio's, ``status`` that of HTTP (contract 1.1); ``details`` concern the case."""

    code: int
    message: str
    more_info: str
    status: int
    details: NotRequired[dict[str, Any]]


# ---- answers


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


class ReceiptPage(TypedDict):
    """Nothing is delivered to other networks, and nothing comes back from them."""

    delivery_receipts: list[object]
    meta: PageMeta


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


# ---- what our own client asks with


class ChannelRequest(TypedDict):
    """A channel to be made."""

    unique_name: str | None
    friendly_name: str | None
    type: str


class IdentityRequest(TypedDict):
    """Whom to add, or to invite."""

    identity: str


class OwnChannelRequest(TypedDict, total=False):
    """A change to one's own part in a channel."""

    notification_level: str
    last_read_message_index: int | None


class MessageRequest(TypedDict):
    """A message to be sent; ``attributes`` is a string of JSON."""

    body: str
    attributes: str


class DeviceData(TypedDict):
    registration_id: str


class DeviceRequest(TypedDict):
    """A device to be registered for push, or, without types, to be registered no more (contract 6.3)."""

    endpoint_platform: str
    channel_type: str
    version: str
    message_types: tuple[str, ...]
    data: DeviceData


# ---- packets


class ClientMetadata(TypedDict):
    """Who says ``init`` (contract 7.2)."""

    ver: str
    env: str
    type: str
    sdk: str
    sdkv: str


class NoticeRegistration(TypedDict):
    """Which notices a connection wants."""

    product: str
    type: str
    notification_protocol_version: int
    message_types: list[str]


class BackoffPolicy(TypedDict):
    reconnect_min_ms: int


class Offload(TypedDict):
    """Payload of a ``close`` with status 308: come back a little later (guarantees, Liveness 7)."""

    backoff_policy: BackoffPolicy
