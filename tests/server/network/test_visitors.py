"""Who connects and does nothing, or too slowly, or reads nothing, is let go; others are served meanwhile."""

import asyncio
import contextlib
import logging
import os
import resource
import socket
import ssl
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
import pytest
import uvicorn
from uvicorn.server import ServerState

from chat_tui.server.network.http import http_class
from chat_tui.server.network.limits import Limits
from chat_tui.server.network.listener import RETRY_ACCEPT_AFTER, Listener
from chat_tui.server.network.visitors import KNOWN, Visitors
from chat_tui.tasks import Tasks
from tests.support.waiting import pause, poll, settle

WITHIN = 5.0
SHORT = Limits(head_within=0.3, body_within=0.3, idle_within=0.3, read_within=0.3, close_within=0.3)
PATIENT = Limits(visitors=5)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """``/big`` is more than any buffer; ``/known`` shows who it is; a POST is read to its end."""
    if scope["path"] == "/known":
        scope["state"][KNOWN] = True
    while scope["method"] == "POST":
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        if not message.get("more_body"):
            break
    body = b"x" * (64 * 1024 * 1024 if scope["path"] == "/big" else 2)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@contextlib.asynccontextmanager
async def served(limits: Limits) -> AsyncIterator[tuple[int, Visitors]]:
    visitors, state, tasks = Visitors(limits), ServerState(), Tasks()
    config = uvicorn.Config(
        application, http=http_class(visitors, limits), lifespan="off", log_config=None, access_log=False
    )
    config.load()
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)

    def make() -> Any:
        return config.http_protocol_class(config=config, server_state=state, app_state={})  # type: ignore[call-arg]

    listener = Listener(listening, make, visitors.make_room)
    tasks.keep_running(visitors.sweep, "the visitors' deadlines")
    try:
        yield listening.getsockname()[1], visitors
    finally:
        listener.close()
        await listener.wait_closed()
        await settle()
        for connection in list(state.connections):
            connection.transport.abort()
        await tasks.close()
        await settle()


async def connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


async def ended(reader: asyncio.StreamReader) -> bytes:
    """What came until the peer closed."""
    got = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(WITHIN):
            while data := await reader.read(65536):
                got += data
    return got


