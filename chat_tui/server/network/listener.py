"""Takes connections from a listening socket: a few at a time, calmly when there is no descriptor left."""

import asyncio
import contextlib
import errno
import logging
import os
import resource
import socket
import ssl
from asyncio import sslproto
from collections.abc import Callable

from chat_tui.tasks import Tasks

ACCEPTED_AT_ONCE = 4
"""Connections taken before everybody else has their turn."""

RESERVE = 32
"""Descriptors kept for files: the store's journals, the log, a reload of a certificate."""

RETRY_ACCEPT_AFTER = 0.25
"""Seconds without taking anybody after there was no descriptor to take them with."""

SAY_EVERY = 60.0
"""Seconds between two words about it in the log."""

STARTING = 256
"""Connections in their TLS handshake at once; over it the one that began first is given up."""

TLS_BUFFER = 32 * 1024
"""Bytes that each TLS connection reads into, of which a record needs half; asyncio's own are 256 KiB, for strangers
too."""

_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_log = logging.getLogger(__name__)


class Listener:
    """In place of asyncio's server, which tries, and logs, as often as its backlog is long when descriptors are short.

    ``make_room`` sends off somebody idle, and says whether there was anybody.
    """

    def __init__(
        self,
        listening: socket.socket,
        make_protocol: Callable[[], asyncio.Protocol],
        make_room: Callable[[], bool],
        *,
        context: ssl.SSLContext | None = None,
        handshake_within: float | None = None,
    ) -> None:
        self._socket = listening
        self._make_protocol = make_protocol
        self._make_room = make_room
        sslproto.SSLProtocol.max_size = TLS_BUFFER
        self._tls = {} if context is None else {"ssl": context, "ssl_handshake_timeout": handshake_within}
        self._loop = asyncio.get_running_loop()
        self._tasks = Tasks()
        self._starting: dict[asyncio.Task[None], None] = {}
        self._spare = _spare()
        self._again: asyncio.TimerHandle | None = None
        self._said_at = -SAY_EVERY
        listening.setblocking(False)
        self._loop.add_reader(listening.fileno(), self._accept)

    def _accept(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                connection, _ = self._socket.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if error.errno in _EXHAUSTED:
                    self._run_short()
                    return
                continue  # the peer is gone again
            if not self._is_safe(connection):
                self._say_short()
                if not self._make_room():
                    connection.close()
                    return
                self._welcome(connection)
                return  # the room is made when the loop turns
            self._welcome(connection)

    @staticmethod
    def _is_safe(connection: socket.socket) -> bool:
        """The kernel gives the lowest free descriptor, so one near the limit says that nearly all are taken."""
        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return connection.fileno() < limit - min(RESERVE, limit // 8)

    def _welcome(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        task = self._tasks.spawn(self._connect(connection), "a connection's start")
        self._starting[task] = None
        task.add_done_callback(self._starting.pop)
        if len(self._starting) > STARTING:
            next(iter(self._starting)).cancel()

    async def _connect(self, connection: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._make_protocol, connection, **self._tls)  # type: ignore[arg-type]
        except OSError:  # ssl.SSLError is one
            connection.close()  # it went away, or speaks no TLS, or too slowly
        except asyncio.CancelledError:
            connection.close()
            raise

    def _run_short(self) -> None:
        """Not even one is left: let the first in the queue know, by way of the spare one, and rest if nobody can
        be sent off."""
        self._say_short()
        with contextlib.suppress(OSError):
            os.close(self._spare)
            self._socket.accept()[0].close()
        self._spare = _spare()
        if self._make_room():
            return
        self._loop.remove_reader(self._socket.fileno())
        self._again = self._loop.call_later(RETRY_ACCEPT_AFTER, self._go_on)

    def _go_on(self) -> None:
        self._again = None
        self._loop.add_reader(self._socket.fileno(), self._accept)

    def _say_short(self) -> None:
        now = self._loop.time()
        if now - self._said_at >= SAY_EVERY:
            self._said_at = now
            _log.warning("descriptors are short: idle connections are closed; raise the limit of open files")

    def close(self) -> None:
        """Take nobody any more."""
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            with contextlib.suppress(OSError):
                os.close(self._spare)
        if self._again is not None:
            self._again.cancel()

    async def wait_closed(self) -> None:
        await self._tasks.close()


def _spare() -> int:
    """A descriptor to give up for the moment in which there is no other; -1 when there is none even for that."""
    try:
        return os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return -1
