"""Users, with what may be shown of their reachability (contract 7.5)."""

from chat_tui.protocol import api_shapes
from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.protocol.sync import info_name
from chat_tui.server.operations import users
from chat_tui.server.reachability.rules import visible_reachability
from chat_tui.server.realtime.paging import page_meta, page_query
from chat_tui.server.realtime.requests import Answer, Request, Routes


def _describe_user(request: Request, view: users.UserView) -> api_shapes.UserDescription:
    user, reachability = view.user, visible_reachability(view.service, view.user)
    return {
        "sid": user.sid,
        "identity": user.identity,
        "friendly_name": user.friendly_name,
        "attributes": user.attributes,
        "is_online": reachability.online,
        "is_notifiable": reachability.notifiable,
        "sync_unique_name": info_name(user.sid),
        "sync_objects": {"user_info_map": info_name(user.sid)},
        "url": f"{request.api}/Users/{user.sid}",
    }


async def channel_users(request: Request) -> Answer:
    """Snapshots of everybody in a channel, reachability included."""
    sid = request.params.get("ConversationSid") or request.params.get("ChannelSid")
    if not sid:
        raise BadRequest("ConversationSid: is missing", Code.BAD_PARAMETER)
    found: users.ChannelUsers = await request.run(
        users.ListChannelUsers(service_sid=request.actor.service_sid, channel=sid, page=page_query(request))
    )
    people = [users.UserView(user, found.service) for user in found.users.items]
    items = [_describe_user(request, view) for view in people]
    body: api_shapes.UserPage = {"users": items, "meta": page_meta(found.users)}
    return Answer(200, body)


async def user(request: Request) -> Answer:
    return Answer(200, _describe_user(request, await request.run(request.command(users.FetchUser, {}))))


async def update_user(request: Request) -> Answer:
    names = {"friendly_name": "friendly_name", "attributes": "attributes"}
    return Answer(200, _describe_user(request, await request.run(request.command(users.UpdateUser, names))))


_USERS = "/Client/{version}/Users"
ROUTES: Routes = [
    (f"GET {_USERS}", channel_users),
    (f"GET {_USERS}/{{user}}", user),
    (f"POST {_USERS}/{{user}}", update_user),
]
