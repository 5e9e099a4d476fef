"""Harm the network in seeded episodes and judge what came of it.

``python -m tests.checker.network [EPISODES] [SEED]`` prints the counts.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.checker.record import judge
from tests.checker.workload import RAISED, SERVICE_TIMES, Tally, Workload
from tests.support.service import serving

EPISODES_AT_ONCE = 25
"""Then everything must settle, and is judged."""


async def harm(folder: Path, episodes: int, seed: int) -> Tally:
    tally, inflicted = Tally(seed), Counter[str]()
    with serving(folder, *SERVICE_TIMES, *RAISED) as process:
        for number in range(0, episodes, EPISODES_AT_ONCE):
            workload = Workload(process, seed + number)
            await workload.start()
            for _ in range(min(EPISODES_AT_ONCE, episodes - number)):
                inflicted[(await workload.episode()).value] += 1
            record = await workload.settle()
            tally.add(record, judge(record))
            await workload.close()
    tally.faults = dict(inflicted)
    return tally


def main() -> None:
    episodes = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        tally = asyncio.run(harm(Path(folder) / "data", episodes, seed))
    print(f"seed {tally.seed}: {sum(tally.faults.values())} episodes {tally.faults}")
    print(f"{tally.messages} messages, {tally.acknowledged} acknowledged, {len(tally.broken)} promises broken")
    print(*tally.broken[:20], sep="\n")
    sys.exit(bool(tally.broken))


if __name__ == "__main__":
    main()
