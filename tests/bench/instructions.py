"""How many instructions the service executes for a message or a request, here and at an earlier commit.

``python -m tests.bench.instructions COMMIT`` needs valgrind. It prints the same on a busy machine as on a quiet one,
where times move by half.
"""

import argparse
import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from chat_tui.local_service import LocalService
from tests.bench.paired import earlier
from tests.bench.raw_socket import RawSocket
from tests.bench.report import ROOT
from tests.bench.rest import BODY, account_of, request
from tests.bench.send import TEXT
from tests.support.service import Tenant
from tests.support.waiting import blocking_poll

RECEIVERS, SENDERS, CONNECTIONS = 20, 8, 4
START_WITHIN, STOP_WITHIN = 120.0, 60.0
"""Seconds, under valgrind."""

Work = Callable[[Tenant, int], Coroutine[Any, Any, None]]


async def fan_out(tenant: Tenant, number: int, receivers: int = RECEIVERS) -> None:
    """``number`` messages to as many sockets, which acknowledge each."""
    left = number * receivers
    arrived = asyncio.Event()

    def on_notification(packet: bytes) -> None:
        nonlocal left
        if b'"list_item_added"' in packet:
            left -= 1
            if not left:
                arrived.set()

    for place in range(receivers):
        socket = await RawSocket.open(tenant.url, tenant.token(f"receiver-{place}"), on_notification)
        await socket.follow_messages("general")
    senders = [
        await RawSocket.open(tenant.url, tenant.token(f"sender-{place}"), acknowledges=False)
        for place in range(SENDERS)
    ]
    for socket in senders:
        await socket.request("GET", "/Client/v2/Conversations/general")
    rest = iter(range(number))

    async def send(socket: RawSocket) -> None:
        for _ in rest:
            await socket.send("general", TEXT)

    await asyncio.gather(*map(send, senders))
    if receivers:
        await arrived.wait()


async def send(tenant: Tenant, number: int) -> None:
    await fan_out(tenant, number, receivers=0)


def asking(method: str, path: str, body: bytes = b"") -> Work:
    async def work(tenant: Tenant, number: int) -> None:
        packet = request(method, tenant.path + path, account_of(tenant.process), body)
        rest = iter(range(number))

        async def one() -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(tenant.url).port)
            for _ in rest:
                writer.write(packet)
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 20"), head
                await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))
            writer.close()

        tenant.post(f"{tenant.path}/Channels/general/Members", Identity="alice")
        await asyncio.gather(*(one() for _ in range(CONNECTIONS)))

    return work


WORK: dict[str, tuple[Work, int]] = {
    f"a message to {RECEIVERS} sockets": (fan_out, 40),
    "a message": (send, 80),
    "POST …/Messages": (asking("POST", "/Channels/general/Messages", BODY), 100),
    "GET user channel": (asking("GET", "/Users/alice/Channels/general"), 100),
}
"""What is done, and how many times more in the second run than in the first."""


@contextlib.contextmanager
def counted(tree: Path, data: Path) -> Iterator[Tenant]:
    """A tenant on ``tree``'s service under valgrind, which leaves its count in ``data``."""
    directory = data / "service"
    directory.mkdir(mode=0o700)
    valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    serve = ["serve", "--data", str(directory), "--rate", "1000000", "--session-rate", "1000000"]
    process = subprocess.Popen(
        [*valgrind, f"--log-file={data / 'count'}", sys.executable, "-m", "chat_tui.cli", *serve],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree), "PYTHONHASHSEED": "0"},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )

    def started() -> LocalService | None:
        with contextlib.suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode((directory / "service.json").read_bytes(), type=LocalService)
        return None

    try:
        tenant = Tenant(blocking_poll(started, within=START_WITHIN, every=0.2), within=START_WITHIN)
        yield tenant
        tenant.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_WITHIN)


def instructions(tree: Path, work: Work, number: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        with counted(tree, Path(folder)) as tenant:
            asyncio.run(work(tenant, number))
        found = re.search(r"I *refs: *([\d,]+)", (Path(folder) / "count").read_text())
        assert found, "valgrind counted nothing"
        return int(found[1].replace(",", ""))


def each(tree: Path, work: Work, number: int) -> float:
    """Of one, without what the start and the first ones cost."""
    first = number // 2
    return (instructions(tree, work, first + number) - instructions(tree, work, first)) / number


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare the instructions of the service with an earlier commit's.")
    parser.add_argument("commit")
    with tempfile.TemporaryDirectory() as folder, earlier(parser.parse_args().commit, Path(folder)) as before:
        for what, (work, number) in WORK.items():
            old, new = each(before, work, number), each(ROOT, work, number)
            print(f"{what:<30} {old:>12,.0f} {new:>12,.0f} {new / old:>7.2f} ×", flush=True)


if __name__ == "__main__":
    main()
