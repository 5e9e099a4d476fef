"""The Client API: the commands of a connected user, as official SDKs send them (contract 7.5)."""

from typing import Any

from chat_tui.protocol.errors import BadRequest, Code, NotFound
from chat_tui.protocol.numbers import whole, whole_or
from chat_tui.protocol.values import ChannelStatus
from chat_tui.server.dates import timestamp
from chat_tui.server.operations import channels, invites, members, messages, typing, user_channels, users
from chat_tui.server.operations.pages import Page, PageQuery
from chat_tui.server.operations.services import FetchService
from chat_tui.server.operations.user_channels import UserChannel
from chat_tui.server.reachability.rules import published
from chat_tui.server.realtime.requests import Answer, Request, Routes
from chat_tui.server.store.rows import Channel, Invite, Member, Message, Service
from chat_tui.server.sync import views as v

BASE = "https://aim.chat-tui.invalid"
"""A label: every request travels inside the socket."""

USERS_TO_SUBSCRIBE = 100
_DEFAULT_PAGE = 50
_MAX_PAGE = 1000
_IN_FRONT = "p"


def _api(request: Request) -> str:
    return f"{BASE}/Client/{request.path['version']}"


async def configuration(request: Request) -> Answer:
    """Where everything is; all further URLs come from here."""
    service: Service = await request.run(FetchService(service_sid=request.actor.service_sid))
    user_sid, api = request.actor.user_sid, _api(request)
    return Answer(
        200,
        {
            "identity": request.actor.identity,
            "user_sid": user_sid,
            "sync_objects": {
                "my_user_info": v.info_name(user_sid),
                "my_conversations": v.own_channels_name(user_sid),
            },
            "links": {
                "my_conversations": f"{api}/UserConversations",
                "conversations": f"{api}/Conversations",
                "users": f"{api}/Users",
                "current_user": f"{api}/Users/{user_sid}",
                "typing": f"{BASE}/v1/typing",
                "media_service": f"{BASE}/v1/Services/{service.sid}/Media",
                "media_set_service": f"{BASE}/v1/Services/{service.sid}/MediaSet",
                "messages_receipts": f"{api}/Receipts",
            },
            "options": {
                "reachability_enabled": service.reachability_enabled,
                "read_status_enabled": service.read_status_enabled,
                "typing_indicator_timeout": service.typing_indicator_timeout,
                "user_infos_to_subscribe": USERS_TO_SUBSCRIBE,
                "http_cache_interval": "PT0S",
                "consumption_report_interval": "PT1S",
                "media_attachments_count_limit": 10,
                "media_attachment_size_limit_in_mb": 50,
                "media_attachments_total_size_limit_in_mb": 150,
                "email_histories_allowed_mime_types": [],
                "email_bodies_allowed_mime_types": [],
            },
        },
    )


# ---- pages


def _page_query(request: Request) -> PageQuery:
    """A page token is the position of the last row seen, or, behind a letter, of the first: the page in front of it."""
    try:
        size = max(1, min(whole_or(request.params.get("PageSize"), _DEFAULT_PAGE), _MAX_PAGE))
        token = request.params.get("PageToken") or ""
        if token.startswith(_IN_FRONT):
            return PageQuery(size, before=whole(token.removeprefix(_IN_FRONT)))
        return PageQuery(size, whole(token) if token else None)
    except ValueError:
        raise BadRequest("PageSize or PageToken: not valid", Code.BAD_PAGE_TOKEN) from None


def _meta(found: Page[Any]) -> dict[str, Any]:
    following = None if found.next is None else str(found.next.after or 0)
    previous = None if found.previous is None else f"{_IN_FRONT}{found.previous.before}"
    return {"previous_token": previous, "prev_token": previous, "next_token": following}


# ---- channels


def describe_channel(
    request: Request, channel: Channel, seat: Member | Invite | None, unread: int | None
) -> dict[str, Any]:
    """A channel as its user sees it, under the names of both generations of SDKs."""
    member = seat if isinstance(seat, Member) else None
    horizon = None if member is None else member.last_consumed_message_index
    url = f"{_api(request)}/Conversations/{channel.sid}"
    status = ChannelStatus.NOT_PARTICIPATING
    if seat is not None:
        status = ChannelStatus.JOINED if member is not None else ChannelStatus.INVITED
    return {
        "sid": channel.sid,
        "conversation_sid": channel.sid,
        "channel_sid": channel.sid,
        "unique_name": channel.unique_name,
        "friendly_name": channel.friendly_name,
        "attributes": channel.attributes,
        "type": channel.type,
        "created_by": channel.created_by,
        "date_created": timestamp(channel.date_created),
        "date_updated": timestamp(channel.date_updated),
        "status": status,
        "messages_count": channel.messages_count,
        "participants_count": channel.members_count,
        "members_count": channel.members_count,
        "unread_messages_count": unread,
        "last_consumed_message_index": horizon,
        "last_read_message_index": horizon,
        "last_message_index": channel.last_message_index,
        "notification_level": "default" if member is None else member.notification_level,
        "url": url,
        "links": {name.lower(): f"{url}/{name}" for name in ("Messages", "Participants", "Invites")},
        "sync_objects": {
            "conversation": v.document_name(channel.sid),
            "messages": v.messages_name(channel.sid),
            "participants": v.roster_name(channel.sid),
        },
    }


