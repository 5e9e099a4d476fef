"""The Client API's first answer: where everything is, and what the service allows (contract 7.5)."""

from chat_tui.protocol import api_shapes
from chat_tui.protocol.defaults import CLIENT_API, FOLLOWED_USERS, HORIZON_EVERY, MEDIA_MB
from chat_tui.protocol.sync import info_name, own_channels_name
from chat_tui.server.operations.services import FetchService
from chat_tui.server.realtime.requests import Answer, Request, Routes
from chat_tui.server.store.rows import Service


async def configuration(request: Request) -> Answer:
    """Where everything is; all further URLs come from here."""
    service: Service = await request.run(FetchService(service_sid=request.actor.service_sid))
    user_sid, api = request.actor.user_sid, request.api
    body: api_shapes.Configuration = {
        "identity": request.actor.identity,
        "user_sid": user_sid,
        "sync_objects": {
            "my_user_info": info_name(user_sid),
            "my_conversations": own_channels_name(user_sid),
        },
        "links": {
            "my_conversations": f"{api}/UserConversations",
            "conversations": f"{api}/Conversations",
            "users": f"{api}/Users",
            "current_user": f"{api}/Users/{user_sid}",
            "typing": f"{CLIENT_API}/v1/typing",
            "media_service": f"{CLIENT_API}/v1/Services/{service.sid}/Media",
            "media_set_service": f"{CLIENT_API}/v1/Services/{service.sid}/MediaSet",
            "messages_receipts": f"{api}/Conversations/%s/Messages/%s/Receipts",  # an SDK puts both SIDs in
        },
        "options": {
            "reachability_enabled": service.reachability_enabled,
            "read_status_enabled": service.read_status_enabled,
            "typing_indicator_timeout": service.typing_indicator_timeout,
            "user_infos_to_subscribe": FOLLOWED_USERS,
            "http_cache_interval": "PT0S",
            "consumption_report_interval": f"PT{HORIZON_EVERY}S",
            "media_attachments_count_limit": 10,
            "media_attachment_size_limit_in_mb": 50,
            "media_attachments_total_size_limit_in_mb": MEDIA_MB,
            "email_histories_allowed_mime_types": [],
            "email_bodies_allowed_mime_types": [],
        },
    }
    return Answer(200, body)


ROUTES: Routes = [
    ("GET /Client/{version}/Configuration", configuration),
]
