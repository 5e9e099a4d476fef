"""Channels over chat v2."""

from typing import Any

import msgspec

from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.protocol.values import ChannelType
from chat_tui.server.operations.channels import (
    CreateChannel,
    DeleteChannel,
    FetchChannel,
    ListChannels,
    UpdateChannel,
)
from chat_tui.server.rest.call import Answer, Call, Routes, date, parameters
from chat_tui.server.rest.paging import cursor_of, envelope, listing
from chat_tui.server.store.rows import Channel

_UPDATE = parameters("FriendlyName", "UniqueName", "Attributes", "DateCreated", "DateUpdated", "CreatedBy")
_CREATE = _UPDATE | parameters("Type")


def links(call: Call, channel: Channel) -> dict[str, str]:
    """What hangs on a channel; the last message only when there is one."""
    path = ("v2", "Services", channel.service_sid, "Channels", channel.sid)
    found = {name: call.urls.of(*path, name.title()) for name in ("members", "messages", "invites", "webhooks")}
    if channel.last_message_index is not None:
        found["last_message"] = call.urls.of(*path, "Messages", str(channel.last_message_index))
    return found


def represent(call: Call, channel: Channel) -> dict[str, Any]:
    return {
        "sid": channel.sid,
        "account_sid": call.actor.account_sid,
        "service_sid": channel.service_sid,
        "friendly_name": channel.friendly_name,
        "unique_name": channel.unique_name,
        "attributes": channel.attributes,
        "type": channel.type,
        "created_by": channel.created_by,
        "members_count": channel.members_count,
        "messages_count": channel.messages_count,
        "date_created": date(channel.date_created),
        "date_updated": date(channel.date_updated),
        "url": call.urls.of("v2", "Services", channel.service_sid, "Channels", channel.sid),
        "links": links(call, channel),
    }


async def create(call: Call) -> Answer:
    return Answer(201, represent(call, await call.run(call.command(CreateChannel, _CREATE))))


async def fetch(call: Call) -> Answer:
    return Answer(200, represent(call, await call.run(FetchChannel(**call.path))))


async def update(call: Call) -> Answer:
    return Answer(200, represent(call, await call.run(call.command(UpdateChannel, _UPDATE))))


async def delete(call: Call) -> Answer:
    await call.run(DeleteChannel(**call.path))
    return Answer(204)


async def page(call: Call) -> Answer:
    asked = listing(call)
    try:
        types = msgspec.convert(call.query.get("Type", []), tuple[ChannelType, ...])
    except msgspec.ValidationError:
        raise BadRequest("Type: must be public or private", Code.BAD_PARAMETER) from None
    found = await call.run(ListChannels(**call.path, types=types, page=asked.page))
    items = [represent(call, channel) for channel in found.items]
    return envelope(call, "channels", items, asked, cursor_of(found.next))


ROUTES: Routes = [
    ("POST /v2/Services/{service_sid}/Channels", create),
    ("GET /v2/Services/{service_sid}/Channels", page),
    ("GET /v2/Services/{service_sid}/Channels/{channel}", fetch),
    ("POST /v2/Services/{service_sid}/Channels/{channel}", update),
    ("DELETE /v2/Services/{service_sid}/Channels/{channel}", delete),
]
