"""What REST answers with, resource by resource, in chat's words: `Dialect.body` says them in each version's, and leaves
out what a version does not have. Types alone: nothing is checked on the way out, but by mypy and the tests."""

from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

from chat_tui.protocol.values import (
    BindingType,
    ChannelState,
    ChannelType,
    NotificationLevel,
    PushService,
    WebhookType,
)

Shape = Mapping[str, object]
"""Any of these."""

Links = dict[str, str]
"""URLs by what they lead to."""


class _Dated(TypedDict):
    """As REST writes it: ``YYYY-MM-DDTHH:MM:SSZ``."""

    date_created: str
    date_updated: str


# ---- lists


class Meta(TypedDict):
    """The seven keys of every list (contract 1.1)."""

    page: int
    page_size: int
    first_page_url: str
    previous_page_url: str | None
    url: str
    next_page_url: str | None
    key: str


Listing = dict[str, Sequence[Shape] | Meta]
"""A page: its items under the name that ``meta.key`` says, and ``meta``."""


# ---- services and accounts


class Occasion(TypedDict):
    """Whether users are notified of something, and how; a template and a sound once they are set."""

    enabled: bool
    template: NotRequired[str]
    sound: NotRequired[str]


class Media(TypedDict):
    enabled: bool
    template: NotRequired[str]
    sound: NotRequired[str]


class NewMessage(Occasion):
    """``with_media`` is Conversations'."""

    badge_count_enabled: bool
    with_media: NotRequired[Media]


class Notifications(TypedDict):
    log_enabled: bool
    added_to_channel: Occasion
    invited_to_channel: Occasion
    new_message: NewMessage
    removed_from_channel: Occasion


class Limits(TypedDict):
    channel_members: int
    user_channels: int


class EventWebhook(TypedDict):
    """What chat v1 calls for one event."""

    url: NotRequired[str]
    method: NotRequired[str]
    format: None


class MediaSettings(TypedDict):
    size_limit_mb: int
    compatibility_message: str


class _ServiceName(_Dated):
    sid: str
    account_sid: str
    friendly_name: str
    url: str
    links: Links


class Service(_ServiceName):
    """Chat's (contract 4.2)."""

    default_service_role_sid: str
    default_channel_role_sid: str
    default_channel_creator_role_sid: str
    read_status_enabled: bool
    reachability_enabled: bool
    typing_indicator_timeout: int
    consumption_report_interval: int
    limits: Limits
    webhooks: dict[str, EventWebhook]
    pre_webhook_url: str | None
    post_webhook_url: str | None
    webhook_method: str
    webhook_filters: list[str]
    pre_webhook_retry_count: int
    post_webhook_retry_count: int
    notifications: Notifications
    media: MediaSettings


class ConversationsService(_ServiceName):
    """Conversations', whose settings are resources of their own."""


class ServiceConfiguration(TypedDict):
    service_sid: str
    default_channel_creator_role_sid: str
    default_channel_role_sid: str
    default_service_role_sid: str
    reachability_enabled: bool
    url: str
    links: Links


class ServiceNotifications(TypedDict):
    account_sid: str
    service_sid: str
    log_enabled: bool
    added_to_channel: Occasion
    new_message: NewMessage
    removed_from_channel: Occasion
    url: str


class ServiceWebhooks(TypedDict):
    account_sid: str
    service_sid: str
    pre_webhook_url: str | None
    post_webhook_url: str | None
    filters: list[str]
    method: str
    url: str


class AccountConfiguration(TypedDict):
    account_sid: str
    default_chat_service_sid: str
    default_messaging_service_sid: None
    default_inactive_timer: str | None
    default_closed_timer: str | None
    url: str
    links: Links


class AccountWebhooks(TypedDict):
    account_sid: str
    method: str
    filters: list[str]
    pre_webhook_url: str | None
    post_webhook_url: str | None
    target: Literal["webhook", "flex"]
    url: str


# ---- people and what they may


class User(_Dated):
    sid: str
    account_sid: str
    service_sid: str
    role_sid: str
    identity: str
    attributes: str
    is_online: bool | None
    is_notifiable: bool | None
    friendly_name: str | None
    joined_channels_count: int
    links: Links
    url: str


