"""A start of a client that is in a thousand channels and has them on disk.

    python -m tests.bench.warm [CHANNELS]

The baseline is a start with nothing but ``general``, in turn with it, and both with a service that runs.
"""

import asyncio
import signal
import sys
import time
from pathlib import Path

import httpx

from chat_tui.client import ChatClient
from chat_tui.local_service import LocalService
from tests.bench.raw_terminal import client
from tests.bench.report import bench_directory, finish, header, percentile, reach
from tests.bench.start import ready_after
from tests.client.conftest import noting, until
from tests.support.service import Tenant, serving

CHANNELS, STARTS = 1_000, 10
LIMITS = ("--rate", "1000000", "--log-level", "warning")
FIRST = b"room-0000"
SETTLE = 4.0
"""Seconds in which a first start gets hold of everything, and a second one asks whatever it may still want."""


async def join_rooms(process: LocalService, path: str, identity: str, number: int) -> None:
    """Rooms with ``identity`` and a message in each."""
    auth = (process.account_sid, process.auth_token)
    async with httpx.AsyncClient(base_url=process.url, auth=auth, trust_env=False, timeout=60) as http:
        (await http.post(path, data={"Limits.UserChannels": "1000"})).raise_for_status()

        async def make(one: int) -> None:
            room = f"{path}/Channels/room-{one:04}"
            form = {"UniqueName": f"room-{one:04}", "FriendlyName": f"room-{one:04}"}
            (await http.post(f"{path}/Channels", data=form)).raise_for_status()
            (await http.post(f"{room}/Members", data={"Identity": identity})).raise_for_status()
            (await http.post(f"{room}/Messages", data={"Body": "hello", "From": identity})).raise_for_status()

        for start in range(0, number, 50):
            await asyncio.gather(*(make(one) for one in range(start, min(start + 50, number))))


def visit(data: Path, wanted: bytes) -> None:
    """A whole start, with a proper end: what was seen is kept."""
    terminal = client(data)
    terminal.until(wanted)
    terminal.drain(SETTLE)
    terminal.process.send_signal(signal.SIGTERM)
    terminal.process.wait(timeout=30)
    terminal.close()


def screens(data: Path, number: int) -> None:
    with serving(data / "full", *LIMITS) as process, serving(data / "empty", *LIMITS):
        path = f"/v2/Services/{process.service_sid}"
        asyncio.run(join_rooms(process, path, "alice", number - 1))
        visit(data / "full", FIRST)
        visit(data / "empty", b"general")
        full, empty = [], []
        for _ in range(STARTS):
            full.append(ready_after(lambda: client(data / "full"), FIRST))
            empty.append(ready_after(lambda: client(data / "empty"), b"general"))
    middle, alone = percentile(full, 0.5), percentile(empty, 0.5)
    note = f"{middle * 1e3:.0f} ms, alone {alone * 1e3:.0f} ms"
    reach(f"warm start to {number:,} channels on screen", middle / alone, 1.3, "× a list of one", note)


async def requests(tenant: Tenant, keep: Path, number: int) -> tuple[float, int]:
    """Seconds until a warm start is live, and how many requests it asks of the service."""
    await join_rooms(tenant.process, tenant.path, "alice", number)
    async with ChatClient(tenant.url, tenant.token("alice"), keep=keep) as first:
        await until(lambda: len(first.state.channels.documents) == number, first.events())
        await asyncio.sleep(SETTLE)
    asked: list[str] = []
    warm = ChatClient(tenant.url, tenant.token("alice"), keep=keep, connect=noting(asked))
    began = time.monotonic()
    stream = warm.events()
    await warm.start()
    await until(lambda: warm.date_known is None, stream)
    took = time.monotonic() - began
    await asyncio.sleep(SETTLE)
    await warm.close()
    return took, len(asked)


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else CHANNELS
    with bench_directory() as data:
        header("warm starts of the client, 120×40", data, "rate limit raised")
        screens(data, number)
        with serving(data / "library", *LIMITS) as process:
            tenant = Tenant(process)
            took, asked = asyncio.run(requests(tenant, data / "keep", number))
            tenant.close()
        reach(f"warm start of {number:,} channels, live", asked, 10, "requests", f"after {took * 1e3:.0f} ms")
    finish()


if __name__ == "__main__":
    main()
