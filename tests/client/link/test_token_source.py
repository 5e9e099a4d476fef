"""Where tokens come from is asked sparingly, however short tokens live, and whatever it answers."""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chat_tui.client.link.backoff import Backoff
from chat_tui.client.link.timing import Timing
from chat_tui.client.link.token_source import TokenManager
from chat_tui.protocol.errors import ChatError, TransportError, Unauthenticated
from chat_tui.protocol.tokens import encode_token

A_WHILE = 900.0
TIMING = Timing()
LIFETIMES = (-10, 0, 1, 3, 9, 10, 11, 30, 59, 60, 61, 119, 120, 179, 180, 181, 300, 3600)


START = 1_000_000.0


class Over(Exception):
    """The while is."""


class World:
    """A clock that jumps to what is waited for, and a source of tokens."""

    def __init__(self, lifetime: int, answer: str) -> None:
        self.now = START
        self.fetched: list[float] = []
        self.under_way = 0
        self.most_under_way = 0
        self._lifetime = lifetime
        self._answer = answer
        self._numbers = itertools.count()
        self._first: Any = None
        rng = random.Random(f"{lifetime} {answer}")
        self.manager = TokenManager(
            self.source,
            TIMING,
            clock=lambda: self.now,
            steady=lambda: self.now,
            sleep=self.sleep,
            backoff=lambda timing: Backoff(timing, rng.uniform),
        )

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.now > START + A_WHILE:
            raise Over
        await asyncio.sleep(0)

    def _token(self) -> str:
        return encode_token(
            account_sid="AC" + "0" * 32,
            key_sid="SK" + "0" * 32,
            key_secret="k" * 32,
            identity=f"alice {next(self._numbers)}",
            service_sid="IS" + "0" * 32,
            lifetime=self._lifetime,
            now=self.now,
        )

    async def source(self) -> Any:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        self.fetched.append(self.now)
        await asyncio.sleep(0)
        self.under_way -= 1
        if self._answer == "fails":
            raise OSError("no network")
        if self._answer == "nothing" and len(self.fetched) > 1:
            return None
        if self._answer == "the same":
            self._first = self._first or self._token()
            return self._first
        return self._token()


async def nothing(_token: str) -> None: ...


async def live(world: World, hand_over: Callable[[str], Awaitable[None]], *, links: bool) -> None:
    """A while with a service that warns thrice and again at once, or cuts the link with every renewal."""
    while True:
        try:
            await world.manager.for_link()
        except ChatError:
            await world.sleep(1.0)
            continue
        warnings = 1 if links else 3
        for outcome in await asyncio.gather(
            *(world.manager.renew(hand_over) for _ in range(warnings)), return_exceptions=True
        ):
            if outcome is not None:
                raise outcome
        if links:
            world.manager.refused()


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("answer", ["new ones", "the same", "fails", "nothing"])
@pytest.mark.parametrize("lifetime", LIFETIMES)
async def test_fetches_are_apart_and_one_at_a_time(lifetime: int, answer: str, links: bool) -> None:
    """For every lifetime, with a source that gives new tokens, always the same, none, or fails, and a service that
    warns without end or ends every link."""
    world = World(lifetime, answer)
    with pytest.raises(Over):
        await live(world, nothing, links=links)
    gaps = [after - before for before, after in itertools.pairwise(world.fetched)]
    assert min(gaps, default=TIMING.fetch_apart) >= TIMING.fetch_apart - 1e-6
    assert world.most_under_way == 1
    assert len(world.fetched) <= A_WHILE / TIMING.fetch_apart + 2


async def test_a_renewed_token_is_used_up_by_half() -> None:
    """A service that warns at once after each renewal gets one renewal for half a life."""
    world = World(60, "new ones")
    await world.manager.for_link()
    began = world.now
    for _ in range(10):
        await world.manager.renew(nothing)
    assert world.now - began >= 9 * 30


async def test_a_refused_token_does_not_take_the_place_of_a_good_one() -> None:
    """It goes on with what it has, and tries again."""
    world = World(3600, "new ones")
    good = await world.manager.for_link()
    refusals = iter([Unauthenticated("no"), TransportError("broke")])

    async def refuse(_token: str) -> None:
        assert world.manager.token == good
        if (error := next(refusals, None)) is not None:
            raise error

    world.now += 1
    await world.manager.renew(refuse)
    assert world.manager.token != good
    assert len(world.fetched) == 4


@pytest.mark.parametrize("given", [None, 5, b"token", "", "  ", "x" * 100_000, ["a"]])
async def test_what_is_no_token_is_refused_in_words(given: Any) -> None:
    """Whatever a source gives."""

    async def source() -> Any:
        return given

    with pytest.raises(Unauthenticated, match="no access token"):
        await TokenManager(source, TIMING).for_link()


async def test_a_source_that_never_answers_is_given_up() -> None:
    """Within the time any answer may take."""

    async def source() -> str:
        await asyncio.Event().wait()
        return ""

    with pytest.raises(TransportError, match="does not answer"):
        await TokenManager(source, Timing(answer_within=0.01)).for_link()
