"""How fast a durable send reaches another socket, and how many there are a second.

    python -m tests.bench.send

Sender and receiver are processes of their own. The baseline is a bare relay on the same WebSocket library, which
stores nothing, measured in the same run.
"""

import asyncio
import multiprocessing
import os
import sys
import time
from multiprocessing.connection import Connection
from typing import Any

import websockets

from tests.bench.raw_socket import RawSocket, message_text
from tests.bench.report import bench_directory, header, percentile, row
from tests.support.service import Tenant, serving

SENDS = 1000
SENDERS = 32
SECONDS = 5.0
TEXT = "x" * 180


def receive(url: str, token: str, pipe: Connection) -> None:
    """Process: follow ``general``; report the time each message took, by the clock both processes share."""

    async def main() -> None:
        took: list[float] = []
        finished = asyncio.Event()

        def on_notification(packet: bytes) -> None:
            text = message_text(packet)
            if text is not None:
                took.append(time.monotonic() - float(text.split()[0]))
                if len(took) == SENDS:
                    finished.set()

        socket = await RawSocket.open(url, token, on_notification)
        await socket.follow_messages("general")
        await asyncio.sleep(0.2)
        pipe.send("ready")
        await finished.wait()
        pipe.send(took)

    asyncio.run(main())


async def send_one_by_one(url: str, token: str) -> None:
    socket = await RawSocket.open(url, token)
    for _ in range(SENDS):
        await socket.send("general", f"{time.monotonic()} {TEXT}")
        await asyncio.sleep(0.002)


async def send_together(url: str, tokens: list[str]) -> float:
    """Sends per second of many senders at once."""
    sockets = [await RawSocket.open(url, token) for token in tokens]
    for socket in sockets:
        await socket.request("GET", "/Client/v2/Conversations/general")
    count = 0
    end = time.monotonic() + SECONDS

    async def work(socket: RawSocket) -> None:
        nonlocal count
        while time.monotonic() < end:
            await socket.send("general", TEXT)
            count += 1

    began = time.monotonic()
    await asyncio.gather(*(work(socket) for socket in sockets))
    return count / (time.monotonic() - began)


# ---- the baseline


def relay(pipe: Connection) -> None:
    """Process: hand each message to everybody else, and nothing more."""

    async def main() -> None:
        peers: set[Any] = set()

        async def serve(peer: Any) -> None:
            peers.add(peer)
            async for message in peer:
                await peer.send(b"ok")
                for other in peers - {peer}:
                    await other.send(message)

        async with websockets.serve(serve, "127.0.0.1", 0, compression=None) as server:
            pipe.send(next(iter(server.sockets)).getsockname()[1])
            await asyncio.Future()

    asyncio.run(main())


def relay_receive(port: int, pipe: Connection) -> None:
    async def main() -> None:
        async with websockets.connect(f"ws://127.0.0.1:{port}", compression=None) as socket:
            pipe.send("ready")
            took = []
            for _ in range(SENDS):
                message = await socket.recv()
                took.append(time.monotonic() - float(message.split()[0]))
            pipe.send(took)

    asyncio.run(main())


async def relay_send(port: int) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{port}", compression=None) as socket:
        for _ in range(SENDS):
            await socket.send(f"{time.monotonic()} {TEXT}".encode())
            await socket.recv()
            await asyncio.sleep(0.002)


def start(target: Any, *arguments: Any) -> tuple[Any, Connection]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=target, args=(*arguments, theirs), daemon=True)
    process.start()
    return process, ours


def baseline() -> list[float]:
    server, pipe = start(relay)
    port = pipe.recv()
    _, received = start(relay_receive, port)
    received.recv()
    asyncio.run(relay_send(port))
    took: list[float] = received.recv()
    server.kill()
    return took


def main() -> None:
    multiprocessing.set_start_method("spawn")
    with bench_directory() as data:
        header("durable sends", data, "rate and session-rate raised to 10^6/s")
        with serving(data, "--rate", "1000000", "--session-rate", "1000000", "--log-level", "warning") as process:
            tenant = Tenant(process)
            _, pipe = start(receive, tenant.url, tenant.token("bob"))
            pipe.recv()
            asyncio.run(send_one_by_one(tenant.url, tenant.token("alice")))
            took = pipe.recv()
            bare = baseline()
            ours = percentile(took, 0.5), percentile(took, 0.99)
            theirs = percentile(bare, 0.5), percentile(bare, 0.99)
            row(
                "durable send → the other socket, p50 / p99 ms",
                f"{ours[0] * 1e3:.2f} / {ours[1] * 1e3:.2f}",
                f"{ours[0] / theirs[0]:.2f} × a relay that stores nothing ({theirs[0] * 1e3:.2f} ms)",
            )
            tokens = [tenant.token(f"user-{number}") for number in range(SENDERS)]
            alone = asyncio.run(send_together(tenant.url, tokens[:1]))
            together = asyncio.run(send_together(tenant.url, tokens))
            row(
                f"durable sends a second, {SENDERS} senders",
                f"{together:,.0f}",
                f"{together / alone:.2f} × one sender ({alone:,.0f}/s)",
            )
            tenant.close()
    print(f"# {os.getloadavg()[0]:.1f} load", file=sys.stderr)


if __name__ == "__main__":
    main()
