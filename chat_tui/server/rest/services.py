"""Services over chat v2, and what chat v1 shares of them (fact sheet section 4)."""

from typing import Any

import msgspec
from msgspec import UNSET

from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.server.operations.services import (
    CreateService,
    DeleteService,
    FetchService,
    ListServices,
    UpdateService,
)
from chat_tui.server.rest.call import Answer, Call, Routes, date, parameters
from chat_tui.server.rest.paging import cursor_of, envelope, listing
from chat_tui.server.store.rows import Service

MEDIA_SIZE_LIMIT_MB = 150

_PARAMETERS = parameters(
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
    "PreWebhookRetryCount",
    "PostWebhookRetryCount",
    channel_members_limit="Limits.ChannelMembers",
    user_channels_limit="Limits.UserChannels",
    media_compatibility_message="Media.CompatibilityMessage",
)
_OCCASIONS = ("new_message", "added_to_channel", "removed_from_channel", "invited_to_channel")


def represent(call: Call, service: Service, version: str = "v2") -> dict[str, Any]:
    path = (version, "Services", service.sid)
    body = {
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
        "webhooks": None,
        "pre_webhook_url": service.pre_webhook_url,
        "post_webhook_url": service.post_webhook_url,
        "webhook_method": service.webhook_method,
        "webhook_filters": msgspec.json.decode(service.webhook_filters),
        "notifications": msgspec.json.decode(service.notifications),
        "url": call.urls.of(*path),
        "links": {
            "channels": call.urls.of(*path, "Channels"),
            "users": call.urls.of(*path, "Users"),
            "roles": call.urls.of(*path, "Roles"),
        },
    }
    if version == "v1":
        return body
    del body["webhooks"]
    body["links"]["bindings"] = call.urls.of(*path, "Bindings")
    return body | {
        "pre_webhook_retry_count": service.pre_webhook_retry_count,
        "post_webhook_retry_count": service.post_webhook_retry_count,
        "media": {
            "size_limit_mb": MEDIA_SIZE_LIMIT_MB,
            "compatibility_message": service.media_compatibility_message,
        },
    }


async def create(call: Call) -> Answer:
    name = call.form.get("FriendlyName", [""])[-1]
    command = CreateService(account_sid=call.actor.account_sid, friendly_name=name)
    return Answer(201, represent(call, await call.run(command)))


async def fetch(call: Call) -> Answer:
    return Answer(200, represent(call, await call.run(FetchService(**call.path))))


async def update(call: Call) -> Answer:
    return Answer(200, represent(call, await _update(call)))


async def fetch_v1(call: Call) -> Answer:
    return Answer(200, represent(call, await call.run(FetchService(**call.path)), "v1"))


async def update_v1(call: Call) -> Answer:
    """The seed's curl that switches reachability."""
    return Answer(200, represent(call, await _update(call), "v1"))


async def _update(call: Call) -> Service:
    command = call.command(UpdateService, _PARAMETERS)
    notifications = _notifications(call)
    if notifications:
        command.notifications = notifications
    for field in ("pre_webhook_url", "post_webhook_url"):
        if getattr(command, field) == "":
            setattr(command, field, None)
    assert command.notifications is UNSET or notifications
    service: Service = await call.run(command)
    return service


def _notifications(call: Call) -> dict[str, Any]:
    """``Notifications.<Occasion>.<What>`` as the nested object the service keeps; a Sound shows once it is set."""
    found: dict[str, Any] = {}
    for occasion in _OCCASIONS:
        prefix = "Notifications." + occasion.title().replace("_", "") + "."
        for name, key, is_flag in (
            ("Enabled", "enabled", True),
            ("Template", "template", False),
            ("Sound", "sound", False),
            ("BadgeCountEnabled", "badge_count_enabled", True),
        ):
            given = call.form.get(prefix + name)
            if given is not None:
                found.setdefault(occasion, {})[key] = _flag(prefix + name, given[-1]) if is_flag else given[-1]
    given = call.form.get("Notifications.LogEnabled")
    if given is not None:
        found["log_enabled"] = _flag("Notifications.LogEnabled", given[-1])
    return found


def _flag(parameter: str, value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise BadRequest(f"{parameter}: must be true or false", Code.BAD_PARAMETER)
    return value.lower() == "true"


async def delete(call: Call) -> Answer:
    await call.run(DeleteService(**call.path))
    return Answer(204)


async def page(call: Call) -> Answer:
    asked = listing(call)
    found = await call.run(ListServices(account_sid=call.actor.account_sid, page=asked.page))
    items = [represent(call, service) for service in found.items]
    return envelope(call, "services", items, asked, cursor_of(found.next))


ROUTES: Routes = [
    ("POST /v2/Services", create),
    ("GET /v2/Services", page),
    ("GET /v2/Services/{service_sid}", fetch),
    ("POST /v2/Services/{service_sid}", update),
    ("DELETE /v2/Services/{service_sid}", delete),
    ("GET /v1/Services/{service_sid}", fetch_v1),
    ("POST /v1/Services/{service_sid}", update_v1),
]
