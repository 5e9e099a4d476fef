"""What others feel, and what the service holds, while one user or stranger does their worst.

    python -m tests.bench.hostile [name…]

The attacker is a process of its own; the victim, another user, asks and sends all the while. Each attack prints the
victim's latency, how much the service grew at most, and the latency afterwards; any p99 above 50 ms, or growth above
64 MiB, is marked and makes the exit status 1.
"""

import asyncio
import contextlib
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from tests.bench.raw_socket import RawSocket
from tests.bench.report import bench_directory, header, percentile, resident_bytes
from tests.support.attacks import ATTACKS, Target
from tests.support.service import Tenant, serving

SECONDS = 6.0
QUIET = 1.5
MOST_P99 = 0.050
MOST_GROWTH = 64 * 2**20
BIG_MESSAGES = 300


class Victim:
    """Asks every few milliseconds, and sends now and then; ``took`` in seconds."""

    def __init__(self, socket: RawSocket, pid: int) -> None:
        self._socket = socket
        self._pid = pid
        self.took: list[float] = []
        self.most = 0

    async def work(self, seconds: float) -> None:
        self.took, end, number = [], time.monotonic() + seconds, 0
        while time.monotonic() < end:
            began = time.monotonic()
            if number % 10:
                await self._socket.request("GET", "/Client/v2/Conversations/general")
            else:
                await self._socket.send("general", "still here")
            self.took.append(time.monotonic() - began)
            self.most = max(self.most, resident_bytes(self._pid))
            number += 1
            await asyncio.sleep(0.008)

    async def close(self) -> None:
        self._socket.transport.abort()
        await self._socket.closed()

    def said(self) -> str:
        return " / ".join(f"{percentile(self.took, at) * 1e3:.1f}" for at in (0.5, 0.99, 1.0))


def attacker(name: str, target: Target, seconds: float, pipe: Connection) -> None:
    """Process: one attack, for so long."""
    pipe.send("ready")
    with contextlib.suppress(OSError, EOFError):
        ATTACKS[name](target, time.monotonic() + seconds)
    pipe.send("done")
    pipe.recv()  # what is held open stays open until the victim was measured


def begin(name: str, target: Target, seconds: float) -> tuple[Any, Connection]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=attacker, args=(name, target, seconds, theirs), daemon=True
    )
    process.start()
    ours.recv()
    return process, ours


async def suffer(name: str, target: Target, tenant: Tenant, pid: int) -> bool:
    """One attack. Returns whether the bounds held."""
    victim = Victim(await RawSocket.open(tenant.url, tenant.token("victim")), pid)
    await victim.work(QUIET)
    before, base = victim.said(), resident_bytes(pid)
    victim.most = base
    process, pipe = await asyncio.to_thread(begin, name, target, SECONDS)
    await victim.work(SECONDS + 0.5)
    during, p99, growth = victim.said(), percentile(victim.took, 0.99), victim.most - base
    process.kill()
    process.join()
    pipe.close()
    await asyncio.sleep(0.5)
    await victim.work(QUIET)
    is_good = p99 <= MOST_P99 and growth <= MOST_GROWTH
    mark = "" if is_good else "  <-- over"
    print(f"{name:32} {before:>20} {during:>22} {growth / 2**20:>+8.1f} {victim.said():>22}{mark}", flush=True)
    await victim.close()
    return is_good


def prepare(tenant: Tenant, messages: int = BIG_MESSAGES) -> None:
    """A private channel of big messages for the attacker."""
    tenant.post(f"{tenant.path}/Channels", UniqueName="big", Type="private")
    tenant.post(f"{tenant.path}/Channels/big/Members", Identity="attacker")
    for number in range(messages):
        tenant.post(f"{tenant.path}/Channels/big/Messages", Body=f"{number} " + "x" * 30_000)


def main(names: list[str]) -> int:
    chosen: dict[str, Callable[..., None]] = {name: ATTACKS[name] for name in names} if names else ATTACKS
    failed = 0
    with bench_directory() as data:
        header("hostile peers", data, f"{SECONDS:.0f} s each; load {os.getloadavg()[0]:.1f}")
        print(f"{'attack':32} {'before':>20} {'p50 / p99 / max ms':>22} {'MiB':>8} {'afterwards':>22}")
        for name in chosen:
            arguments = ("--rate", "1000000", "--session-rate", "1000000", "--log-level", "error")
            with serving(data / name.replace(" ", "-"), *arguments) as process:
                tenant = Tenant(process)
                prepare(tenant)
                target = Target(tenant.url, tenant.token("attacker"), tenant.token("attacker", 86000))
                failed += not asyncio.run(suffer(name, target, tenant, process.pid))
                tenant.close()
    print(f"# load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
