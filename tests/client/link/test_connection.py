"""The link as its owner sees it: begun once, up when everything is known, lost and back, denied, closed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from chat_tui.client.events import ConnectionChanged, Event, TokenAboutToExpire, TokenExpired
from chat_tui.client.link.connection import Connection, ConnectionHandlers
from chat_tui.client.link.endpoint import Endpoint
from chat_tui.client.model import Phase
from chat_tui.protocol.errors import TransportError, Unauthenticated
from chat_tui.tasks import Tasks
from tests.client.fast import FAST
from tests.support.fake_service import FakeService, token
from tests.support.waiting import settle

WITHIN = 5.0


class Owner:
    """``told``: what the connection said, in order. ``gate`` holds up catching up while it is clear."""

    def __init__(self, given: Any = None) -> None:
        self.service = FakeService()
        self.told: list[str] = []
        self.events: list[Event] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self._news = asyncio.Event()
        endpoint = Endpoint("ws://fake.invalid", connect=self.service.connect)
        self.connection = Connection(endpoint, given or token(), self._emit, Tasks(), timing=FAST)
        self.connection.handlers = ConnectionHandlers(
            self._catch_up,
            lambda: self._note("lost"),
            lambda: self._note("unreadable"),
            lambda _: self._note("token"),
            lambda _: self._note("sync"),
            lambda _: self._note("typing"),
        )

    async def _catch_up(self) -> None:
        self._note("catching up")
        await self.gate.wait()

    def _note(self, what: str) -> None:
        self.told.append(what)
        self._news.set()

    def _emit(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, is_so: Callable[[], object]) -> None:
        """Looking again after each thing that is told."""
        async with asyncio.timeout(WITHIN):
            while not is_so():
                self._news.clear()
                await self._news.wait()

    def refuse(self, *, is_refused: bool = True) -> None:
        """Whether the service takes the token."""
        status = {"code": 401, "status": "UNAUTHORIZED"}
        refusal = lambda kind, body: {**body, "status": status} if kind == "init" else body  # noqa: E731
        self.service.lie = refusal if is_refused else None


@pytest.fixture
async def owner() -> AsyncIterator[Owner]:
    made = Owner()
    yield made
    await made.connection.close()
    await made.connection.wait_closed()


async def test_it_is_ready_once_everything_is_known(owner: Owner) -> None:
    """Not when the service has taken the token; and whoever asks for a start meanwhile waits for the same one."""
    owner.gate.clear()
    first, second = owner.connection.start(), owner.connection.start()
    await owner.until(lambda: "catching up" in owner.told)
    assert not owner.connection.ready.is_set()
    assert not first.done()
    owner.gate.set()
    await asyncio.gather(first, second)
    assert owner.connection.ready.is_set()
    assert owner.told == ["token", "catching up"]
    assert owner.connection.state.phase is Phase.CONNECTED


async def test_a_lost_link_is_told_and_comes_back_by_itself(owner: Owner) -> None:
    """Everything is caught up with again."""
    await owner.connection.start()
    owner.service.drop()
    await owner.until(lambda: owner.told.count("catching up") == 2)
    await owner.until(owner.connection.ready.is_set)
    assert owner.told == ["token", "catching up", "lost", "catching up"]
    phases = [event.state.phase for event in owner.events if isinstance(event, ConnectionChanged)]
    assert phases[-1] is Phase.CONNECTED
    assert Phase.WAITING in phases


async def test_a_refused_token_ends_the_start_and_a_better_one_begins_it_anew(owner: Owner) -> None:
    """A denial is not tried again by itself; asked to, it is tried once."""
    owner.refuse()
    with pytest.raises(Unauthenticated):
        await owner.connection.start()
    assert owner.connection.state.phase is Phase.DENIED
    tries = owner.service.asked.count("init")
    await settle()
    assert owner.service.asked.count("init") == tries
    owner.connection.reconnect_now()
    await owner.until(lambda: owner.told.count("token") == 2)
    await owner.until(lambda: owner.connection.state.phase is Phase.DENIED)
    owner.refuse(is_refused=False)
    await owner.connection.update_token(token())
    assert owner.connection.ready.is_set()


async def test_a_renewal_that_is_refused_leaves_the_token_before(owner: Owner) -> None:
    """The next link begins with that one."""
    await owner.connection.start()
    owner.refuse()
    with pytest.raises(Unauthenticated):
        await owner.connection.update_token(token("somebody else"))
    owner.refuse(is_refused=False)
    owner.service.drop()
    await owner.until(lambda: owner.told.count("catching up") == 2)


async def test_a_token_that_runs_out_is_said_once(owner: Owner) -> None:
    """However often the service warns; that it has run out, each time."""
    await owner.connection.start()
    for _ in range(3):
        owner.connection.on_token(expired=False)
    owner.connection.on_token(expired=True)
    kinds = [type(event) for event in owner.events if not isinstance(event, ConnectionChanged)]
    assert kinds == [TokenAboutToExpire, TokenExpired]


async def test_a_source_is_asked_for_the_next_token() -> None:
    """The application hears nothing of it."""
    asked: list[int] = []

    async def source() -> str:
        asked.append(1)
        return token()

    owner = Owner(source)
    await owner.connection.start()
    owner.connection.on_token(expired=False)
    await owner.until(lambda: len(asked) == 2)
    assert not [event for event in owner.events if isinstance(event, TokenAboutToExpire)]
    await owner.connection.close()
    await owner.connection.wait_closed()


async def test_it_has_one_life(owner: Owner) -> None:
    """A start that is under way fails when it is closed, and there is no other after that."""
    owner.gate.clear()
    start = owner.connection.start()
    await owner.until(lambda: "catching up" in owner.told)
    await owner.connection.close()
    with pytest.raises(TransportError, match="closed"):
        await start
    await owner.connection.wait_closed()
    with pytest.raises(RuntimeError, match="closed"):
        owner.connection.start()
    with pytest.raises(RuntimeError, match="closed"):
        await owner.connection.update_token(token())
