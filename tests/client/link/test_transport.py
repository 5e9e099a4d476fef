"""The link: what a service, a token source or an address does to it, and what it does not."""

import asyncio
from typing import Any

import pytest

from chat_tui.client import ChatClient, Phase
from chat_tui.client.link.timing import Timing
from chat_tui.protocol.twilsock import Status
from tests.client.conftest import until
from tests.client.fast import FAST, new_client
from tests.support.fake_service import FakeService, token
from tests.support.waiting import settle


@pytest.mark.parametrize("asked", [10**15, -5, 0, "soon", None, {}, 1e300])
async def test_a_service_may_not_ask_for_any_wait(asked: Any) -> None:
    """Minutes at most, and not at once for ever."""
    service = FakeService()
    async with new_client(service, timing=Timing(longest_asked=0.02, first_try=0.001, longest_wait=0.002)) as client:
        stream = client.events()
        policy = {"backoff_policy": {"reconnect_min_ms": asked}}
        service.notice("close", "close", policy, status=Status(308))
        await until(lambda: client.connection.phase is Phase.WAITING, stream)
        retry_at, since = client.connection.retry_at, client.connection.since
        assert retry_at is not None
        assert retry_at - since <= 1.1
        await until(lambda: client.connection.phase is Phase.CONNECTED, stream)


async def test_warnings_without_end_bring_one_renewal() -> None:
    """However often the service says that the token runs out."""
    service, fetched = FakeService(), []

    async def source() -> str:
        fetched.append(1)
        return token()

    timing = Timing(fetch_apart=3600.0)
    async with ChatClient("ws://fake.invalid", source, connect=service.connect, timing=timing):
        for _ in range(200):
            service.notice("client_update", "warning", {}, client_update_type="token_about_to_expire")
            await asyncio.sleep(0)
        await settle()
    assert len(fetched) <= 2


WITHIN = 10.0


@pytest.mark.parametrize("what", ["token", "address"])
async def test_whoever_is_asked_and_is_cancelled_is_asked_again(what: str) -> None:
    """A cancellation of theirs is not one of the link."""
    service, asked = FakeService(), []

    async def asking() -> str:
        asked.append(what)
        if len(asked) == 1:
            raise asyncio.CancelledError
        return token() if what == "token" else "ws://x"

    client = ChatClient(
        "ws://x",
        asking if what == "token" else token(),
        address=asking if what == "address" else None,
        connect=service.connect,
        timing=FAST,
    )
    async with asyncio.timeout(WITHIN):
        await client.start()
    assert (client.connection.phase, len(asked)) == (Phase.CONNECTED, 2)
    await client.close()
