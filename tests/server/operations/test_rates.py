"""What counts against whose budget: what was allowed and changed something, to what it is about."""

import asyncio
from typing import Any

import pytest

from chat_tui.protocol.errors import ChatError, Code, TooManyRequests, Unavailable
from chat_tui.server.bus import TypingPublished
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.operations.bindings import RemoveBinding
from chat_tui.server.operations.channels import CreateChannel, DeleteChannel, UpdateChannel
from chat_tui.server.operations.dispatch import Dispatcher
from chat_tui.server.operations.members import AddMember, RemoveMember
from chat_tui.server.operations.messages import SendMessage, UpdateMessage
from chat_tui.server.operations.operation import Command
from chat_tui.server.operations.rates import SlidingWindow
from chat_tui.server.operations.typing import NotifyTyping
from chat_tui.server.operations.users import CreateUser, UpdateUser
from tests.bench.raw_socket import RawSocket
from tests.server.conftest import Domain
from tests.support.service import Tenant

ALLOWED, SHARED = 15, 10
"""At three a second over five seconds: all of it, and the most that one user takes of it from the others."""


@pytest.fixture
def paced(domain: Domain) -> Domain:
    """A domain with small budgets that nothing has used up, and a clock that stands."""
    domain.core.dispatcher = Dispatcher(domain.core.store, domain.core.bus, rate=3, clock=lambda: 100.0)
    return domain


async def tries(domain: Domain, command: Command, actor: Any, times: int) -> dict[int, int]:
    """How often asking for ``command`` was answered with which code; 0 for what was done."""
    told: dict[int, int] = {}
    for _ in range(times):
        try:
            await domain.run(command, actor)
            code = 0
        except ChatError as error:
            code = error.code
        told[code] = told.get(code, 0) + 1
    return told


async def room(domain: Domain) -> tuple[str, ClientActor, ClientActor]:
    """A channel's SID, a member of it and a stranger to it."""
    ann, out = await domain.user("ann"), await domain.user("out")
    channel = await domain.run(CreateChannel(domain.service_sid, unique_name="room", friendly_name="Room"))
    await domain.run(AddMember(domain.service_sid, "room", "ann"))
    return channel.sid, ann, out


async def test_what_strangers_are_refused_uses_up_nothing_of_the_members(domain: Domain) -> None:
    """Nor what is refused for its form, or finds nothing to delete."""
    sid = domain.service_sid
    _, ann, out = await room(domain)
    domain.core.dispatcher = Dispatcher(domain.core.store, domain.core.bus, rate=3, clock=lambda: 100.0)
    assert await tries(domain, SendMessage(sid, "room", "x"), out, 40) == {50400: 40}
    assert await tries(domain, SendMessage(sid, "room", "x", attributes="{"), ann, 40) == {50304: 40}
    assert await tries(domain, RemoveMember(sid, "room", "nobody"), None, 40) == {50402: 40}
    assert await tries(domain, SendMessage(sid, "room", "x", mutation_id="m"), ann, 40) == {0: 40}
    assert await tries(domain, UpdateMessage(sid, "room", "0"), ann, 40) == {0: 40}
    assert await tries(domain, SendMessage(sid, "room", "x"), ann, ALLOWED) == {0: ALLOWED - 1, 50063: 1}
    assert await tries(domain, SendMessage(sid, "room", "x"), out, 1) == {50400: 1}


async def test_nor_does_it_use_up_the_service_s(paced: Domain) -> None:
    """One user's deletions of what is not there, and what its role does not allow, leave the others theirs."""
    sid, ann = paced.service_sid, await paced.user("ann")
    missing = RemoveBinding(sid, binding="BS" + "0" * 32)
    assert await tries(paced, missing, ann, 40) == {20404: 40}
    assert await tries(paced, CreateUser(sid, "x"), ann, 40) == {50107: 40}
    assert await tries(paced, UpdateUser(sid, "out", friendly_name="x"), ann, 40) == {50200: 40}
    assert await tries(paced, DeleteChannel(sid, "general"), ann, 40) == {50107: 40}
    for number in range(ALLOWED):
        await paced.run(CreateUser(sid, f"user-{number}"))
    assert await tries(paced, CreateUser(sid, "one too many"), None, 1) == {50074: 1}


async def test_a_channel_has_one_budget_by_whichever_name(domain: Domain) -> None:
    """Its SID, its unique name, and the one it is given meanwhile."""
    sid = domain.service_sid
    channel, _, _ = await room(domain)
    domain.core.dispatcher = Dispatcher(domain.core.store, domain.core.bus, rate=3, clock=lambda: 100.0)
    assert await tries(domain, SendMessage(sid, "room", "x"), None, 6) == {0: 6}
    assert await tries(domain, SendMessage(sid, channel, "x"), None, 6) == {0: 6}
    await domain.run(UpdateChannel(service_sid=sid, channel="room", unique_name="hall"))
    assert await tries(domain, SendMessage(sid, "hall", "x"), None, 3) == {0: 2, 50063: 1}
    assert await tries(domain, SendMessage(sid, channel, "x"), None, 1) == {50063: 1}
    await domain.run(CreateChannel(sid, unique_name="room"))
    assert await tries(domain, SendMessage(sid, "room", "x"), None, 3) == {0: 3}