def _describe(request: Request, found: UserChannel) -> dict[str, Any]:
    return describe_channel(request, found.channel, found.seat, found.unread)


async def _described(request: Request, channel: Channel) -> dict[str, Any]:
    """The channel with the user's own part in it, if there is one."""
    try:
        return await _own(request, channel.sid)
    except NotFound:
        return describe_channel(request, channel, None, None)


async def _own(request: Request, channel: str) -> dict[str, Any]:
    actor = request.actor
    command = user_channels.FetchUserChannel(service_sid=actor.service_sid, user=actor.user_sid, channel=channel)
    return _describe(request, await request.run(command))


async def own_channels(request: Request) -> Answer:
    actor = request.actor
    found = await request.run(
        user_channels.ListUserChannels(service_sid=actor.service_sid, user=actor.user_sid, page=_page_query(request))
    )
    return Answer(200, {"conversations": [_describe(request, item) for item in found.items], "meta": _meta(found)})


_OWN_FIELDS = {
    "last_consumed_message_index": "last_consumed_message_index",
    "last_read_message_index": "last_consumed_message_index",
    "notification_level": "notification_level",
}


async def update_own_channel(request: Request) -> Answer:
    command = request.command(user_channels.UpdateUserChannel, _OWN_FIELDS, user=request.actor.user_sid)
    return Answer(200, _describe(request, await request.run(command)))


_CHANNEL_FIELDS = {name: name for name in ("friendly_name", "unique_name", "attributes")}


async def create_channel(request: Request) -> Answer:
    names = _CHANNEL_FIELDS | {"type": "type"}
    request.fields.setdefault("type", "private")  # as the SDKs mean it when they say nothing
    channel = await request.run(request.command(channels.CreateChannel, names))
    return Answer(201, describe_channel(request, channel, None, None))


async def public_channels(request: Request) -> Answer:
    command = channels.ListChannels(service_sid=request.actor.service_sid, page=_page_query(request))
    found = await request.run(command)
    items = [await _described(request, channel) for channel in found.items]
    return Answer(200, {"conversations": items, "meta": _meta(found)})


async def channel(request: Request) -> Answer:
    """A channel the user may see; SDKs also ask so, among their own, for one they have just created and not joined."""
    command = channels.FetchChannel(service_sid=request.actor.service_sid, channel=request.path["channel"])
    return Answer(200, await _described(request, await request.run(command)))


async def update_channel(request: Request) -> Answer:
    found = await request.run(request.command(channels.UpdateChannel, _CHANNEL_FIELDS))
    return Answer(200, await _described(request, found))


async def delete_channel(request: Request) -> Answer:
    await request.run(request.command(channels.DeleteChannel, {}))
    return Answer(204)


# ---- members and invites


def _describe_member(member: Member) -> dict[str, Any]:
    return {"sid": member.sid, "conversation_sid": member.channel_sid} | v.roster_item(member)


async def add_member(request: Request) -> Answer:
    names = {name: name for name in ("identity", "role_sid", "attributes")}
    return Answer(201, _describe_member(await request.run(request.command(members.AddMember, names))))


async def update_member(request: Request) -> Answer:
    names = {name: name for name in ("role_sid", "attributes")}
    return Answer(200, _describe_member(await request.run(request.command(members.UpdateMember, names))))


async def remove_member(request: Request) -> Answer:
    await request.run(request.command(members.RemoveMember, {}))
    return Answer(204)


async def invite(request: Request) -> Answer:
    names = {name: name for name in ("identity", "role_sid")}
    found: Invite = await request.run(request.command(invites.InviteMember, names))
    body = {"sid": found.sid, "conversation_sid": found.channel_sid, "identity": found.identity}
    return Answer(201, body | {"created_by": found.created_by, "date_created": timestamp(found.date_created)})


async def remove_invite(request: Request) -> Answer:
    await request.run(request.command(invites.RemoveInvite, {}))
    return Answer(204)


# ---- messages


