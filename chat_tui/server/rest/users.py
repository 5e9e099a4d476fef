"""Users over chat v2: a single fetch carries reachability, a list never does (R5)."""

from typing import Any

from chat_tui.protocol.values import Reachability
from chat_tui.server.operations.users import CreateUser, DeleteUser, FetchUser, ListUsers, UpdateUser, UserView
from chat_tui.server.reachability.rules import UNKNOWN, published
from chat_tui.server.rest.call import Answer, Call, Routes, date, parameters
from chat_tui.server.rest.paging import cursor_of, envelope, listing
from chat_tui.server.store.rows import User

_CREATE = parameters("Identity", "RoleSid", "Attributes", "FriendlyName")
_UPDATE = parameters("RoleSid", "Attributes", "FriendlyName")


def represent(call: Call, user: User, reachability: Reachability) -> dict[str, Any]:
    path = ("v2", "Services", user.service_sid, "Users", user.sid)
    return {
        "sid": user.sid,
        "account_sid": call.actor.account_sid,
        "service_sid": user.service_sid,
        "role_sid": user.role_sid,
        "identity": user.identity,
        "attributes": user.attributes,
        "is_online": reachability.online,
        "is_notifiable": reachability.notifiable,
        "friendly_name": user.friendly_name,
        "joined_channels_count": user.joined_channels_count,
        "date_created": date(user.date_created),
        "date_updated": date(user.date_updated),
        "links": {"user_channels": call.urls.of(*path, "Channels"), "user_bindings": call.urls.of(*path, "Bindings")},
        "url": call.urls.of(*path),
    }


def _single(call: Call, view: UserView) -> dict[str, Any]:
    return represent(call, view.user, published(view.service, view.user))


async def create(call: Call) -> Answer:
    return Answer(201, _single(call, await call.run(call.command(CreateUser, _CREATE))))


async def fetch(call: Call) -> Answer:
    return Answer(200, _single(call, await call.run(FetchUser(**call.path))))


async def update(call: Call) -> Answer:
    return Answer(200, _single(call, await call.run(call.command(UpdateUser, _UPDATE))))


async def delete(call: Call) -> Answer:
    await call.run(DeleteUser(**call.path))
    return Answer(204)


async def page(call: Call) -> Answer:
    asked = listing(call)
    found = await call.run(ListUsers(**call.path, page=asked.page))
    items = [represent(call, user, UNKNOWN) for user in found.items]
    return envelope(call, "users", items, asked, cursor_of(found.next))


ROUTES: Routes = [
    ("POST /v2/Services/{service_sid}/Users", create),
    ("GET /v2/Services/{service_sid}/Users", page),
    ("GET /v2/Services/{service_sid}/Users/{user}", fetch),
    ("POST /v2/Services/{service_sid}/Users/{user}", update),
    ("DELETE /v2/Services/{service_sid}/Users/{user}", delete),
]
