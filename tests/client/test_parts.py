"""The parts of the client that decide: replicas, the outbox, horizons, back-off, streams."""

import asyncio
from typing import Any

import pytest

from chat_tui.client.commands.horizons import Horizons
from chat_tui.client.commands.outbox import Outbox, Receipt
from chat_tui.client.events import EventStream, Resynchronise, TokenExpired
from chat_tui.client.link.backoff import Backoff
from chat_tui.client.model import Channel, LastMessage, PendingMessage, SendState
from chat_tui.client.state.reading import parse_date
from chat_tui.protocol.errors import BadRequest, TooManyRequests, TransportError
from chat_tui.protocol.values import ChannelStatus


class Network:
    """Answers sends from a list: receipts, or errors to raise."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.sent: list[str] = []
        self.slept: list[float] = []
        self.changes: list[PendingMessage] = []
        self.done = asyncio.Event()

    async def send(self, pending: PendingMessage) -> Receipt:
        self.sent.append(pending.mutation_id)
        answer = self.answers.pop(0)
        if not self.answers:
            self.done.set()
        if isinstance(answer, Exception):
            raise answer
        return Receipt("IM", answer)

    async def connected(self) -> None:
        await asyncio.sleep(0)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def outbox(self) -> Outbox:
        return Outbox(self.send, self.connected, self.changes.append, sleep=self.sleep)


async def test_a_send_is_repeated_under_its_id_until_it_is_answered() -> None:
    """Broken links and "later" are tried again, in order, one at a time per channel."""
    network = Network(TransportError("broke"), TooManyRequests("slow", retry_after=2.0), 0, 1)
    outbox = network.outbox()
    first, second = outbox.submit("CH1", "a"), outbox.submit("CH1", "b")
    assert (await outbox.receipt(second)).index == 1
    assert network.sent == [first.mutation_id] * 3 + [second.mutation_id]
    assert max(network.slept) >= 2.0
    assert [pending.state for pending in network.changes if pending.mutation_id == first.mutation_id] == [
        SendState.SENDING,
        SendState.SENT,
    ]
    assert outbox.of("CH1") == []


async def test_a_refusal_fails_one_message_and_not_the_next() -> None:
    """It stays visible with its reason."""
    network = Network(BadRequest("too long"), 0)
    outbox = network.outbox()
    bad, good = outbox.submit("CH1", "x" * 40_000), outbox.submit("CH1", "b")
    refused = outbox.receipt(bad)
    await outbox.receipt(good)
    with pytest.raises(BadRequest):
        await refused
    assert [(pending.state, pending.error) for pending in outbox.of("CH1")] == [(SendState.FAILED, "too long")]


async def test_channels_do_not_wait_for_each_other() -> None:
    """One worker each; close ends them."""
    gate = asyncio.Event()

    async def send(pending: PendingMessage) -> Receipt:
        if pending.channel_sid == "CH1":
            await gate.wait()
        return Receipt("IM", 0)

    outbox = Outbox(send, Network().connected, lambda _: None)
    outbox.submit("CH1", "stuck")
    await outbox.receipt(outbox.submit("CH2", "goes"))
    assert [pending.body for pending in outbox.everything()] == ["stuck"]
    await outbox.close()


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


def test_back_off_doubles_within_its_bounds_and_forgets_after_a_stable_link() -> None:
    """Full jitter: the ceiling is 1 s, then min(30, 0.5·2ⁿ)."""
    ceilings: list[float] = []

    def uniform(low: float, high: float) -> float:
        ceilings.append(high)
        return low

    backoff = Backoff(uniform=uniform)
    for _ in range(8):
        backoff.next_delay()
    assert ceilings == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    backoff.was_connected(29)
    backoff.next_delay()
    backoff.was_connected(30)
    backoff.next_delay()
    assert ceilings[-2:] == [30.0, 1.0]


async def test_a_slow_consumer_is_told_to_read_anew() -> None:
    """Its queue has a bound; at it, everything gives way to one Resynchronise."""
    stream = EventStream(limit=3)
    for _ in range(4):
        stream.put(TokenExpired())
    assert await stream.batch() == [Resynchronise(), TokenExpired()]
    stream.close()
    with pytest.raises(StopAsyncIteration):
        await stream.batch()


def test_unread_is_the_services_count_plus_what_came_since() -> None:
    """And null while there is no horizon (U9)."""
    date = parse_date("2026-11-20T12:00:00Z")
    assert date is not None
    channel = Channel("CH1", ChannelStatus.JOINED, last_message=LastMessage(9, date))
    assert channel.unread_messages_count is None
    channel.last_consumed_message_index = 4
    channel.count(3, 9)
    assert channel.unread_messages_count == 3
    channel.last_message = LastMessage(12, date)
    assert channel.unread_messages_count == 6
