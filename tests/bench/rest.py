"""REST: durable posts against the bare framework's, single fetches, a long list, unread counts in a huge channel.

``python -m tests.bench.rest``
"""

import asyncio
import base64
import contextlib
import multiprocessing
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from chat_tui.local_service import LocalService
from tests.bench.report import bench_directory, header, row
from tests.support.service import ServiceProcess, Tenant, serving

CONNECTIONS = 32
SECONDS = 5.0
ROUNDS = 3
CHANNELS = 1_000
HUGE, SMALL = 1_000_000, 1_000
LIMITS = ("--rate", "1000000")
BODY = b"Body=" + b"A+message+of+a+usual+length%2C+some+sixty+characters+long." + b"&From=alice"

BARE = """
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ANSWER = b"x" * {size}

async def post(request: Request) -> Response:
    await request.body()
    return Response(ANSWER, 201, media_type="application/json")

app = Starlette(routes=[Route("/messages", post, methods=["POST"])])
uvicorn.run(app, port={port}, log_level="critical", access_log=False)
"""


def request(method: str, path: str, credentials: str, body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Basic {credentials}"]
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def account_of(process: LocalService) -> str:
    """The account's credentials, as Basic wants them."""
    return base64.b64encode(f"{process.account_sid}:{process.auth_token}".encode()).decode()


async def hammer(port: int, packet: bytes, connections: int, seconds: float) -> tuple[float, int]:
    """Requests a second over ``connections`` that each wait for their answer, and an answer's size."""
    counts, size = [0] * connections, 0
    end = time.perf_counter() + seconds

    async def one(number: int) -> None:
        nonlocal size
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            writer.write(packet)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 20"), head
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            counts[number], size = counts[number] + 1, length
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(connections)))
    return sum(counts) / (time.perf_counter() - began), size


def rate(port: int, packet: bytes, connections: int = CONNECTIONS, seconds: float = SECONDS) -> tuple[float, int]:
    """The generator in a process of its own, so that it does not share the service's core."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_rate, (port, packet, connections, seconds))


def _rate(port: int, packet: bytes, connections: int, seconds: float) -> tuple[float, int]:
    return asyncio.run(hammer(port, packet, connections, seconds))


@contextlib.contextmanager
def bare(size: int) -> Iterator[int]:
    """The framework with nothing behind it, on a port."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", BARE.format(size=size, port=port)])
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.1):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def fill(data: Path, channel_sid: str, number: int) -> None:
    """``number`` messages written straight into the file of a service that does not run."""
    with contextlib.closing(sqlite3.connect(data / "chat.db")) as database, database:
        database.execute(
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)"
            " INSERT INTO messages (sid, channel_sid, idx, author, body, attributes, date_created, date_updated)"
            " SELECT 'IM' || lower(hex(randomblob(16))), ?, i, 'bulk', 'text', '{}', 0, 0 FROM n",
            (number, channel_sid),
        )
        database.execute(
            "UPDATE channels SET next_index = ?, messages_count = ?, last_message_index = ?, last_message_date = 0"
            " WHERE sid = ?",
            (number, number, number - 1, channel_sid),
        )


def prepare(data: Path) -> tuple[str, dict[int, str]]:
    """A service whose ``alice`` is in two filled channels, and in a thousand more; and the channels by their size."""
    with serving(data, *LIMITS) as process, contextlib.closing(Tenant(process, "bench")) as tenant:
        tenant.post(tenant.path, **{"Limits.UserChannels": "1000"})
        filled: dict[int, str] = {}
        for number in (SMALL, HUGE):
            filled[number] = tenant.post(f"{tenant.path}/Channels", UniqueName=f"filled-{number}")["sid"]
            tenant.post(f"{tenant.path}/Channels/{filled[number]}/Members", Identity="alice")
        for number in range(CHANNELS):
            tenant.post(f"{tenant.path}/Channels", UniqueName=f"many-{number}")
            tenant.post(f"{tenant.path}/Channels/many-{number}/Members", Identity="bob")
        tenant.post(f"{tenant.path}/Channels/general/Members", Identity="alice")
        path = tenant.path
    for number, sid in filled.items():
        fill(data, sid, number)
    return path, filled


def measure(process: LocalService, path: str, filled: dict[int, str]) -> None:
    port = urlsplit(process.url).port or 80
    account = account_of(process)

    def get(tail: str) -> bytes:
        return request("GET", f"{path}/{tail}", account)

    post = request("POST", f"{path}/Channels/general/Messages", account, BODY)
    posts, size = max(rate(port, post) for _ in range(ROUNDS))
    with bare(size) as other:
        plain, _ = max(rate(other, request("POST", "/messages", account, BODY)) for _ in range(ROUNDS))
    ratio = posts / plain
    row(f"POST …/Messages, durable, {CONNECTIONS} connections", f"{posts:,.0f}/s", f"{ratio:.2f} × the bare framework")
    row("the bare framework's POST, same answer size", f"{plain:,.0f}/s")
    gets, _ = max(rate(port, get("Users/alice/Channels/general")) for _ in range(ROUNDS))
    row("GET user channel", f"{gets:,.0f}/s", f"{gets / plain:.2f} × the bare framework")
    seconds = [1 / rate(port, get("Users/bob/Channels?PageSize=1000"), 1, 1.0)[0] for _ in range(ROUNDS)]
    row("list of 1,000 user channels in one page", f"{min(seconds) * 1000:.0f} ms")
    times: dict[int, float] = {}
    for number, sid in filled.items():
        set_horizon = request("POST", f"{path}/Users/alice/Channels/{sid}", account, b"LastConsumedMessageIndex=5")
        rate(port, set_horizon, 1, 0.1)
        times[number] = statistics.median(
            1 / rate(port, get(f"Users/alice/Channels/{sid}"), 1, 1.0)[0] for _ in range(ROUNDS)
        )
    ratio = times[HUGE] / times[SMALL]
    row("unread count in a channel of 1,000,000 messages", f"{times[HUGE] * 1e6:.0f} µs", f"{ratio:.2f} × one of 1,000")


def main() -> None:
    with bench_directory() as folder:
        data = folder / "data"
        path, filled = prepare(data)
        header("REST", folder, f"rate limits raised, {SECONDS:.0f} s a round, the best of {ROUNDS} rounds")
        service = ServiceProcess(data, *LIMITS)
        try:
            measure(service.start(), path, filled)
        finally:
            service.stop()


if __name__ == "__main__":
    main()
