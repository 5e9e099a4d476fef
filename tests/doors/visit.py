"""What every door's visitors share: the service they visit, what came of it, and raw exchanges."""

import asyncio
import base64
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import msgspec

from chat_tui.protocol.twilsock import PATH
from tests.doors.mutations import Mutator
from tests.referees.world import World
from tests.support.waiting import pause

ANSWER_WITHIN = 10.0
"""Seconds for an answer that must come."""

SILENCE = 0.1
"""Seconds of waiting for one that need not."""

AT_ONCE = 16
UPGRADES_PER_SECOND = 150
"""Below what the service takes, so that a 503 is never ours."""

FINE = frozenset({*range(100, 500), 501, 503})
"""501: what a telephone would be needed for, refused by name; 503 is judged by who may expect it."""


class Report(msgspec.Struct):
    """``answers`` by door and status, -1 for a connection that was closed in words, 0 for silence where it is in
    order; ``faults`` are what must not be."""

    answers: dict[str, Counter[int]] = {}
    faults: list[str] = []

    @property
    def inputs(self) -> int:
        return sum(counter.total() for counter in self.answers.values())

    def __str__(self) -> str:
        lines = []
        for door, counter in self.answers.items():
            told = ", ".join(f"{number} × {status}" for status, number in sorted(counter.items()))
            lines.append(f"{door}: {counter.total()} inputs ({told})")
        return "\n".join([*lines, f"{self.inputs} bad inputs, {len(self.faults)} faults", *self.faults[:20]])


class Visit:
    """One door, visited ``count`` times with what ``seed`` makes."""

    def __init__(self, world: World, report: Report, door: str, seed: int) -> None:
        self.world = world
        self.tenant = world.tenant
        self.draw = Mutator(f"{seed} {door}")
        self.door = door
        self.faults = report.faults
        self.answers = report.answers.setdefault(door, Counter())
        target = urlsplit(self.tenant.url)
        self.host, self.port = str(target.hostname), int(target.port or 0)
        self._next_upgrade = 0.0

    def note(self, status: int, sent: Any, *, may_be: Iterable[int] = FINE) -> None:
        """Count an answer; a server error, or no answer where one must come, is a fault."""
        self.answers[status] += 1
        if status not in may_be and status > 0:
            self.faults.append(f"{self.door}: {status} for {_shortened(sent)}")

    def fault(self, what: str, sent: Any) -> None:
        self.faults.append(f"{self.door}: {what} for {_shortened(sent)}")

    async def all(self, cases: Iterable[Any], send: Callable[[Any], Awaitable[None]]) -> None:
        """``send`` each case, a few at once."""
        waiting = iter(cases)

        async def work() -> None:
            for case in waiting:
                try:
                    await send(case)
                except (TimeoutError, ConnectionError, asyncio.IncompleteReadError) as error:
                    self.answers[0] += 1
                    self.fault(f"{type(error).__name__}", case)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.host, self.port, limit=4 * 1024 * 1024)

    async def upgrade_slot(self) -> None:
        """Wait for the time of the next upgrade."""
        now = time.monotonic()
        self._next_upgrade = max(now, self._next_upgrade + 1 / UPGRADES_PER_SECOND)
        await pause(self._next_upgrade - now)

    async def http(self, sent: bytes, *, is_whole: bool = True) -> int | None:
        """The status that ``sent`` is answered with; ``None``: silence, -1: closed without a word."""
        reader, writer = await self.connect()
        try:
            writer.write(sent)
            async with asyncio.timeout(ANSWER_WITHIN if is_whole else SILENCE):
                head = await reader.readuntil(b"\r\n\r\n")
            return int(head[9:12]) if head.startswith(b"HTTP/1.1 ") else -2
        except (asyncio.IncompleteReadError, ConnectionError):
            return -1
        except TimeoutError:
            return None
        finally:
            writer.transport.abort()

    async def websocket(self) -> "Frames":
        await self.upgrade_slot()
        reader, writer = await self.connect()
        writer.write(upgrade(f"{self.host}:{self.port}"))
        async with asyncio.timeout(ANSWER_WITHIN):
            head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 "), head
        return Frames(reader, writer)


def upgrade(host: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {PATH} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


class Frames:
    """An open WebSocket, frame by frame."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def write(self, frames: bytes) -> None:
        self._writer.write(frames)

    async def read(self) -> tuple[int, bytes] | None:
        """Opcode and payload of the next frame, ``None`` at the end."""
        try:
            first, size = await self._reader.readexactly(2)
            if size >= 126:
                size = int.from_bytes(await self._reader.readexactly(2 if size == 126 else 8), "big")
            return first & 15, await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    def abort(self) -> None:
        self._writer.transport.abort()


def frame(payload: bytes, opcode: int = 2, *, first: int | None = None, size: int | None = None) -> bytes:
    """A frame under the mask 0; ``first`` and ``size`` in place of what would be true."""
    told = len(payload) if size is None else size
    head = bytes([0x80 | opcode if first is None else first])
    if told < 126:
        head += bytes([0x80 | told])
    elif told < 65536:
        head += b"\xfe" + told.to_bytes(2, "big")
    else:
        head += b"\xff" + (told & (2**64 - 1)).to_bytes(8, "big")
    return head + b"\0\0\0\0" + payload


def _shortened(sent: Any) -> str:
    text = repr(sent)
    return text if len(text) <= 400 else f"{text[:300]} … {text[-80:]}"
