"""From the start of a client to its end: nothing hangs, and whoever waits is told."""

import asyncio
from pathlib import Path

import pytest

from chat_tui.client import ChatClient
from chat_tui.protocol.errors import TransportError, Unavailable
from tests.client.conftest import until
from tests.client.fast import FAST, new_client
from tests.support.fake_service import FakeService, token
from tests.support.waiting import settle

WITHIN = 10.0


async def test_whoever_stops_waiting_takes_nobody_along() -> None:
    """For the start, and for a receipt; and one may begin to wait again."""
    service, may_go = FakeService(), asyncio.Event()

    async def source() -> str:
        await may_go.wait()
        return token()

    client = ChatClient("ws://x", source, connect=service.connect, timing=FAST)
    other, impatient = asyncio.ensure_future(client.start()), asyncio.ensure_future(client.start())
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    may_go.set()
    async with asyncio.timeout(WITHIN):
        await other
        await client.start()
        sid = service.join("general")
        pending = client.outbox.submit(sid, "hello")
        first, second = client.outbox.receipt(pending), client.outbox.receipt(pending)
        first.cancel()
        assert (await second).index == 0
    await client.close()


async def test_a_client_has_one_life() -> None:
    """After its end a start is an error, not a wait; before it, a second start is the first."""
    service = FakeService()
    client = new_client(service)
    await asyncio.gather(client.start_soon(), client.start_soon(), client.start())
    assert service.asked.count("init") == 1
    await client.close()
    await client.close()
    with pytest.raises(RuntimeError, match="make a new one"):
        await client.start()
    with pytest.raises(RuntimeError, match="make a new one"):
        await client.update_token(token())
    with pytest.raises(Unavailable):
        client.messages.submit(next(iter(client.channels.values())), "too late")
    assert [event async for event in client.events()] == []


async def test_whoever_waits_is_told_of_the_end() -> None:
    """A start that did not come about, a message that was not sent."""
    service = FakeService()
    service.lie = lambda kind, body: {} if kind == "configuration" else body
    client = new_client(service)
    starting = client.start_soon()
    sending = asyncio.ensure_future(client.outbox.receipt(client.outbox.submit("CH1", "never")))
    await settle()
    await client.close()
    for waiting in (starting, sending):
        with pytest.raises(TransportError):
            await waiting


async def test_closing_does_every_step_whatever_fails(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One step raises, one never ends: the streams end, and what is unsent is on disk."""
    service = FakeService()
    general = next(iter(service.channels))
    client = new_client(service, tmp_path)
    await client.start()
    stream = client.events()
    service.lie = lambda kind, body: {"code": 1} if kind == "sent" else body
    client.messages.submit(client.channels[general], "kept")

    async def fail() -> None:
        raise OSError("no")

    client.horizons.flush = fail  # type: ignore[method-assign]
    client.typing.close = asyncio.Event().wait  # type: ignore[assignment, method-assign]
    await asyncio.wait_for(client.close(), 15)
    while True:
        try:
            await stream.batch()
        except StopAsyncIteration:
            break
    assert "telling how far one has read failed: no" in caplog.text
    service.lie = None
    async with new_client(service, tmp_path) as again:
        messages = service.objects[f"{general}.messages"].items
        await until(lambda: [item["text"] for item in messages.values()] == ["kept"], again.events())
