"""Streams of events: bounded, and let go."""

import gc
import weakref

import pytest

from chat_tui.client.events import EventStream, Resynchronise, TokenExpired
from tests.client.fast import new_client
from tests.support.fake_service import FakeService


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
