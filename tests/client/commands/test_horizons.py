"""How far one has read is told sparingly, and never backwards."""

import asyncio

import pytest

from chat_tui.client.commands.horizons import Horizons
from chat_tui.client.model import Channel
from chat_tui.protocol.errors import TransportError
from chat_tui.protocol.values import ChannelStatus


async def test_horizons_are_reported_at_most_once_a_second_and_only_forwards() -> None:
    """The newest counts; a flush tells at once; what a broken link prevents waits for the next."""
    channel = Channel("CH1", ChannelStatus.JOINED, last_consumed_message_index=1)
    now, told, fails = 0.0, [], [False]
    paused: asyncio.Queue[float] = asyncio.Queue()

    async def report(_: Channel, index: int) -> None:
        if fails[0]:
            raise TransportError("broke")
        told.append(index)
        channel.last_consumed_message_index = index

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        await paused.put(seconds)

    horizons = Horizons(report, clock=lambda: now, sleep=sleep)
    horizons.advance(channel, 1)
    horizons.advance(channel, 2)
    await asyncio.sleep(0)
    assert told == [2]
    horizons.advance(channel, 3)
    horizons.advance(channel, 5)
    assert await paused.get() == pytest.approx(1.0)
    await asyncio.sleep(0)
    assert told == [2, 5]
    fails[0] = True
    horizons.advance(channel, 9)
    await horizons.flush()
    fails[0] = False
    horizons.resume()
    await horizons.flush()
    assert told == [2, 5, 9]
