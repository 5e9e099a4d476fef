"""User Channels over chat v2 (fact sheet section 5)."""

from typing import Any

from chat_tui.server.operations.user_channels import (
    FetchUserChannel,
    LeaveUserChannel,
    ListUserChannels,
    UpdateUserChannel,
    UserChannel,
)
from chat_tui.server.rest import channels
from chat_tui.server.rest.call import Answer, Call, Routes, parameters
from chat_tui.server.rest.paging import cursor_of, envelope, listing

_UPDATE = parameters("NotificationLevel", "LastConsumedMessageIndex", "LastConsumptionTimestamp")


def represent(call: Call, found: UserChannel) -> dict[str, Any]:
    """URLs carry SIDs even when the resource was addressed by name (U12); every link of U10."""
    service = ("v2", "Services", found.user.service_sid)
    channel = call.urls.of(*service, "Channels", found.channel.sid)
    links = {"channel": channel} | channels.links(call, found.channel)
    del links["webhooks"]
    member = found.member
    if member is not None:
        links["member"] = f"{channel}/Members/{member.sid}"
    return {
        "account_sid": call.actor.account_sid,
        "service_sid": found.user.service_sid,
        "channel_sid": found.channel.sid,
        "user_sid": found.user.sid,
        "member_sid": None if member is None else member.sid,
        "status": "invited" if member is None else "joined",
        "last_consumed_message_index": None if member is None else member.last_consumed_message_index,
        "unread_messages_count": found.unread,
        "notification_level": "default" if member is None else member.notification_level,
        "url": call.urls.of(*service, "Users", found.user.sid, "Channels", found.channel.sid),
        "links": links,
    }


async def fetch(call: Call) -> Answer:
    return Answer(200, represent(call, await call.run(FetchUserChannel(**call.path))))


async def update(call: Call) -> Answer:
    return Answer(200, represent(call, await call.run(call.command(UpdateUserChannel, _UPDATE))))


async def delete(call: Call) -> Answer:
    await call.run(LeaveUserChannel(**call.path))
    return Answer(204)


async def page(call: Call) -> Answer:
    asked = listing(call)
    found = await call.run(ListUserChannels(**call.path, page=asked.page))
    items = [represent(call, item) for item in found.items]
    return envelope(call, "channels", items, asked, cursor_of(found.next))


ROUTES: Routes = [
    ("GET /v2/Services/{service_sid}/Users/{user}/Channels", page),
    ("GET /v2/Services/{service_sid}/Users/{user}/Channels/{channel}", fetch),
    ("POST /v2/Services/{service_sid}/Users/{user}/Channels/{channel}", update),
    ("DELETE /v2/Services/{service_sid}/Users/{user}/Channels/{channel}", delete),
]
