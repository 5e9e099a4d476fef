"""The rows of the database as values: fields in the order of the columns, times in milliseconds since 1970."""

import msgspec

from chat_tui.protocol.values import (
    BindingType,
    ChannelState,
    ChannelType,
    NotificationLevel,
    PushService,
    RoleType,
    WebhookType,
)


class Row(msgspec.Struct, array_like=True):
    """A row read whole; ``SELECT *`` gives its fields in order."""


class Account(Row):
    """``webhooks`` is a JSON object; the two timers are ISO 8601 durations. ``chose_default_service``: it was asked
    for, not merely there."""

    sid: str
    secret: str
    date_created: int
    default_service_sid: str | None
    default_inactive_timer: str | None
    default_closed_timer: str | None
    webhooks: str
    chose_default_service: bool


class ApiKey(Row):
    sid: str
    account_sid: str
    friendly_name: str
    secret: str
    date_revoked: int | None
    date_created: int


class Service(Row):
    """Its settings (contract 4.2); ``reachability_epoch`` counts how often the feature was enabled (contract R15);
    ``webhooks``, a JSON object, holds chat v1's per event."""

    sid: str
    account_sid: str
    friendly_name: str
    default_service_role_sid: str
    default_channel_role_sid: str
    default_channel_creator_role_sid: str
    read_status_enabled: bool
    reachability_enabled: bool
    reachability_epoch: int
    typing_indicator_timeout: int
    consumption_report_interval: int
    channel_members_limit: int
    user_channels_limit: int
    pre_webhook_url: str | None
    post_webhook_url: str | None
    webhook_method: str
    webhook_filters: str
    pre_webhook_retry_count: int
    post_webhook_retry_count: int
    notifications: str
    media_compatibility_message: str
    date_created: int
    date_updated: int
    webhooks: str


class Role(Row):
    """``permissions`` is a JSON list."""

    sid: str
    service_sid: str
    friendly_name: str
    type: RoleType
    permissions: str
    date_created: int
    date_updated: int


class User(Row):
    """``is_online`` holds for ``online_epoch`` only; what may be shown is `reachability.rules.visible_reachability`."""

    sid: str
    service_sid: str
    identity: str
    friendly_name: str | None
    attributes: str
    role_sid: str
    joined_channels_count: int
    is_online: bool
    online_epoch: int
    ever_registered: bool
    bindings_count: int
    friendly_name_event: int
    attributes_event: int
    reachability_event: int
    date_created: int
    date_updated: int


class Channel(Row):
    """``state`` and the timers, in milliseconds, are Conversations' (contract 2.3). ``awaits``: the identity that
    made the channel and is yet to take its seat, which the creator does in a second step, and once."""

    sid: str
    service_sid: str
    unique_name: str | None
    friendly_name: str | None
    attributes: str
    type: ChannelType
    created_by: str
    next_index: int
    messages_count: int
    members_count: int
    last_message_index: int | None
    last_message_date: int | None
    date_created: int
    date_updated: int
    state: ChannelState
    date_state: int | None
    inactive_timer: int | None
    closed_timer: int | None
    date_inactive: int | None
    date_closed: int | None
    last_message_sid: str | None
    awaits: str | None


class Member(Row):
    sid: str
    channel_sid: str
    user_sid: str
    identity: str
    role_sid: str
    attributes: str
    last_consumed_message_index: int | None
    last_consumption_timestamp: int | None
    notification_level: NotificationLevel
    roster_event: int
    own_event: int
    date_created: int
    date_updated: int
    position: int


class Invite(Row):
    sid: str
    channel_sid: str
    user_sid: str
    identity: str
    role_sid: str
    created_by: str
    own_event: int
    date_created: int
    date_updated: int
    position: int


class Message(Row):
    """``idx`` is the index in the channel; ``digest`` judges whether a repeated mutation id carries the same body;
    ``author_sid`` is the user who had the author's name when the message came, if there was one."""

    sid: str
    channel_sid: str
    idx: int
    author: str
    member_sid: str | None
    body: str
    attributes: str
    last_updated_by: str | None
    was_edited: bool
    mutation_id: str | None
    digest: bytes | None
    event_id: int
    date_created: int
    date_updated: int
    subject: str | None
    author_sid: str | None


class Tombstone(Row):
    channel_sid: str
    idx: int
    sid: str
    author: str
    mutation_id: str | None
    digest: bytes | None
    date_deleted: int
    event_id: int


class Binding(Row):
    sid: str
    user_sid: str
    identity: str
    endpoint: str
    binding_type: BindingType
    credential_sid: str | None
    message_types: str
    address: str
    date_created: int
    date_updated: int


class Webhook(Row):
    """A channel's own webhook; ``configuration`` is a JSON object."""

    sid: str
    channel_sid: str
    type: WebhookType
    configuration: str
    date_created: int
    date_updated: int


class Credential(Row):
    """What a push service wants to see; ``secrets`` is sealed."""

    sid: str
    account_sid: str
    friendly_name: str
    type: PushService
    sandbox: bool
    secrets: str
    date_created: int
    date_updated: int


class SyncObject(Row):
    name: str
    sid: str
    type: str
    owner_sid: str
    last_event_id: int
    date_created: int
