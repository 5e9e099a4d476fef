"""Let peers go silent without a word, and measure how long each side takes to notice (guarantees, Liveness).

``python -m tests.checker.dead_peers [ROUNDS]`` prints the times of both sides, scaled back to the defaults.
"""

import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import msgspec

from chat_tui.client import ChatClient, events
from chat_tui.client.link.timing import Timing
from chat_tui.client.model import Phase
from chat_tui.local_service import LocalService
from chat_tui.server.network.limits import Limits
from tests.checker.proxy import Fault, Proxy
from tests.support.service import Tenant, serving

SCALE = 1 / 10
WITHIN = 31.0
"""Seconds at the default times: a ping's interval, its deadline, the wait for a close."""

SLACK = 0.5
"""Seconds at the default times that a busy machine may add: 50 ms as it is run."""

PEERS = 20
LINGER = 0.5
TIMES = tuple(
    part
    for name, seconds in (("--ping-every", Limits().ping_every), ("--pong-within", Limits().pong_within))
    for part in (name, str(seconds * SCALE))
)
FOUND_WITHIN = 30.0


class Noticed(msgspec.Struct):
    """Seconds at the default times, one entry per dead peer."""

    by_client: list[float] = []
    by_service: list[float] = []


async def _lost(stream: events.EventStream) -> float:
    """When a client says that its link is gone."""
    async with asyncio.timeout(FOUND_WITHIN):
        async for event in stream:
            if isinstance(event, events.ConnectionChanged) and event.state.phase is Phase.WAITING:
                break
    return time.monotonic()


async def _gone(stream: events.EventStream, identities: set[str]) -> dict[str, float]:
    """When each was seen to be offline."""
    found: dict[str, float] = {}
    async with asyncio.timeout(FOUND_WITHIN):
        async for event in stream:
            if isinstance(event, events.UserUpdated) and event.user.is_online is False:
                found[event.user.identity] = time.monotonic()
            if found.keys() >= identities:
                break
    return found


async def silence(process: LocalService, rounds: int) -> Noticed:
    """Rounds of peers whose links carry nothing any more, in either direction."""
    tenant, noticed, chance = Tenant(process), Noticed(), random.Random(1)
    async with ChatClient(tenant.url, tenant.token("watcher")) as watcher:
        for number in range(rounds):
            names = [f"peer-{number}-{place}" for place in range(PEERS)]  # who drops often is damped
            await _silence_once(tenant, watcher, names, chance, noticed)
    tenant.close()
    return noticed


async def _silence_once(
    tenant: Tenant, watcher: ChatClient, names: list[str], chance: random.Random, noticed: Noticed
) -> None:
    proxy = Proxy(urlsplit(tenant.url).port or 80, seed=1)
    url, timing = await proxy.start(), Timing().scaled(SCALE)
    clients = [ChatClient(url, tenant.token(name), timing=timing) for name in names]
    for client in clients:
        await client.start()
        await watcher.get_user(client.identity)
        await asyncio.sleep(chance.uniform(0, timing.ping_every / PEERS))  # so that pings are not in step
    seen = asyncio.create_task(_gone(watcher.events(), set(names)))
    lost = [asyncio.create_task(_lost(client.events())) for client in clients]
    began = time.monotonic()
    proxy.inflict(Fault.HALF_OPEN)
    noticed.by_client += [(at - began) / SCALE for at in await asyncio.gather(*lost)]
    noticed.by_service += [(at - began - LINGER) / SCALE for at in (await seen).values()]
    await proxy.close()
    await asyncio.gather(*(client.close() for client in clients))


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder) / "data", *TIMES, "--linger", str(LINGER)) as process,
    ):
        noticed = asyncio.run(silence(process, rounds))
    for side, times in (("the client", noticed.by_client), ("the service", noticed.by_service)):
        print(f"{side} notices a dead peer: {median(times):.1f} s p50, {max(times):.1f} s at most of {len(times)}")
    print(f"run at 1/{round(1 / SCALE)} of the times; at most {WITHIN:.0f} s are promised")
    sys.exit(max(*noticed.by_client, *noticed.by_service) > WITHIN + SLACK)


if __name__ == "__main__":
    main()
