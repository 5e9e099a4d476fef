"""Services: whole in chat (contract 4), made and deleted in Conversations, where settings are apart."""

from typing import Any

import msgspec

from chat_tui.protocol.defaults import MEDIA_MB
from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.protocol.words import FIELDS
from chat_tui.server.dates import date
from chat_tui.server.operations.services import (
    CreateService,
    DeleteService,
    FetchService,
    ListServices,
    UpdateService,
)
from chat_tui.server.rest import shapes
from chat_tui.server.rest.call import Call
from chat_tui.server.rest.dialects import CHAT, CHAT_V1, CHAT_V2, CONVERSATIONS, Parameters, camel
from chat_tui.server.rest.resource import Listed, Resource, Write
from chat_tui.server.store.rows import Service

MAX_TEMPLATE = 1024
MAX_SOUND = 256

_UPDATE = Parameters(
    "FriendlyName",
    "DefaultServiceRoleSid",
    "DefaultChannelRoleSid",
    "DefaultChannelCreatorRoleSid",
    "ReadStatusEnabled",
    "ReachabilityEnabled",
    "TypingIndicatorTimeout",
    "ConsumptionReportInterval",
    "PreWebhookUrl",
    "PostWebhookUrl",
    "WebhookMethod",
    "WebhookFilters",
    later=("PreWebhookRetryCount", "PostWebhookRetryCount"),
    named={
        "Limits.ChannelMembers": "channel_members_limit",
        "Limits.UserChannels": "user_channels_limit",
        "Media.CompatibilityMessage": "media_compatibility_message",
    },
)
_OCCASIONS = ("new_message", "added_to_channel", "removed_from_channel", "invited_to_channel")
_EVENTS = tuple(
    f"on_{thing}_{verb}"
    for thing, verbs in (
        ("message", "send update remove sent updated removed"),
        ("channel", "add destroy update added destroyed updated"),
        ("member", "add remove added removed"),
    )
    for verb in verbs.split()
)
"""Those a v1 service has a webhook each for (contract 1.5)."""


def represent(call: Call, service: Service) -> shapes.Service | shapes.ConversationsService:
    return _in_chat(call, service) if call.dialect.is_chat else _in_conversations(call, service)


def _links(call: Call, service: Service, *names: str) -> shapes.Links:
    return {name: call.at("Services", service.sid, camel(name)) for name in names}


def _in_chat(call: Call, service: Service) -> shapes.Service:
    is_v2 = call.dialect is CHAT_V2
    notifications: shapes.Notifications = msgspec.json.decode(service.notifications)
    notifications["new_message"].pop("with_media", None)
    return {
        "sid": service.sid,
        "account_sid": service.account_sid,
        "friendly_name": service.friendly_name,
        "date_created": date(service.date_created),
        "date_updated": date(service.date_updated),
        "default_service_role_sid": service.default_service_role_sid,
        "default_channel_role_sid": service.default_channel_role_sid,
        "default_channel_creator_role_sid": service.default_channel_creator_role_sid,
        "read_status_enabled": service.read_status_enabled,
        "reachability_enabled": service.reachability_enabled,
        "typing_indicator_timeout": service.typing_indicator_timeout,
        "consumption_report_interval": service.consumption_report_interval,
        "limits": {"channel_members": service.channel_members_limit, "user_channels": service.user_channels_limit},
        "webhooks": msgspec.json.decode(service.webhooks),
        "pre_webhook_url": service.pre_webhook_url,
        "post_webhook_url": service.post_webhook_url,
        "webhook_method": service.webhook_method,
        "webhook_filters": msgspec.json.decode(service.webhook_filters),
        "pre_webhook_retry_count": service.pre_webhook_retry_count,
        "post_webhook_retry_count": service.post_webhook_retry_count,
        "notifications": notifications,
        "media": {
            "size_limit_mb": MEDIA_MB,
            "compatibility_message": service.media_compatibility_message,
        },
        "url": call.at("Services", service.sid),
        "links": _links(call, service, "channels", "users", "roles", *(["bindings"] if is_v2 else [])),
    }


def _in_conversations(call: Call, service: Service) -> shapes.ConversationsService:
    apart = ("users", "roles", "bindings", "configuration", "participant_conversations")
    return {
        "sid": service.sid,
        "account_sid": service.account_sid,
        "friendly_name": service.friendly_name,
        "date_created": date(service.date_created),
        "date_updated": date(service.date_updated),
        "url": call.at("Services", service.sid),
        "links": _links(call, service, "channels", *apart, "conversation_with_participants"),
    }


def _more(call: Call) -> dict[str, Any]:
    """The nested parameters: ``Notifications.…`` and, in v1, ``Webhooks.…``."""
    found: dict[str, Any] = {}
    if notifications := notifications_in(call, "Notifications."):
        found["notifications"] = notifications
    if call.dialect is CHAT_V1 and (webhooks := _webhooks_in(call)):
        found["webhooks"] = webhooks
    return found | urls_in(call)


def urls_in(call: Call) -> dict[str, Any]:
    """The webhooks that are taken away: an empty URL means none."""
    fields = {"PreWebhookUrl": "pre_webhook_url", "PostWebhookUrl": "post_webhook_url"}
    return {field: None for parameter, field in fields.items() if call.first(parameter) == ""}


def notifications_in(call: Call, prefix: str) -> dict[str, Any]:
    """``<prefix><Occasion>.<What>`` as the nested object the service keeps; a Sound shows once it is set (contract
    1.10)."""
    found: dict[str, Any] = {}
    for occasion in _OCCASIONS:
        name = f"{prefix}{camel(call.dialect.word(FIELDS, occasion))}."
        if settings := _occasion(call, name):
            found[occasion] = settings
        if occasion == "new_message" and not call.dialect.is_chat and (media := _occasion(call, f"{name}WithMedia.")):
            found.setdefault(occasion, {})["with_media"] = media
    if (is_logged := call.flag(f"{prefix}LogEnabled")) is not None:
        found["log_enabled"] = is_logged
    return found


def _occasion(call: Call, prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, key in (("Enabled", "enabled"), ("BadgeCountEnabled", "badge_count_enabled")):
        if (flag := call.flag(prefix + name)) is not None:
            found[key] = flag
    limits = (("Template", MAX_TEMPLATE, Code.TEMPLATE_TOO_LONG), ("Sound", MAX_SOUND, Code.SOUND_TOO_LONG))
    for name, limit, code in limits:
        if (text := call.first(prefix + name)) is not None:
            if len(text) > limit:
                raise BadRequest(f"{prefix}{name}: at most {limit} characters", code)
            found[name.lower()] = text
    return found


def _webhooks_in(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for event in _EVENTS:
        for what in ("url", "method"):
            if (value := call.first(f"Webhooks.{camel(event)}.{what.title()}")) is not None:
                found.setdefault(event, {"format": None})[what] = value
    return found


RESOURCES = (
    Resource(
        path="/Services",
        item="service_sid",
        represent=represent,
        create=Write(CreateService, Parameters("FriendlyName")),
        page=Listed(ListServices),
        fetch=FetchService,
        update=Write(UpdateService, _UPDATE, _more),
        delete=DeleteService,
        dialects=(*CHAT, CONVERSATIONS),
        only={CONVERSATIONS: ("create", "page", "fetch", "delete")},
        hidden={CHAT_V1: ("pre_webhook_retry_count", "post_webhook_retry_count", "media"), CHAT_V2: ("webhooks",)},
    ),
)
