"""What a service is set to, as Conversations has it: in three resources beside the service (contract 2.2)."""

from typing import Any

import msgspec

from chat_tui.protocol.words import EVENTS
from chat_tui.server.operations.services import FetchService, UpdateService
from chat_tui.server.rest import shapes
from chat_tui.server.rest.call import Call
from chat_tui.server.rest.dialects import CONVERSATIONS, Parameters
from chat_tui.server.rest.resource import Resource, Write
from chat_tui.server.rest.resources.services import notifications_in, urls_in
from chat_tui.server.store.rows import Service


def _notifications(call: Call, service: Service) -> shapes.ServiceNotifications:
    """Conversations has no invitations, and a notice more for media."""
    kept: shapes.Notifications = msgspec.json.decode(service.notifications)
    kept["new_message"].setdefault("with_media", {"enabled": False})
    return {
        "account_sid": service.account_sid,
        "service_sid": service.sid,
        "log_enabled": kept["log_enabled"],
        "added_to_channel": kept["added_to_channel"],
        "new_message": kept["new_message"],
        "removed_from_channel": kept["removed_from_channel"],
        "url": call.at("Services", service.sid, "Configuration", "Notifications"),
    }


def _configuration(call: Call, service: Service) -> shapes.ServiceConfiguration:
    path = ("Services", service.sid, "Configuration")
    return {
        "service_sid": service.sid,
        "default_channel_creator_role_sid": service.default_channel_creator_role_sid,
        "default_channel_role_sid": service.default_channel_role_sid,
        "default_service_role_sid": service.default_service_role_sid,
        "reachability_enabled": service.reachability_enabled,
        "url": call.at(*path),
        "links": {name: call.at(*path, name.title()) for name in ("notifications", "webhooks")},
    }


def _webhook_configuration(call: Call, service: Service) -> shapes.ServiceWebhooks:
    filters = msgspec.json.decode(service.webhook_filters)
    return {
        "account_sid": service.account_sid,
        "service_sid": service.sid,
        "pre_webhook_url": service.pre_webhook_url,
        "post_webhook_url": service.post_webhook_url,
        "filters": [call.dialect.word(EVENTS, event) for event in filters],
        "method": service.webhook_method,
        "url": call.at("Services", service.sid, "Configuration", "Webhooks"),
    }


def _webhooks_more(call: Call) -> dict[str, Any]:
    found = urls_in(call)
    if "Filters" in call.form:
        found["webhook_filters"] = [call.dialect.chat_word(EVENTS, event) for event in call.form["Filters"] if event]
    return found


_CONFIGURATION = Resource(
    path="/Services/{service_sid}/Configuration",
    represent=_configuration,
    fetch=FetchService,
    update=Write(
        UpdateService,
        Parameters(
            "DefaultServiceRoleSid", "DefaultChannelRoleSid", "DefaultChannelCreatorRoleSid", "ReachabilityEnabled"
        ),
    ),
    dialects=(CONVERSATIONS,),
)
_NOTIFICATIONS = Resource(
    path="/Services/{service_sid}/Configuration/Notifications",
    represent=_notifications,
    fetch=FetchService,
    update=Write(
        UpdateService,
        more=lambda call: {"notifications": found} if (found := notifications_in(call, "")) else {},
    ),
    dialects=(CONVERSATIONS,),
)
_WEBHOOKS = Resource(
    path="/Services/{service_sid}/Configuration/Webhooks",
    represent=_webhook_configuration,
    fetch=FetchService,
    update=Write(
        UpdateService,
        Parameters("PreWebhookUrl", "PostWebhookUrl", named={"Method": "webhook_method"}),
        _webhooks_more,
    ),
    dialects=(CONVERSATIONS,),
)
RESOURCES = (_CONFIGURATION, _NOTIFICATIONS, _WEBHOOKS)
