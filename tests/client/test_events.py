"""Streams of events: bounded, and let go."""

import gc
import re
import weakref
from pathlib import Path

import pytest

from chat_tui import protocol
from chat_tui.client.events import Event, EventStream, Resynchronise, TokenExpired
from tests.client.fast import new_client
from tests.support.fake_service import FakeService


def test_every_event_is_named_in_the_contract() -> None:
    """(contract 6.1)."""
    text = (Path(protocol.__file__).parent / "realtime.md").read_text()
    named = set(re.findall(r"\w+", text.partition("### 6.1")[2].partition("### 6.2")[0]))
    assert {kind.__name__ for kind in Event.__subclasses__()} - named == set()


async def test_a_slow_consumer_is_told_to_read_anew() -> None:
    """Its queue has a bound; at it, everything gives way to one Resynchronise."""
    stream = EventStream(limit=3)
    for _ in range(4):
        stream.put(TokenExpired())
    assert await stream.batch() == [Resynchronise(), TokenExpired()]
    stream.close()
    with pytest.raises(StopAsyncIteration):
        await stream.batch()


async def test_streams_that_nobody_holds_are_let_go() -> None:
    """An application may leave them as it likes."""
    async with new_client(FakeService()) as client:
        kept, others = client.events(), [weakref.ref(client.events()) for _ in range(100)]
        gc.collect()
        assert [other() for other in others] == [None] * 100
        kept.close()
        client.reconnect_now()
