"""Channels that are still to be known are asked for until they are, or are no longer wanted."""

import asyncio

from chat_tui.client.state.missing_channels import DESCRIBED_AT_ONCE, MissingChannels
from chat_tui.protocol.errors import TransportError
from chat_tui.tasks import Tasks


class World:
    """Answers for a channel after ``failures`` of it; ``asked`` says in what order."""

    def __init__(self, *missing: str, failures: int = 0) -> None:
        self.missing = set(missing)
        self.failures = failures
        self.asked: list[str] = []
        self.slept = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.tasks = Tasks()
        self.channels = MissingChannels(self.missing.__contains__, self.add, self.tasks.spawn, sleep=self.sleep)

    async def add(self, sid: str) -> None:
        self.asked.append(sid)
        await self.gate.wait()
        if self.asked.count(sid) <= self.failures:
            raise TransportError("broke")
        self.missing.discard(sid)

    async def sleep(self, _: float) -> None:
        self.slept += 1
        await asyncio.sleep(0)


async def test_a_channel_is_asked_for_until_it_is_known() -> None:
    """With a pause after each failure, and once however often it is wanted."""
    world = World("CH1", failures=2)
    for _ in range(3):
        world.channels.fetch("CH1")
    await world.tasks.settle()
    assert (world.asked, world.slept, world.missing) == (["CH1"] * 3, 2, set())
    world.missing.add("CH1")
    world.channels.fetch("CH1")
    await world.tasks.settle()
    assert world.missing == set()


async def test_what_is_no_longer_missing_is_not_asked_for_again() -> None:
    """It left the map while the answer was on its way."""
    world = World("CH1", failures=1)
    world.gate.clear()
    world.channels.fetch("CH1")
    await asyncio.sleep(0)
    world.missing.clear()
    world.gate.set()
    await world.tasks.settle()
    assert (world.asked, world.slept) == (["CH1"], 0)


async def test_only_so_many_are_asked_for_at_once() -> None:
    """The others wait for their turn, and have it."""
    sids = [f"CH{number}" for number in range(3 * DESCRIBED_AT_ONCE)]
    world = World(*sids)
    world.gate.clear()
    for sid in sids:
        world.channels.fetch(sid)
    await asyncio.sleep(0)
    assert len(world.asked) == DESCRIBED_AT_ONCE
    world.gate.set()
    await world.tasks.settle()
    assert world.asked == sids