def _describe_message(message: Message) -> dict[str, Any]:
    return {
        "sid": message.sid,
        "index": message.idx,
        "conversation_sid": message.channel_sid,
        "author": message.author,
        "body": message.body,
        "attributes": message.attributes,
        "date_created": timestamp(message.date_created),
        "date_updated": timestamp(message.date_updated),
    }


async def send_message(request: Request) -> Answer:
    """``X-Twilio-Mutation-Id`` makes a repeat harmless: it answers with what was stored (guarantees, Send 2)."""
    mutation_id = request.headers.get("x-twilio-mutation-id")
    names = {name: name for name in ("body", "attributes", "subject")}
    if request.fields.get("body", "") is None:
        request.fields["body"] = ""
    sent = await request.run(request.command(messages.SendMessage, names, mutation_id=mutation_id))
    return Answer(
        201, {"sid": sent.sid, "index": sent.index} if sent.message is None else _describe_message(sent.message)
    )


async def update_message(request: Request) -> Answer:
    names = {"body": "body", "attributes": "attributes"}
    view = await request.run(request.command(messages.UpdateMessage, names))
    return Answer(200, _describe_message(view.message))


async def delete_message(request: Request) -> Answer:
    await request.run(request.command(messages.DeleteMessage, {}))
    return Answer(204)


# ---- users


def _describe_user(request: Request, view: users.UserView) -> dict[str, Any]:
    user, reachability = view.user, published(view.service, view.user)
    return {
        "sid": user.sid,
        "identity": user.identity,
        "friendly_name": user.friendly_name,
        "attributes": user.attributes,
        "is_online": reachability.online,
        "is_notifiable": reachability.notifiable,
        "sync_unique_name": v.info_name(user.sid),
        "sync_objects": {"user_info_map": v.info_name(user.sid)},
        "url": f"{_api(request)}/Users/{user.sid}",
    }


async def channel_users(request: Request) -> Answer:
    """Snapshots of everybody in a channel, reachability included."""
    sid = request.params.get("ConversationSid") or request.params.get("ChannelSid")
    if not sid:
        raise BadRequest("ConversationSid: is missing", Code.BAD_PARAMETER)
    found: users.ChannelUsers = await request.run(
        users.ListChannelUsers(service_sid=request.actor.service_sid, channel=sid, page=_page_query(request))
    )
    views = [users.UserView(user, found.service) for user in found.users.items]
    return Answer(200, {"users": [_describe_user(request, view) for view in views], "meta": _meta(found.users)})


async def user(request: Request) -> Answer:
    return Answer(200, _describe_user(request, await request.run(request.command(users.FetchUser, {}))))


async def update_user(request: Request) -> Answer:
    names = {"friendly_name": "friendly_name", "attributes": "attributes"}
    return Answer(200, _describe_user(request, await request.run(request.command(users.UpdateUser, names))))


# ---- typing


async def notify_typing(request: Request) -> Answer:
    channel_sid = str(request.fields.get("ChannelSid") or request.fields.get("ConversationSid") or "")
    command = typing.NotifyTyping(service_sid=request.actor.service_sid, channel=channel_sid)
    return Answer(200, {"typing_timeout": (await request.run(command)).timeout})


_CLIENT = "/Client/{version}"
_CHANNEL = f"{_CLIENT}/Conversations/{{channel}}"
ROUTES: Routes = [
    (f"GET {_CLIENT}/Configuration", configuration),
    (f"GET {_CLIENT}/UserConversations", own_channels),
    (f"GET {_CLIENT}/UserConversations/{{channel}}", channel),
    (f"POST {_CLIENT}/UserConversations/{{channel}}", update_own_channel),
    (f"GET {_CLIENT}/Conversations", public_channels),
    (f"POST {_CLIENT}/Conversations", create_channel),
    (f"GET {_CHANNEL}", channel),
    (f"POST {_CHANNEL}", update_channel),
    (f"DELETE {_CHANNEL}", delete_channel),
    (f"POST {_CHANNEL}/Participants", add_member),
    (f"POST {_CHANNEL}/Participants/{{member}}", update_member),
    (f"DELETE {_CHANNEL}/Participants/{{member}}", remove_member),
    (f"POST {_CHANNEL}/Invites", invite),
    (f"DELETE {_CHANNEL}/Invites/{{invite}}", remove_invite),
    (f"POST {_CHANNEL}/Messages", send_message),
    (f"POST {_CHANNEL}/Messages/{{message}}", update_message),
    (f"DELETE {_CHANNEL}/Messages/{{message}}", delete_message),
    (f"GET {_CLIENT}/Users", channel_users),
    (f"GET {_CLIENT}/Users/{{user}}", user),
    (f"POST {_CLIENT}/Users/{{user}}", update_user),
    ("POST /v1/typing", notify_typing),
]
