"""How many ``list_item_added`` a second reach 100 subscribed sockets, each stored before it is told.

    python -m tests.bench.fanout

Receivers are a process of their own. The baseline writes one prebuilt frame to as many bare asyncio sockets.
"""

import asyncio
import multiprocessing
import time
from multiprocessing.connection import Connection
from typing import Any

from tests.bench.raw_socket import RawSocket
from tests.bench.report import bench_directory, cpu_seconds, header, row
from tests.bench.send import TEXT, start
from tests.support.service import Tenant, serving

SOCKETS = 100
MESSAGES = 1500
SENDERS = 8


def receive(url: str, tokens: list[str], acknowledges: bool, pipe: Connection) -> None:
    """Process: follow ``general`` on many sockets and count."""

    async def main() -> None:
        count = 0
        finished = asyncio.Event()

        def on_notification(packet: bytes) -> None:
            nonlocal count
            if b'"list_item_added"' in packet:
                count += 1
                if count == MESSAGES * len(tokens):
                    finished.set()

        sockets = [await RawSocket.open(url, token, on_notification, acknowledges=acknowledges) for token in tokens]
        for socket in sockets:
            await socket.follow_messages("general")
        await asyncio.sleep(0.5)
        pipe.send("ready")
        await finished.wait()
        pipe.send(time.monotonic())

    asyncio.run(main())


async def send(url: str, tokens: list[str]) -> float:
    sockets = [await RawSocket.open(url, token, acknowledges=False) for token in tokens]
    for socket in sockets:
        await socket.request("GET", "/Client/v2/Conversations/general")
    left = MESSAGES
    began = time.monotonic()

    async def work(socket: RawSocket) -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await socket.send("general", TEXT)

    await asyncio.gather(*(work(socket) for socket in sockets))
    return began


def measure(tenant: Tenant, pid: int, *, acknowledges: bool) -> tuple[float, float]:
    """Deliveries a second by the wall, and per second of the service's processor."""
    prefix = "ack" if acknowledges else "silent"
    _, pipe = start(receive, tenant.url, [tenant.token(f"{prefix}-{n}") for n in range(SOCKETS)], acknowledges)
    assert pipe.recv() == "ready"
    cpu = cpu_seconds(pid)
    began = asyncio.run(send(tenant.url, [tenant.token(f"{prefix}-{n}") for n in range(SENDERS)]))
    ended: float = pipe.recv()
    deliveries = MESSAGES * SOCKETS
    return deliveries / (ended - began), deliveries / (cpu_seconds(pid) - cpu)


# ---- the baseline


def swallow(port: int, expected: int, pipe: Connection) -> None:
    async def main() -> None:
        async def one() -> None:
            reader, _ = await asyncio.open_connection("127.0.0.1", port)
            left = expected
            while left > 0:
                left -= len(await reader.read(65536))

        work = asyncio.gather(*(one() for _ in range(SOCKETS)))
        await asyncio.sleep(0.5)
        pipe.send("ready")
        await work
        pipe.send(time.monotonic())

    asyncio.run(main())


async def baseline() -> float:
    frame = b"x" * 700
    writers: list[Any] = []

    async def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    _, pipe = start(swallow, port, len(frame) * MESSAGES)
    assert await asyncio.to_thread(pipe.recv) == "ready"
    began = time.monotonic()
    for _ in range(MESSAGES):
        for writer in writers:
            writer.write(frame)
        await asyncio.sleep(0)
    ended: float = await asyncio.to_thread(pipe.recv)
    return MESSAGES * SOCKETS / (ended - began)


def main() -> None:
    multiprocessing.set_start_method("spawn")
    with bench_directory() as data:
        header("fan-out", data, f"{SOCKETS} sockets, {MESSAGES} messages, rates and member limit raised")
        with serving(data, "--rate", "1000000", "--session-rate", "1000000", "--log-level", "warning") as process:
            tenant = Tenant(process)
            tenant.post(tenant.path, **{"Limits.ChannelMembers": "1000"})
            bare = asyncio.run(baseline())
            for acknowledges, words in ((True, "acknowledging"), (False, "silent")):
                wall, core = measure(tenant, process.pid, acknowledges=acknowledges)
                row(
                    f"list_item_added a second to {SOCKETS} {words} sockets",
                    f"{wall:,.0f}",
                    f"{wall / bare:.2f} × bare asyncio ({bare:,.0f}/s); {core:,.0f} per second of one core",
                )
            tenant.close()


if __name__ == "__main__":
    main()
