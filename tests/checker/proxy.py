"""A TCP proxy between clients and a service that does to links what networks do."""

import asyncio
import contextlib
import random
import socket
import struct
from enum import StrEnum


class Fault(StrEnum):
    CUT = "cut"
    RESET = "reset"
    STALL = "stall"
    HALF_OPEN = "half-open"
    DEAF = "answers lost"
    SPLIT = "split"
    TRICKLE = "byte by byte"
    DELAY = "delay"


NO_LINGER = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards to ``port``. A fault holds for every link until `heal`; CUT and RESET happen once."""

    def __init__(self, port: int, seed: int) -> None:
        self._to = port
        self._random = random.Random(seed)
        self._fault: Fault | None = None
        self._links: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()

    async def start(self) -> str:
        """The URL to connect to."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        self.heal()
        if self._server is not None:
            self._server.close()
        self._drop_all(reset=False)
        for pump in list(self._pumps):
            pump.cancel()
        if self._pumps:
            await asyncio.wait(self._pumps)

    def inflict(self, fault: Fault) -> None:
        self._fault = fault
        if fault in (Fault.CUT, Fault.RESET):
            self._drop_all(reset=fault is Fault.RESET)
        elif fault in (Fault.STALL, Fault.HALF_OPEN):
            self._flowing.clear()

    def heal(self) -> None:
        """New bytes flow again; a half-open link stays dead, as one does whose other end has forgotten it, and so does
        one that lost bytes."""
        if self._fault in (Fault.HALF_OPEN, Fault.DEAF):
            self._drop_all(reset=False)
        self._fault = None
        self._flowing.set()

    def _drop_all(self, *, reset: bool) -> None:
        for writer in list(self._links):
            sock = writer.get_extra_info("socket")
            if reset and sock is not None:
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()
            return
        self._links |= {writer, there_writer}
        for source, sink in ((reader, there_writer), (there_reader, writer)):
            pump = asyncio.ensure_future(self._pump(source, sink, is_answer=sink is writer))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, is_answer: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                if is_answer and self._fault is Fault.DEAF:
                    continue
                await self._flowing.wait()
                for piece in self._pieces(data):
                    sink.write(piece)
                    if self._fault is Fault.DELAY:
                        await asyncio.sleep(self._random.uniform(0, 0.01))
                    await sink.drain()
                    if self._fault in (Fault.SPLIT, Fault.TRICKLE):
                        await asyncio.sleep(0)
        self._links.discard(sink)
        sink.transport.abort()

    def _pieces(self, data: bytes) -> list[bytes]:
        if self._fault is Fault.TRICKLE:
            return [data[n : n + 1] for n in range(len(data))]
        if self._fault is Fault.SPLIT:
            cuts = sorted(self._random.sample(range(1, len(data)), min(7, len(data) - 1))) if len(data) > 1 else []
            return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
        return [data]