async def test_one_user_leaves_others_their_part(domain: Domain) -> None:
    """All of a budget is for whoever is alone; by however many connections, it leaves the others a part."""
    sid = domain.service_sid
    channel, ann, _ = await room(domain)
    await domain.run(AddMember(sid, "room", "bob"))
    bob = await domain.user("bob")
    domain.core.dispatcher = Dispatcher(domain.core.store, domain.core.bus, rate=3, clock=lambda: 100.0)
    elsewhere = ClientActor(sid, "ann", ann.user_sid, "RL" + "0" * 32)
    left = ALLOWED - SHARED
    assert await tries(domain, SendMessage(sid, "room", "x"), ann, SHARED) == {0: SHARED}
    assert await tries(domain, SendMessage(sid, channel, "x"), elsewhere, left + 3) == {0: left, 50063: 3}
    assert await tries(domain, SendMessage(sid, "room", "x"), bob, left + 2) == {0: left, 50063: 2}
    assert await tries(domain, SendMessage(sid, "room", "x"), None, 2) == {50063: 2}


class FullDisk:
    """A store that has no room for what was done, as long as ``is_full``."""

    def __init__(self, store: Any) -> None:
        self.store, self.is_full = store, True

    async def write(self, operation: Any) -> Any:
        def then_fail(tx: Any) -> Any:
            operation(tx)
            raise Unavailable("The store cannot write")

        return await self.store.write(then_fail if self.is_full else operation)


async def test_what_was_not_written_after_all_is_given_back(domain: Domain) -> None:
    """Once the disk has room again nobody has to wait for what never happened."""
    _, ann, _ = await room(domain)
    disk = FullDisk(domain.core.store)
    domain.core.dispatcher = Dispatcher(disk, domain.core.bus, rate=3, clock=lambda: 100.0)  # type: ignore[arg-type]
    command = SendMessage(domain.service_sid, "room", "x")
    assert await tries(domain, command, ann, 40) == {20500: 40}
    disk.is_full = False
    assert await tries(domain, command, ann, ALLOWED + 1) == {0: ALLOWED, 50063: 1}


class BegunAnew:
    """A store whose every group has to be begun anew once."""

    def __init__(self, store: Any) -> None:
        self.store = store

    async def write(self, operation: Any) -> Any:
        return await self.store.write(lambda tx: (operation(tx), operation(tx))[1])


async def test_what_had_to_be_done_anew_counts_once(domain: Domain) -> None:
    """Another operation that fails its whole group costs nobody a part of a budget."""
    _, ann, _ = await room(domain)
    store = BegunAnew(domain.core.store)
    domain.core.dispatcher = Dispatcher(store, domain.core.bus, rate=3, clock=lambda: 100.0)  # type: ignore[arg-type]
    command = SendMessage(domain.service_sid, "room", "x")
    assert await tries(domain, command, ann, ALLOWED + 1) == {0: ALLOWED, 50063: 1}


async def test_what_is_over_the_limit_leaves_nothing_behind(paced: Domain) -> None:
    """Nothing is stored, and nobody is told."""
    sid = paced.service_sid
    await tries(paced, SendMessage(sid, "general", "x"), None, ALLOWED)
    paced.published.clear()
    assert await tries(paced, SendMessage(sid, "general", "one too many"), None, 3) == {50063: 3}
    assert paced.published == []


async def test_many_at_once_are_counted_one_by_one(paced: Domain) -> None:
    """A group of operations that commits together passes the limit no more than one after the other does."""
    command = SendMessage(paced.service_sid, "general", "x")
    answers = await asyncio.gather(*(paced.run(command) for _ in range(60)), return_exceptions=True)
    assert sum(not isinstance(answer, Exception) for answer in answers) == ALLOWED


async def test_typing_has_one_pace_by_whichever_name(domain: Domain) -> None:
    """The SID and the unique name are one channel."""
    channel, ann, _ = await room(domain)
    await domain.run(AddMember(domain.service_sid, "room", "bob"))
    domain.published.clear()
    for name in ("room", channel, "room"):
        await domain.run(NotifyTyping(domain.service_sid, name), ann)
    assert len([item for item in domain.published if isinstance(item, TypingPublished)]) == 1


def test_a_window_gives_back_what_it_counted_once() -> None:
    """And what it forgot meanwhile is not missed."""
    now = 0.0
    window = SlidingWindow(1, lambda: now, Code.CHANNEL_RATE)
    events = [window.count("CH1") for _ in range(5)]
    for _ in range(2):
        window.give_back("CH1", events[0])
    window.give_back("CH2", events[0])
    now = 1.0
    window.count("CH1")
    with pytest.raises(TooManyRequests) as refusal:
        window.count("CH1")
    assert refusal.value.retry_after == 4
    now = 7.0
    window.give_back("CH1", events[1])
    for _ in range(5):
        window.count("CH1")


async def test_deletions_of_nothing_count_against_the_session(tenant: Tenant) -> None:
    """150 at once, then 429: a registration that is not there is no way round the session's limit."""
    socket = await RawSocket.open(tenant.url, tenant.token("ann"), lambda packet: None)
    told: list[str] = []
    for _ in range(170):
        try:
            await socket.request("DELETE", "/v1/registrations/BS" + "0" * 32)
        except AssertionError as error:
            told.append(str(error))
    assert 10 <= len(told) <= 20
    assert all("20429" in answer for answer in told)
    await socket.request("GET", "/Client/v2/Configuration")
    tenant.post(f"{tenant.path}/Users", Identity="bob")
    socket.transport.close()
    await socket.closed()