class Role(_Dated):
    """``type`` and ``permissions`` in each version's own words."""

    sid: str
    account_sid: str
    service_sid: str
    friendly_name: str
    type: str
    permissions: list[str]
    url: str


class Binding(_Dated):
    sid: str
    account_sid: str
    service_sid: str
    identity: str
    user_sid: str
    endpoint: str
    binding_type: BindingType
    credential_sid: str | None
    message_types: list[str]
    url: str
    links: Links


class Credential(_Dated):
    sid: str
    account_sid: str
    friendly_name: str
    type: PushService
    sandbox: str
    url: str


# ---- channels and what is in them


class Timers(TypedDict, total=False):
    """When those that run will have run out."""

    date_inactive: str
    date_closed: str


class ChannelCore(_Dated):
    sid: str
    account_sid: str
    service_sid: str
    friendly_name: str | None
    unique_name: str | None
    attributes: str
    url: str
    links: Links


class Channel(ChannelCore):
    type: ChannelType
    created_by: str
    members_count: int
    messages_count: int


class Conversation(ChannelCore):
    messaging_service_sid: None
    state: ChannelState
    timers: Timers
    bindings: dict[str, str]


class Member(_Dated):
    sid: str
    account_sid: str
    channel_sid: str
    service_sid: str
    identity: str
    role_sid: str
    last_consumed_message_index: int | None
    last_consumption_timestamp: str | None
    attributes: str
    messaging_binding: None
    url: str


class Invite(_Dated):
    sid: str
    account_sid: str
    channel_sid: str
    service_sid: str
    identity: str
    role_sid: str
    created_by: str
    url: str


_From = TypedDict("_From", {"from": str})


class MessageCore(_From, _Dated):
    sid: str
    account_sid: str
    service_sid: str
    channel_sid: str
    body: str
    index: int
    media: None
    attributes: str
    url: str


class Message(MessageCore):
    to: str
    type: Literal["text"]
    last_updated_by: str | None
    was_edited: bool


class ConversationMessage(MessageCore):
    participant_sid: str | None
    delivery: None
    content_sid: None
    links: Links


class WebhookConfiguration(TypedDict, total=False):
    """What a channel's own webhook was told."""

    url: str
    method: str
    filters: list[str]
    flow_sid: str
    retry_count: int
    replay_after: int


class WebhookSids(TypedDict):
    sid: str
    account_sid: str
    service_sid: str
    channel_sid: str


class WebhookSettings(_Dated):
    configuration: WebhookConfiguration
    url: str


class Webhook(WebhookSids, WebhookSettings):
    type: WebhookType


class ConversationWebhook(WebhookSids, WebhookSettings):
    target: WebhookType


# ---- a user's channels


class UserChannelCore(TypedDict):
    account_sid: str
    service_sid: str
    channel_sid: str
    user_sid: str
    member_sid: str | None
    last_consumed_message_index: int | None
    unread_messages_count: int | None
    notification_level: NotificationLevel
    url: str
    links: Links


class UserChannel(UserChannelCore):
    status: Literal["joined", "invited"]


class DescribedConversation(_Dated):
    """What a conversation is, beside a user's part in it."""

    friendly_name: str | None
    unique_name: str | None
    conversation_state: ChannelState
    timers: Timers
    attributes: str
    created_by: str


class UserConversation(UserChannelCore, DescribedConversation):
    pass


class ParticipantConversation(TypedDict):
    account_sid: str
    service_sid: str
    channel_sid: str
    member_sid: str | None
    participant_user_sid: str
    participant_identity: str
    participant_messaging_binding: None
    conversation_friendly_name: str | None
    conversation_unique_name: str | None
    conversation_timers: Timers
    conversation_attributes: str
    conversation_created_by: str
    conversation_date_created: str
    conversation_date_updated: str
    conversation_state: ChannelState
    links: Links


# ---- keys, in the older manner of their API (contract 1.12)


class Key(TypedDict):
    """Dates as e-mails write them."""

    sid: str
    friendly_name: str
    date_created: str
    date_updated: str


class NewKey(Key):
    """The only answer that ever holds the secret."""

    secret: str


class KeyPage(TypedDict):
    keys: list[Key]
    page: int
    page_size: int
    uri: str
    first_page_uri: str
    next_page_uri: str | None
    previous_page_uri: str | None