async def answer(port: int, path: str = "/") -> bytes:
    reader, writer = await connect(port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    async with asyncio.timeout(WITHIN):
        line = await reader.readline()
    writer.close()
    return line


async def emptied(visitors: Visitors) -> None:
    """Nobody is there any more."""
    await poll(lambda: not len(visitors), within=WITHIN)


def dripping(first: bytes, then: bytes) -> Any:
    """A peer that sends a byte now and then, for as long as it may."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        with contextlib.suppress(ConnectionError):
            for _ in range(200):
                writer.write(then)
                await writer.drain()
                await pause(0.02)

    return drip


PEERS = {
    "silent": dripping(b"", b""),
    "half a head": dripping(b"GET / HTTP/1.1\r\n", b""),
    "a head byte by byte": dripping(b"GET / HTTP/1.1\r\nX: ", b"a"),
    "a head line by line": dripping(b"GET / HTTP/1.1\r\n", b"A: b\r\n"),
    "empty lines": dripping(b"", b"\r\n"),
    "half a body": dripping(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\nabc", b""),
    "a body byte by byte": dripping(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n", b"a"),
    "chunk by chunk": dripping(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    "a body after its answer": dripping(b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n", b"a"),
    "idle after an answer": dripping(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b""),
    "a second head byte by byte": dripping(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /", b"a"),
    "an upgrade never finished": dripping(b"GET /v3/wsconnect HTTP/1.1\r\nUpgrade: websocket\r\nX: ", b"a"),
}


@pytest.mark.parametrize("kind", PEERS)
async def test_who_does_not_get_on_is_let_go(kind: str) -> None:
    """A byte now and then moves no deadline; others are answered meanwhile."""
    async with served(SHORT) as (port, visitors):
        reader, writer = await connect(port)
        dripper = asyncio.create_task(PEERS[kind](writer))
        assert b"200" in await answer(port)
        await ended(reader)
        dripper.cancel()
        writer.close()
        await emptied(visitors)


async def test_who_does_not_read_an_answer_is_let_go() -> None:
    """With the kernel's buffers full the transport would wait for ever."""
    async with served(SHORT) as (port, visitors):
        peer = socket.create_connection(("127.0.0.1", port))
        peer.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b"200" in await answer(port)
        await emptied(visitors)
        peer.close()


@pytest.mark.parametrize("more", [b"", b"Connection: close\r\n"])
async def test_an_answer_that_is_read_slowly_is_not_cut(more: bytes) -> None:
    """The deadline is for those who take nothing: each part that was taken moves it, on a connection that ends too."""
    limits = msgspec.structs.replace(PATIENT, read_within=1000.0)
    async with served(limits) as (port, visitors):
        reader, writer = await connect(port)
        now = asyncio.get_running_loop().time()
        writer.write(b"GET /big HTTP/1.1\r\nHost: x\r\n" + more + b"\r\n")
        async with asyncio.timeout(WITHIN * 4):
            for part in (
                8,
                20,
            ):  # more than the buffers between us hold, so the other side got rid of some
                await reader.readexactly(part * 1024 * 1024)
                now += limits.read_within + WITHIN * 4
                visitors.look(now)
                assert len(visitors) == 1
            while len(visitors):  # the buffers fill once more, and then nothing is taken
                await pause(0.01)
                now += limits.read_within
                visitors.look(now)
        writer.close()


async def test_silent_strangers_keep_nobody_out() -> None:
    """Over the bound the one that waited longest goes; who has shown who they are stays."""
    async with served(PATIENT) as (port, visitors):
        known, told = await connect(port)
        told.write(b"GET /known HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200" in await known.readline()
        silent = [await connect(port) for _ in range(30)]
        for _ in range(20):
            assert b"200" in await answer(port)
        assert len(visitors) <= PATIENT.visitors + 1
        told.write(b"GET /known HTTP/1.1\r\nHost: x\r\n\r\n")
        async with asyncio.timeout(WITHIN):
            assert b"200" in await known.readuntil(b"200 OK")
        for _, writer in [*silent, (known, told)]:
            writer.close()


async def test_one_address_has_its_own_bound() -> None:
    """One far address with many silent connections takes no place from others; loopback is not one peer."""

    class Guest:
        is_busy = False

        def __init__(self, address: str) -> None:
            self.address, self.is_gone = address, False

        def is_late(self, now: float) -> bool:
            return False

        def turn_away(self) -> None:
            self.is_gone = True

    visitors = Visitors(Limits(visitors=100, visitors_per_address=10))
    groups = {address: [Guest(address) for _ in range(50)] for address in ("192.0.2.1", "127.0.0.1")}
    lone = Guest("192.0.2.2")
    for guest in (lone, *groups["192.0.2.1"], *groups["127.0.0.1"]):
        visitors.arrived(guest)
    assert [guest.is_gone for guest in groups["192.0.2.1"]] == [True] * 40 + [False] * 10
    assert not any(guest.is_gone for guest in (lone, *groups["127.0.0.1"]))
    more = [Guest("127.0.0.2") for _ in range(60)]
    for guest in more:
        visitors.arrived(guest)
    assert not lone.is_gone
    assert len(visitors) == 100


async def test_a_handshake_that_is_not_finished_holds_little() -> None:
    """Strangers may begin some hundreds: what each reads into must not be what a busy connection would like."""
    made: list[asyncio.Protocol] = []
    count = 20

    def make() -> asyncio.Protocol:
        made.append(asyncio.Protocol())
        return made[-1]

    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    listener = Listener(listening, make, lambda: False, context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    tracemalloc.start()
    peers = [socket.create_connection(listening.getsockname()) for _ in range(count)]
    await poll(lambda: len(made) == count, within=WITHIN)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < count * 100 * 1024
    for peer in peers:
        peer.close()
    listener.close()
    await listener.wait_closed()
    await settle()


@pytest.fixture
def few_descriptors() -> Iterator[None]:
    """None but those in use."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_with_every_descriptor_taken_it_is_calm_and_recovers(
    few_descriptors: None, caplog: pytest.LogCaptureFixture
) -> None:
    """One line in the log, a rest between two tries, and service again once there are descriptors."""
    async with served(Limits()) as (port, _):
        assert b"200" in await answer(port)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        highest = max(int(name) for name in os.listdir("/proc/self/fd"))  # noqa: PTH208
        peers = [socket.socket() for _ in range(40)]
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, hard))
        taken = []
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.dup(0))
        caplog.set_level(logging.WARNING)
        for peer in peers:
            peer.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                peer.connect(("127.0.0.1", port))
        for _ in range(5):
            await pause(RETRY_ACCEPT_AFTER / 2)
        assert len([record for record in caplog.records if "descriptors" in record.message]) == 1
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert b"200" in await answer(port)
        for peer in peers:
            peer.close()
