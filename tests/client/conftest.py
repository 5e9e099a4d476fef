"""Clients on a real service."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from websockets.asyncio import client as websockets

from chat_tui.client import ChatClient, events
from chat_tui.protocol.twilsock import decode
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


def noting(asked: list[str]) -> Callable[..., Any]:
    """Connects, and notes every request that is made of the service."""

    @contextlib.asynccontextmanager
    async def connect(*where: Any, **how: Any) -> AsyncIterator[websockets.ClientConnection]:
        async with websockets.connect(*where, **how) as socket:
            send = socket.send

            async def note(message: Any, *more: Any, **others: Any) -> None:
                request = decode(message).header.http_request
                if request is not None:
                    asked.append(f"{request.method} {request.path}")
                await send(message, *more, **others)

            socket.send = note  # type: ignore[method-assign]
            yield socket

    return connect
