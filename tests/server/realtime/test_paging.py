"""The lists of the Client API, walked by the tokens that its answers give."""

from typing import Any

import pytest

from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.operations.channels import CreateChannel, DeleteChannel
from chat_tui.server.operations.members import AddMember
from chat_tui.server.operations.operation import Command
from chat_tui.server.realtime import endpoints
from chat_tui.server.realtime.requests import Handler, Request
from chat_tui.server.routes import Router
from tests.server.conftest import Domain

ROUTER: Router[Handler] = Router(endpoints.ROUTES)


class Connection:
    """Runs what a handler asks for."""

    def __init__(self, domain: Domain, actor: ClientActor) -> None:
        self._domain = domain
        self.actor = actor

    async def run(self, command: Command) -> Any:
        return await self._domain.run(command, self.actor)


async def get(connection: Connection, path: str, **params: str) -> dict[str, Any]:
    match = ROUTER.match("GET", path)
    answer = await match.handler(Request(connection, match.path, params, {}, {}))  # type: ignore[arg-type]
    assert isinstance(answer.body, dict)
    return answer.body


@pytest.mark.parametrize("size", ["1", "2", "3", "50"])
@pytest.mark.parametrize(
    ("path", "key"),
    [("UserConversations", "conversations"), ("Conversations", "conversations"), ("Users", "users")],
)
async def test_every_list_is_walked_back_as_it_was_walked_forth(path: str, key: str, size: str, domain: Domain) -> None:
    """A page says what is in front of it, under both names it goes by."""
    sid, connection = domain.service_sid, Connection(domain, await domain.user("ann"))
    for number in range(6):
        await domain.run(CreateChannel(sid, unique_name=f"c{number}"))
        await domain.run(AddMember(sid, f"c{number}", "ann"))
        await domain.run(AddMember(sid, "general", f"user {number}"))
    asked = {"PageSize": size, "ConversationSid": "general"}
    page = await get(connection, f"/Client/v2/{path}", **asked)
    assert page["meta"]["previous_token"] is None
    forth = [page[key]]
    while page["meta"]["next_token"] is not None:
        page = await get(connection, f"/Client/v2/{path}", **asked, PageToken=page["meta"]["next_token"])
        forth.append(page[key])
    back = [page[key]]
    while page["meta"]["previous_token"] is not None:
        assert page["meta"]["prev_token"] == page["meta"]["previous_token"]
        page = await get(connection, f"/Client/v2/{path}", **asked, PageToken=page["meta"]["previous_token"])
        back.append(page[key])
    assert back[::-1] == forth
    assert len([item for items in forth for item in items]) == 7


async def test_where_nothing_is_in_front_any_more_the_way_leads_to_the_start(domain: Domain) -> None:
    """A page whose items were all deleted is empty, and says what follows it."""
    sid, connection = domain.service_sid, Connection(domain, await domain.user("ann"))
    for name in ("one", "two"):
        await domain.run(CreateChannel(sid, unique_name=name))
    path = "/Client/v2/Conversations"
    first = await get(connection, path, PageSize="1")
    second = await get(connection, path, PageSize="1", PageToken=first["meta"]["next_token"])
    await domain.run(DeleteChannel(sid, "general"))
    empty = await get(connection, path, PageSize="1", PageToken=second["meta"]["previous_token"])
    assert (empty["conversations"], empty["meta"]["previous_token"]) == ([], None)
    again = await get(connection, path, PageSize="1", PageToken=empty["meta"]["next_token"])
    assert again["conversations"] == second["conversations"]
