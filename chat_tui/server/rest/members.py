"""Members over chat v2."""

from typing import Any

from chat_tui.server.operations.members import AddMember, FetchMember, ListMembers, RemoveMember, UpdateMember
from chat_tui.server.rest.call import Answer, Call, Routes, date, date_or_none, parameters
from chat_tui.server.rest.paging import cursor_of, envelope, listing
from chat_tui.server.store.rows import Member

_UPDATE = parameters(
    "RoleSid", "Attributes", "LastConsumedMessageIndex", "LastConsumptionTimestamp", "DateCreated", "DateUpdated"
)
_CREATE = _UPDATE | parameters("Identity")


def represent(call: Call, member: Member) -> dict[str, Any]:
    service_sid = call.path["service_sid"]
    path = ("v2", "Services", service_sid, "Channels", member.channel_sid, "Members", member.sid)
    return {
        "sid": member.sid,
        "account_sid": call.actor.account_sid,
        "channel_sid": member.channel_sid,
        "service_sid": service_sid,
        "identity": member.identity,
        "role_sid": member.role_sid,
        "last_consumed_message_index": member.last_consumed_message_index,
        "last_consumption_timestamp": date_or_none(member.last_consumption_timestamp),
        "date_created": date(member.date_created),
        "date_updated": date(member.date_updated),
        "attributes": member.attributes,
        "url": call.urls.of(*path),
    }


async def create(call: Call) -> Answer:
    return Answer(201, represent(call, await call.run(call.command(AddMember, _CREATE))))


async def fetch(call: Call) -> Answer:
    return Answer(200, represent(call, await call.run(FetchMember(**call.path))))


async def update(call: Call) -> Answer:
    return Answer(200, represent(call, await call.run(call.command(UpdateMember, _UPDATE))))


async def delete(call: Call) -> Answer:
    await call.run(RemoveMember(**call.path))
    return Answer(204)


async def page(call: Call) -> Answer:
    asked = listing(call)
    identities = tuple(call.query.get("Identity", ()))
    found = await call.run(ListMembers(**call.path, identities=identities, page=asked.page))
    items = [represent(call, member) for member in found.items]
    return envelope(call, "members", items, asked, cursor_of(found.next))


ROUTES: Routes = [
    ("POST /v2/Services/{service_sid}/Channels/{channel}/Members", create),
    ("GET /v2/Services/{service_sid}/Channels/{channel}/Members", page),
    ("GET /v2/Services/{service_sid}/Channels/{channel}/Members/{member}", fetch),
    ("POST /v2/Services/{service_sid}/Channels/{channel}/Members/{member}", update),
    ("DELETE /v2/Services/{service_sid}/Channels/{channel}/Members/{member}", delete),
]
