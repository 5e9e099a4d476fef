"""What goes out to a client, at the pace of its socket."""

import asyncio
import logging
from collections import deque
from typing import Protocol

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

    def hold_back(self, *, on: bool) -> None:
        """Stop reading while too many requests are unanswered."""


class Outgoing:
    """The sending half of a connection: answers wait for the socket, live events are queued up to ``most_events`` of
    ``most_bytes``. ``is_lost``: the socket is gone."""

    def __init__(self, socket: Socket, connection_id: str, *, most_events: int, most_bytes: int) -> None:
        self.connection_id = connection_id
        self.is_lost = False
        self._socket = socket
        self._most_events = most_events
        self._most_bytes = most_bytes
        self._batch: list[bytes] = []
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._writable: asyncio.Event | None = None

    async def send(self, frame: bytes) -> None:
        """Write at the socket's pace: replies and replays wait, and do not count against the queue."""
        while self._socket.is_paused or self._queue:
            if self.is_lost:
                raise ConnectionResetError("the connection is gone")
            if self._writable is None:
                self._writable = asyncio.Event()
            await self._writable.wait()
        if self.is_lost:
            raise ConnectionResetError("the connection is gone")
        self._socket.write(frame)

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
        self._queued_bytes += sum(map(len, batch))
        if len(self._queue) > self._most_events or self._queued_bytes > self._most_bytes:
            _log.warning("aborted a connection that does not read", extra={"connection": self.connection_id})
            self._socket.abort()

    def on_writable(self) -> None:
        """The socket takes more."""
        while self._queue and not self._socket.is_paused:
            frame = self._queue.popleft()
            self._queued_bytes -= len(frame)
            self._socket.write(frame)
        if self._writable is not None and not self._queue and not self._socket.is_paused:
            self._writable.set()
            self._writable = None

    def lost(self) -> None:
        """The socket is gone: nobody waits for it any more."""
        self.is_lost = True
        if self._writable is not None:
            self._writable.set()
        self._queue.clear()
