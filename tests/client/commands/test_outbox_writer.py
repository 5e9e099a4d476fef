"""Nothing is sent before it is kept, and what is kept is sent."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from chat_tui.client import SendState
from chat_tui.client.commands.outbox import Outbox
from chat_tui.client.model import PendingMessage, Receipt
from chat_tui.client.storage.disk import DiskError
from chat_tui.protocol.errors import BadRequest, Conflict, NotFound, Unavailable
from tests.client.storage.test_outbox_table import NOW, pending
from tests.support.waiting import settle


class MemoryStore:
    """A store in memory; ``gate`` holds what is put back."""

    def __init__(self, *left: PendingMessage) -> None:
        self.left = list(left)
        self.held: dict[str, PendingMessage] = {one.mutation_id: one for one in left}
        self.gate = asyncio.Event()
        self.gate.set()
        self.trouble: str | None = None

    async def load(self) -> list[PendingMessage]:
        return self.left

    async def put(self, pending: PendingMessage) -> None:
        await self.gate.wait()
        if self.trouble:
            raise DiskError(self.trouble)
        self.held[pending.mutation_id] = pending

    async def remove(self, mutation_id: str) -> None:
        del self.held[mutation_id]


class Wire:
    """A service that takes everything, unless told otherwise; ``sent`` are the mutation ids it saw."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.sent: list[str] = []
        self.refusal: Exception | None = None
        self.up = asyncio.Event()
        self.up.set()
        self.now = NOW
        self.said: list[str] = []
        self._step = asyncio.Event()
        self.outbox = Outbox(
            self.send,
            self.up.wait,
            lambda _: self._step.set(),
            self.said.append,
            is_durable=True,
            sleep=self.sleep,
            now=lambda: self.now,
            steady=self.steady,
        )

    async def until(self, is_so: Callable[[], object]) -> None:
        """Look again after each step, within a bound."""
        async with asyncio.timeout(5):
            while not is_so():
                self._step.clear()
                await self._step.wait()

    async def send(self, pending: PendingMessage) -> Receipt:
        assert self.store.trouble or pending.mutation_id in self.store.held, "sent before it was kept"
        self.sent.append(pending.mutation_id)
        if self.refusal is not None:
            raise self.refusal
        return Receipt("IM", len(self.sent))

    def steady(self) -> float:
        return self.now.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(hours=1)
        await asyncio.sleep(0)


async def test_nothing_is_sent_before_it_is_kept() -> None:
    """Neither before it is known where to write, nor before the disk has answered."""
    store = MemoryStore()
    wire = Wire(store)
    first = wire.outbox.submit("CH1", "a")
    await settle()
    assert wire.sent == []
    store.gate.clear()
    await wire.outbox.write_to(store)
    await settle()
    assert wire.sent == []
    store.gate.set()
    await wire.outbox.receipt(first)
    await wire.outbox.close()
    assert (wire.sent, store.held) == ([first.mutation_id], {})


async def test_what_was_left_goes_before_what_is_new() -> None:
    """In order per channel; what failed stays until somebody says so."""
    store = MemoryStore(pending(1), pending(2), pending(3, "CH2"), pending(4, state=SendState.FAILED, error="no"))
    wire = Wire(store)
    new = wire.outbox.submit("CH1", "new")
    await wire.outbox.write_to(store)
    await wire.outbox.receipt(new)
    assert [one for one in wire.sent if one != "m3"] == ["m1", "m2", new.mutation_id]
    assert [one.mutation_id for one in wire.outbox.unsent()] == ["m4"]
    wire.outbox.retry("m4")
    await wire.until(lambda: not wire.outbox.unsent())
    assert wire.sent[-1] == "m4"
    await wire.outbox.close()
    assert store.held == {}


async def test_a_refused_message_is_kept_as_failed_until_it_is_discarded() -> None:
    """It survives with its reason; discarding it is for good."""
    store = MemoryStore()
    wire = Wire(store)
    wire.refusal = BadRequest("too long")
    await wire.outbox.write_to(store)
    bad = wire.outbox.submit("CH1", "a")
    with pytest.raises(BadRequest):
        await wire.outbox.receipt(bad)
    await asyncio.sleep(0)
    assert (store.held[bad.mutation_id].state, store.held[bad.mutation_id].error) == (SendState.FAILED, "too long")
    wire.outbox.discard(bad.mutation_id)
    with pytest.raises(NotFound):
        wire.outbox.discard(bad.mutation_id)
    await wire.outbox.close()
    assert store.held == {}


async def test_what_waits_can_be_taken_back_and_what_is_being_sent_cannot() -> None:
    """The service may have the one that is being sent."""
    store = MemoryStore()
    wire = Wire(store)
    wire.up.clear()
    await wire.outbox.write_to(store)
    first, second = wire.outbox.submit("CH1", "a"), wire.outbox.submit("CH1", "b")
    assert wire.outbox.discard(first.mutation_id).body == "a"
    wire.refusal = Unavailable("later")
    wire.up.set()
    await wire.until(lambda: wire.outbox.unsent()[0].state is SendState.SENDING)
    with pytest.raises(Conflict):
        wire.outbox.discard(second.mutation_id)
    await wire.outbox.close()
    assert list(store.held) == [second.mutation_id]


async def test_a_day_of_tries_on_a_live_link_is_enough() -> None:
    """Then it is failed, by hand to be sent again; waiting for a link counts for nothing."""
    store = MemoryStore()
    wire = Wire(store)
    wire.up.clear()
    await wire.outbox.write_to(store)
    message = wire.outbox.submit("CH1", "a")
    wire.now += timedelta(days=7)
    await asyncio.sleep(0)
    wire.refusal = Unavailable("later")
    wire.up.set()
    with pytest.raises(Unavailable):
        await asyncio.wait_for(wire.outbox.receipt(message), 5)
    assert 24 <= len(wire.sent) <= 26
    assert [one.state for one in wire.outbox.unsent()] == [SendState.FAILED]
    await wire.outbox.close()


async def test_a_full_disk_is_said_and_the_message_goes_all_the_same() -> None:
    """Not kept is worse than kept, and better than not sent."""
    store = MemoryStore()
    store.trouble = "database or disk is full"
    wire = Wire(store)
    await wire.outbox.write_to(store)
    await wire.outbox.receipt(wire.outbox.submit("CH1", "a"))
    assert wire.said[:1] == ["database or disk is full"]
    await wire.outbox.close()
