"""Typing, both ways, under a loop whose time the test tells."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chat_tui.client import events
from chat_tui.client.commands.typing import LONGEST_TIMEOUT, MAX_ACTIVE, TypingIndicators
from chat_tui.client.model import Channel
from chat_tui.protocol.errors import ChatError, Code, Forbidden
from chat_tui.protocol.values import ChannelStatus
from tests.support.waiting import settle

GENERAL, OTHER = Channel("CH1", ChannelStatus.JOINED), Channel("CH2", ChannelStatus.JOINED)


class World:
    """``told``: the forms the service got. ``pass_``: time goes by, and what is due then happens."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[bytes] = []
        self.events: list[events.Event] = []
        self.timeout: Any = 5.0
        self.error: ChatError | None = None
        self.skipped = 0.0
        loop = asyncio.get_running_loop()
        real = loop.time
        monkeypatch.setattr(loop, "time", lambda: real() + self.skipped)
        channels = {GENERAL.sid: GENERAL, OTHER.sid: OTHER}
        self.typing = TypingIndicators(self.api, channels, self.events.append)

    async def api(self, method: str, link: str, path: str = "", **parts: Any) -> Any:
        self.told.append(parts["form"])
        if self.error is not None:
            raise self.error
        return {"typing_timeout": self.timeout}

    async def keystroke(self, channel: Channel = GENERAL) -> int:
        """One more; how often the service has been told."""
        self.typing.keystroke(channel)
        await settle(5)
        return len(self.told)

    async def pass_(self, seconds: float) -> None:
        self.skipped += seconds
        await settle(5)

    def hear(self, identity: str, channel: str = "CH1", timeout: float = 5.0) -> None:
        notice = {"channel_sid": channel, "identity": identity, "typing_timeout": timeout}
        self.typing.on_notice(json.dumps(notice).encode())

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    made = World(monkeypatch)
    yield made
    await made.typing.close()


async def test_the_service_is_told_once_in_a_time_out(world: World) -> None:
    """Of each channel, and again after a message went out (contract 6.3)."""
    assert [await world.keystroke() for _ in range(3)] == [1, 1, 1]
    assert await world.keystroke(OTHER) == 2
    await world.pass_(5.1)
    assert await world.keystroke() == 3
    world.typing.sent(GENERAL.sid)
    assert await world.keystroke() == 4
    assert world.told[0] == b"ChannelSid=CH1"


@pytest.mark.parametrize(("said", "kept"), [(20.0, 20.0), (0.0, 1.0), (1e9, LONGEST_TIMEOUT)])
async def test_the_services_own_time_out_holds_within_bounds(said: float, kept: float, world: World) -> None:
    """From the next time on."""
    world.timeout = said
    await world.keystroke()
    world.typing.sent(GENERAL.sid)
    assert await world.keystroke() == 2
    await world.pass_(kept - 0.5)
    assert await world.keystroke() == 2
    await world.pass_(1.0)
    assert await world.keystroke() == 3


async def test_what_was_refused_is_said_with_the_next_key(world: World) -> None:
    """Nobody was told."""
    world.error = Forbidden("no", Code.FORBIDDEN)
    assert [await world.keystroke() for _ in range(3)] == [1, 2, 3]


async def test_others_type_until_time_runs_out_or_their_message_comes(world: World) -> None:
    """Once each, however often it is said; each saying moves the end."""
    world.hear("bob")
    world.hear("carol")
    await world.pass_(3.0)
    world.hear("bob")
    world.typing.ended(GENERAL, "carol")
    assert world.typing.active(GENERAL) == ["bob"]
    assert world.typing.active(OTHER) == []
    assert world.kinds() == ["TypingStarted", "TypingStarted", "TypingEnded"]
    world.typing.ended(GENERAL, "carol")
    assert len(world.events) == 3


async def test_nobody_types_for_ever(world: World) -> None:
    """Whatever time the service names."""
    world.hear("bob", timeout=0.0)
    await asyncio.sleep(0)
    world.hear("carol", timeout=-5.0)
    await settle()
    assert world.typing.active(GENERAL) == []
    world.hear("dan", timeout=1e12)
    await world.pass_(LONGEST_TIMEOUT + 1)
    await settle()
    assert world.typing.active(GENERAL) == []


async def test_more_than_so_many_are_not_shown(world: World) -> None:
    """Nor whoever types in a channel one is not in, nor what is no notice."""
    for number in range(MAX_ACTIVE + 5):
        world.hear(f"user-{number}")
    assert len(world.typing.active(GENERAL)) == MAX_ACTIVE
    await world.typing.close()
    world.hear("bob", channel="CH9")
    world.typing.on_notice(b"{}")
    world.typing.on_notice(b"nonsense")
    assert world.typing.active(GENERAL) == []
