"""Clients on a real service."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from chat_tui.client import ChatClient, events
from chat_tui.protocol.twilsock import Header, Packet
from tests.support.service import Tenant

WITHIN = 10.0

Connect = Callable[[str], Awaitable[ChatClient]]


@pytest.fixture
async def connect(tenant: Tenant) -> AsyncIterator[Connect]:
    """Connects as somebody; everybody is gone after the test."""
    async with contextlib.AsyncExitStack() as stack:

        async def one(identity: str) -> ChatClient:
            return await stack.enter_async_context(ChatClient(tenant.url, tenant.token(identity)))

        yield one


async def until(is_so: Callable[[], object], stream: events.EventStream) -> None:
    """Until it is so, looking again after each event, within a bound."""
    async with asyncio.timeout(WITHIN):
        while not is_so():
            await stream.batch()


def note_requests(client: ChatClient, asked: list[str]) -> None:
    """Have every request that a client makes of the service noted."""
    transport = client._connection._transport
    exchange = transport._exchange

    async def noting(header: Header, body: Any = None) -> Packet:
        if header.http_request is not None:
            asked.append(f"{header.http_request.method} {header.http_request.path}")
        return await exchange(header, body)

    transport._exchange = noting  # type: ignore[method-assign]
