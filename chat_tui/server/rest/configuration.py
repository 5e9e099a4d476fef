"""The Configuration of a Conversations service: the third door to reachability (fact sheet 2.2)."""

from typing import Any

from chat_tui.server.operations.services import FetchService, UpdateService
from chat_tui.server.rest.call import Answer, Call, Routes, parameters
from chat_tui.server.store.rows import Service

_PARAMETERS = parameters(
    "ReachabilityEnabled",
    default_service_role_sid="DefaultChatServiceRoleSid",
    default_channel_role_sid="DefaultConversationRoleSid",
    default_channel_creator_role_sid="DefaultConversationCreatorRoleSid",
)


def represent(call: Call, service: Service) -> dict[str, Any]:
    path = ("v1", "Services", service.sid, "Configuration")
    return {
        "chat_service_sid": service.sid,
        "default_conversation_creator_role_sid": service.default_channel_creator_role_sid,
        "default_conversation_role_sid": service.default_channel_role_sid,
        "default_chat_service_role_sid": service.default_service_role_sid,
        "reachability_enabled": service.reachability_enabled,
        "url": call.urls.of(*path),
        "links": {
            "notifications": call.urls.of(*path, "Notifications"),
            "webhooks": call.urls.of(*path, "Webhooks"),
        },
    }


async def fetch(call: Call) -> Answer:
    return Answer(200, represent(call, await call.run(FetchService(**call.path))))


async def update(call: Call) -> Answer:
    return Answer(200, represent(call, await call.run(call.command(UpdateService, _PARAMETERS))))


ROUTES: Routes = [
    ("GET /v1/Services/{service_sid}/Configuration", fetch),
    ("POST /v1/Services/{service_sid}/Configuration", update),
]
