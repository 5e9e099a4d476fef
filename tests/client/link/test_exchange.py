"""Requests and answers on one socket: what cannot be sent, and who does not read."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from chat_tui.client import ChatClient
from chat_tui.client.link.exchange import MAX_ACKS, Exchange
from chat_tui.protocol.errors import ChatError, TransportError
from chat_tui.protocol.twilsock import Header, encode
from chat_tui.tasks import Tasks
from tests.client.fast import FAST
from tests.support.fake_service import FakeService, token

WITHIN = 10.0


async def test_half_a_character_holds_up_nothing() -> None:
    """A message goes without it; any other request is refused, and a token is none."""
    service = FakeService()
    sid = service.join("general")
    client = ChatClient("ws://x", token(), connect=service.connect, timing=FAST)
    async with asyncio.timeout(WITHIN):
        await client.start()
        assert client.outbox.submit(sid, "a\ud800b").body == "a\ufffdb"
        assert (await client.messages.send(client.channels[sid], "behind it")).index == 1
        with pytest.raises(ChatError, match="cannot be sent"):
            await client.update_user(friendly_name="\udc00")
        with pytest.raises(ChatError):
            await client.update_token("\ud800")
    await client.close()


class Deaf:
    """Says the same for ever, and never reads."""

    def __init__(self) -> None:
        self.said = 0

    async def send(self, message: bytes) -> None:
        await asyncio.Event().wait()

    async def close(self) -> None: ...

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.said += 1
            yield encode(Header("notification", f"TM{self.said}"))
            await asyncio.sleep(0)


async def test_a_service_that_does_not_read_ends_the_link() -> None:
    """What is to be acknowledged is bounded."""
    socket, tasks = Deaf(), Tasks(expected=(ChatError,))
    nothing: Callable[..., None] = lambda *_: None  # noqa: E731
    exchange = Exchange(socket, nothing, nothing, tasks, within=WITHIN)
    with pytest.raises(TransportError, match="does not read"):
        await exchange.read()
    assert socket.said <= MAX_ACKS + 10
    assert len(tasks) == 1
    await tasks.close()
