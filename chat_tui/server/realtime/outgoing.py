"""What goes out to a client, at the pace of its socket."""

import asyncio
import logging
from collections import deque
from typing import Protocol

from chat_tui.server.realtime.share import Share

_log = logging.getLogger(__name__)


class Socket(Protocol):
    """The shell around the bytes."""

    is_paused: bool
    """The kernel takes no more for now."""

    def write(self, frames: bytes) -> None: ...
    def hang_up(self) -> None:
        """Close in good order, and abort if the peer does not join in."""

    def abort(self) -> None: ...
    def settle(self) -> None:
        """Whoever is behind it has shown who they are."""

    def go_on(self) -> None:
        """Read again what was held back."""


class Outgoing:
    """The sending half of a connection: answers wait for the socket, live events are queued up to ``most_events`` of
    ``most_bytes``; ``most_unsent`` bytes of both for all connections of ``share`` (guarantees, Bounds 2). ``is_lost``:
    the socket is gone."""

    def __init__(
        self, socket: Socket, connection_id: str, share: Share, *, most_events: int, most_bytes: int, most_unsent: int
    ) -> None:
        self.connection_id = connection_id
        self.share = share
        self.is_lost = False
        self._socket = socket
        self._most_events = most_events
        self._most_bytes = most_bytes
        self._most_unsent = most_unsent
        self._batch: list[bytes] = []
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._waiting = 0
        self._writable: asyncio.Event | None = None

    @property
    def can_write(self) -> bool:
        """Whether the socket takes more, and nothing waits for it."""
        return not (self._socket.is_paused or self._queue or self._waiting)

    async def until_writable(self) -> None:
        """Begin nothing whose answer would only wait. Raises ConnectionResetError once the socket is gone."""
        while not self.can_write:
            await self._next_chance()

    async def send(self, frame: bytes) -> None:
        """Write at the socket's pace: replies and replays wait, and do not count against the queue."""
        if self._socket.is_paused or self._queue:
            await self._send_later(frame)
        elif self.is_lost:
            raise ConnectionResetError("the connection is gone")
        else:
            self._socket.write(frame)

    async def _send_later(self, frame: bytes) -> None:
        share = self.share
        self._waiting += 1
        try:
            self._keep(len(frame))
            while self._socket.is_paused or self._queue:
                await self._next_chance()
            if self.is_lost:
                raise ConnectionResetError("the connection is gone")
            self._socket.write(frame)
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
        self._socket.abort()

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
        if not self._queue and not self._socket.is_paused:
            self._socket.write(b"".join(batch))
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
        while self._queue and not self._socket.is_paused:
            frame = self._queue.popleft()
            self._queued_bytes -= len(frame)
            self.share.unsent -= len(frame)
            self._socket.write(frame)
        if not self._queue and not self._socket.is_paused:
            self._wake()

    def _wake(self) -> None:
        writable, self._writable = self._writable, None
        if writable is not None:
            writable.set()
        self._socket.go_on()

    def lost(self) -> None:
        """The socket is gone: nobody waits for it any more."""
        self.is_lost = True
        if self._writable is not None:
            self._writable.set()
        self._queue.clear()
        self.share.unsent -= self._queued_bytes
        self._queued_bytes = 0
