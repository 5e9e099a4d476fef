"""Kill the service under load, again and again, and judge what came of it.

``python -m tests.checker.kills [KILLS] [SEED]`` prints the counts, and how long the service took to serve again.
"""

import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from tests.bench.report import percentile
from tests.checker.record import judge
from tests.checker.workload import RAISED, SERVICE_TIMES, Tally, Workload
from tests.support.service import ServiceProcess

AT_ONCE = 10
"""Kills after which everything must settle, and is judged."""

WITHIN = 2.0
"""Seconds until the service serves again, at most."""


class Kills(msgspec.Struct):
    tally: Tally
    back: list[float]
    """Seconds from each kill to the next answer."""
    seconds: float = 0.0


async def kill(folder: Path, kills: int, seed: int) -> Kills:
    found, chance = Kills(Tally(seed), []), random.Random(seed)
    service = ServiceProcess(folder, *SERVICE_TIMES, *RAISED)
    process = await asyncio.to_thread(service.start)
    for number in range(0, kills, AT_ONCE):
        workload = Workload(process, seed + number)
        await workload.start()
        began = time.monotonic()
        for _ in range(min(AT_ONCE, kills - number)):
            for person in workload.people:
                person.write_for(0.5)
            await asyncio.sleep(chance.uniform(0.1, 0.4))
            found.back.append(await asyncio.to_thread(_kill, service))
            await asyncio.gather(*(person.finish() for person in workload.people))
        found.seconds += time.monotonic() - began
        record = await workload.settle()
        found.tally.add(record, judge(record))
        await workload.close()
    await asyncio.to_thread(service.stop)
    return found


def _kill(service: ServiceProcess) -> float:
    began = time.monotonic()
    service.kill()
    service.start()
    return time.monotonic() - began


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(kill(Path(folder) / "data", kills, seed))
    tally = found.tally
    rate = tally.messages / found.seconds
    print(f"seed {seed}: {len(found.back)} kills of the service at {rate:.0f} sends/s")
    print(f"{tally.messages} messages, {tally.acknowledged} acknowledged, {len(tally.broken)} promises broken")
    print(f"serving again after {percentile(found.back, 0.5):.2f} s, at most {max(found.back):.2f} s")
    print(*tally.broken[:20], sep="\n")
    sys.exit(bool(tally.broken or max(found.back) > WITHIN))


if __name__ == "__main__":
    main()
