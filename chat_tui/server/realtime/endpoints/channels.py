"""Channels, and a user's own part in them, as official SDKs ask for them (contract 7.5)."""

from chat_tui.protocol import api_shapes
from chat_tui.protocol.errors import NotFound
from chat_tui.protocol.sync import document_name, messages_name, roster_name
from chat_tui.protocol.values import ChannelStatus, NotificationLevel
from chat_tui.server.dates import timestamp
from chat_tui.server.operations import channels, user_channels
from chat_tui.server.operations.user_channels import UserChannel
from chat_tui.server.realtime.paging import page_meta, page_query
from chat_tui.server.realtime.requests import Answer, Request, Routes
from chat_tui.server.store.rows import Channel, Invite, Member


def describe_channel(
    request: Request, channel: Channel, seat: Member | Invite | None, unread: int | None
) -> api_shapes.ChannelDescription:
    """A channel as its user sees it, under the names of both generations of SDKs."""
    member = seat if isinstance(seat, Member) else None
    horizon = None if member is None else member.last_consumed_message_index
    url = f"{request.api}/Conversations/{channel.sid}"
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
        "notification_level": NotificationLevel.DEFAULT if member is None else member.notification_level,
        "url": url,
        "links": {name.lower(): f"{url}/{name}" for name in ("Messages", "Participants", "Invites")},
        "sync_objects": {
            "conversation": document_name(channel.sid),
            "messages": messages_name(channel.sid),
            "participants": roster_name(channel.sid),
        },
    }


def _describe(request: Request, found: UserChannel) -> api_shapes.ChannelDescription:
    return describe_channel(request, found.channel, found.seat, found.unread)


async def _described(request: Request, channel: Channel) -> api_shapes.ChannelDescription:
    """The channel with the user's own part in it, if there is one."""
    try:
        return await _own(request, channel.sid)
    except NotFound:
        return describe_channel(request, channel, None, None)


async def _own(request: Request, channel: str) -> api_shapes.ChannelDescription:
    actor = request.actor
    command = user_channels.FetchUserChannel(service_sid=actor.service_sid, user=actor.user_sid, channel=channel)
    return _describe(request, await request.run(command))


async def own_channels(request: Request) -> Answer:
    actor = request.actor
    found = await request.run(
        user_channels.ListUserChannels(service_sid=actor.service_sid, user=actor.user_sid, page=page_query(request))
    )
    items = [_describe(request, item) for item in found.items]
    body: api_shapes.ChannelPage = {"conversations": items, "meta": page_meta(found)}
    return Answer(200, body)


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
    command = channels.ListChannels(service_sid=request.actor.service_sid, page=page_query(request))
    found = await request.run(command)
    items = [await _described(request, channel) for channel in found.items]
    body: api_shapes.ChannelPage = {"conversations": items, "meta": page_meta(found)}
    return Answer(200, body)


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


_CLIENT = "/Client/{version}"
_CHANNEL = f"{_CLIENT}/Conversations/{{channel}}"
ROUTES: Routes = [
    (f"GET {_CLIENT}/UserConversations", own_channels),
    (f"GET {_CLIENT}/UserConversations/{{channel}}", channel),
    (f"POST {_CLIENT}/UserConversations/{{channel}}", update_own_channel),
    (f"GET {_CLIENT}/Conversations", public_channels),
    (f"POST {_CLIENT}/Conversations", create_channel),
    (f"GET {_CHANNEL}", channel),
    (f"POST {_CHANNEL}", update_channel),
    (f"DELETE {_CHANNEL}", delete_channel),
]
