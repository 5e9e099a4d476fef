"""A subscriber that reads whatever it is sent."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from chat_tui.server.network.limits import Limits
from chat_tui.server.network.share import Share
from chat_tui.server.operations.actors import ClientActor


class Reading:
    """A subscriber that notes what it is sent."""

    def __init__(self, actor: ClientActor) -> None:
        self.actor = actor
        self.share = Share(Limits())
        self.frames: asyncio.Queue[bytes] = asyncio.Queue()

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        yield

    def push(self, frame: bytes, *, droppable: bool = False) -> None:
        self.frames.put_nowait(frame)

    def flush(self) -> None:
        pass

    async def send(self, frame: bytes) -> None:
        self.frames.put_nowait(frame)
