"""A crowd on one process: idle, cut at once, and how soon a change of reachability is told.

    python -m tests.bench.crowd [IDLE]

The baseline of the idle crowd is the same process without it; that of the watcher, a request that changes nothing.
"""

import asyncio
import resource
import sys
import time

from chat_tui.client.link.backoff import Backoff
from tests.bench.raw_socket import RawSocket
from tests.bench.report import bench_directory, cpu_seconds, finish, header, percentile, reach, resident_bytes
from tests.support.service import Tenant, serving

IDLE = 5_000
CUT = 1_000
STAYING = 20
QUIET = 20.0
"""Seconds over which an idle crowd is watched: one round of the default pings."""

CHANGES = 300
RAISED = ("--rate", "1000000", "--session-rate", "100000", "--log-level", "warning")


async def enter(url: str, token: str) -> RawSocket:
    """Come in as a client does: what is refused for a while is tried again."""
    backoff = Backoff()
    while True:
        try:
            return await RawSocket.open(url, token)
        except OSError:
            await asyncio.sleep(backoff.next_delay())


async def gather_crowd(url: str, tokens: list[str]) -> list[RawSocket]:
    crowd: list[RawSocket] = []
    for start in range(0, len(tokens), 50):
        crowd += await asyncio.gather(*(enter(url, token) for token in tokens[start : start + 50]))
    return crowd


async def idle(tenant: Tenant, number: int) -> list[RawSocket]:
    pid = tenant.process.pid
    before = resident_bytes(pid)
    crowd = await gather_crowd(tenant.url, [tenant.token(f"user-{one}") for one in range(number)])
    await asyncio.sleep(2)
    busy, began = cpu_seconds(pid), time.monotonic()
    await asyncio.sleep(QUIET)
    cores = (cpu_seconds(pid) - busy) / (time.monotonic() - began)
    now = resident_bytes(pid)
    ratio = f"{now / before:.1f} × the process without them"
    reach(f"{number:,} idle connections, memory", now / 2**20, 250, "MB", ratio)
    reach(f"{number:,} idle connections, CPU at the default ping", cores, 0.3, "cores")
    return crowd


async def cut(tenant: Tenant, crowd: list[RawSocket]) -> tuple[float, int]:
    """Links break at one moment, and come back with the back-off of a client.

    Returns the seconds until all are back, and how many of those who stayed met an error.
    """
    staying = await gather_crowd(tenant.url, [tenant.token(f"stays-{number}") for number in range(STAYING)])
    errors, back = 0, asyncio.Event()

    async def stay(socket: RawSocket) -> None:
        nonlocal errors
        while not back.is_set():
            try:
                await socket.request("GET", "/Client/v2/Configuration")
            except (OSError, AssertionError):
                errors += 1
                return
            await asyncio.sleep(0.05)

    watching = [asyncio.ensure_future(stay(socket)) for socket in staying]
    began = time.monotonic()
    for socket in crowd:
        socket.transport.abort()
    backoffs = [Backoff() for _ in crowd]

    async def come_back(number: int) -> None:
        await asyncio.sleep(backoffs[number].next_delay())
        await enter(tenant.url, tenant.token(f"user-{number}"))

    await asyncio.gather(*(come_back(number) for number in range(len(crowd))))
    took = time.monotonic() - began
    back.set()
    await asyncio.gather(*watching)
    return took, errors


async def watch(tenant: Tenant) -> None:
    """From the request that registers a device to the event of somebody who follows its user."""
    told = asyncio.Event()
    watcher = await enter(tenant.url, tenant.token("watcher"))
    watcher.on_notification = lambda packet: told.set() if b'"reachability"' in packet else None
    user = await enter(tenant.url, tenant.token("watched"))
    found = await watcher.request("GET", "/Client/v2/Users/watched")
    info = await watcher.request("GET", f"/v3/Maps/{found['sync_objects']['user_info_map']}")
    wanted = [{"object_sid": info["sid"], "object_type": "map", "last_event_id": info["last_event_id"]}]
    body = {"action": "establish", "requests": wanted, "correlation_id": 1, "event_protocol_version": 4}
    await watcher.request("POST", "/v4/Subscriptions", body)
    await asyncio.sleep(0.5)
    times, plain = [], []
    for number in range(CHANGES):
        types = [] if number % 2 else ["twilio.conversations.new_message"]
        body = {"channel_type": "fcm", "message_types": types, "data": {"registration_id": "device"}}
        told.clear()
        began = time.perf_counter()
        await asyncio.gather(user.request("POST", "/v1/registrations", body), asyncio.wait_for(told.wait(), 10))
        times.append(time.perf_counter() - began)
        began = time.perf_counter()
        await user.request("GET", "/Client/v2/Configuration")
        plain.append(time.perf_counter() - began)
    p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
    ratio = f"{p50 / percentile(plain, 0.5):.1f} × a request that changes nothing"
    reach("reachability change → the watcher's event, p50", p50 * 1e3, 10, "ms", ratio)
    reach("reachability change → the watcher's event, p99", p99 * 1e3, 40, "ms")


async def measure(tenant: Tenant, number: int) -> None:
    await watch(tenant)
    crowd = await idle(tenant, number)
    took, errors = await cut(tenant, crowd[:CUT])
    reach(f"{len(crowd[:CUT]):,} cut at once, all back after", took, 20, "s")
    reach(f"errors for the {STAYING} who stayed", errors, 0, "errors")


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else IDLE
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with bench_directory() as data:
        header("a crowd", data, "rate limits raised, 200 upgrades a second")
        with serving(data / "crowd", *RAISED) as process:
            tenant = Tenant(process)
            asyncio.run(measure(tenant, number))
            tenant.close()
    finish()


if __name__ == "__main__":
    main()
