"""What goes out to a client, at the pace of its socket."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from chat_tui.protocol.twilsock import Header, encode
from chat_tui.server.network.limits import Limits
from chat_tui.server.network.share import Share
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.realtime.frames import ws_frame

_log = logging.getLogger(__name__)


NOBODY = ClientActor("", "", "")


class Socket(Protocol):
    """The shell around the bytes."""

    is_paused: bool
    """The kernel takes no more for now."""

    def write(self, frames: bytes) -> None: ...
    def hang_up(self) -> None:
        """Close in good order, and abort if the peer does not join in."""

    def abort(self) -> None: ...
    def recognised(self) -> None:
        """Whoever is behind it has shown who they are."""


class Outgoing:
    """The sending half of a connection, and who is behind it: a `followers.Subscriber`.

    Answers wait for the socket; live events are queued up to the `Limits`; what waits of both is bounded for all
    connections of ``share`` together (guarantees, Bounds 2). ``is_lost``: the socket is gone;
    ``go_on`` is called when there is room again for what was held back.
    """

    def __init__(self, socket: Socket, connection_id: str, share: Share, limits: Limits) -> None:
        self.socket = socket
        self.connection_id = connection_id
        self.share = share
        self.actor = NOBODY
        self.go_on: Callable[[], None] = lambda: None
        self.is_lost = False
        self._most_events = limits.queued_events
        self._most_bytes = limits.queued_bytes
        self._most_unsent = limits.unsent_bytes
        self._batch: list[bytes] = []
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._waiting = 0
        self._writable: asyncio.Event | None = None

    def may_take(self) -> bool:
        """Whether another packet may come in: there must be a way out for its answer, and room for its work. If not,
        ``go_on`` is called once it may."""
        if self.socket.is_paused or self._queue or self._waiting:  # `can_write`, for every frame that comes
            return False
        if self.share.has_room():
            return True
        self.share.hold(self.go_on)
        return False

    @property
    def can_write(self) -> bool:
        """Whether the socket takes more, and nothing waits for it."""
        return not (self.socket.is_paused or self._queue or self._waiting)

    async def until_writable(self) -> None:
        """Begin nothing whose answer would only wait. Raises ConnectionResetError once the socket is gone."""
        while not self.can_write:
            await self._next_chance()

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """A user's turn to have something read; pages are large, so none is read that could not be written."""
        reading = self.share.reading
        await reading.acquire()
        while not self.can_write:
            reading.release()
            await self.until_writable()
            await reading.acquire()
        try:
            yield
        finally:
            reading.release()

    async def reply(self, header: Header) -> None:
        """Send a packet without a body."""
        await self.send(ws_frame(encode(header)))

    async def send(self, frame: bytes) -> None:
        """Write at the socket's pace: replies and replays wait, and do not count against the queue."""
        if self.socket.is_paused or self._queue:
            await self._send_later(frame)
        elif self.is_lost:
            raise ConnectionResetError("the connection is gone")
        else:
            self.socket.write(frame)

    async def _send_later(self, frame: bytes) -> None:
        share = self.share
        self._waiting += 1
        try:
            self._keep(len(frame))
            while self.socket.is_paused or self._queue:
                await self._next_chance()
            if self.is_lost:
                raise ConnectionResetError("the connection is gone")
            self.socket.write(frame)
        finally:
            self._waiting -= 1
            share.unsent -= len(frame)
        if self.can_write:
            self._wake()

    async def _next_chance(self) -> None:
        if self.is_lost:
            raise ConnectionResetError("the connection is gone")
        if self._writable is None:
            self._writable = asyncio.Event()
        await self._writable.wait()

    def _keep(self, size: int) -> None:
        self.share.unsent += size
        if self.share.unsent > self._most_unsent:
            self._give_up()

    def _give_up(self) -> None:
        _log.warning("aborted a connection that does not read", extra={"connection": self.connection_id})
        self.socket.abort()

    def push(self, frame: bytes, *, droppable: bool = False) -> None:
        """Queue a live event for `flush`; ``droppable`` ones go when the queue is half full."""
        if droppable and len(self._queue) >= self._most_events // 2:
            return
        self._batch.append(frame)

    def flush(self) -> None:
        """Write what `push` gathered, or keep it until the socket takes more. Over the bound the connection is
        aborted: the log makes that harmless."""
        batch, self._batch = self._batch, []
        if self.is_lost or not batch:
            return
        if not self._queue and not self.socket.is_paused:
            self.socket.write(b"".join(batch))
            return
        self._queue.extend(batch)
        size = sum(map(len, batch))
        self._queued_bytes += size
        if len(self._queue) > self._most_events or self._queued_bytes > self._most_bytes:
            self.share.unsent += size
            self._give_up()
        else:
            self._keep(size)

    def on_writable(self) -> None:
        """The socket takes more."""
        while self._queue and not self.socket.is_paused:
            frame = self._queue.popleft()
            self._queued_bytes -= len(frame)
            self.share.unsent -= len(frame)
            self.socket.write(frame)
        if not self._queue and not self.socket.is_paused:
            self._wake()

    def _wake(self) -> None:
        writable, self._writable = self._writable, None
        if writable is not None:
            writable.set()
        self.go_on()

    def lost(self) -> None:
        """The socket is gone: nobody waits for it any more."""
        self.is_lost = True
        if self._writable is not None:
            self._writable.set()
        self._queue.clear()
        self.share.unsent -= self._queued_bytes
        self._queued_bytes = 0
