"""Kill a client while it writes, again and again: what it had kept is sent once, and its cache agrees with itself.

``python -m tests.checker.client_kills [KILLS] [SEED]`` prints the counts.
"""

import asyncio
import contextlib
import random
import signal
import sqlite3
import sys
import tempfile
from pathlib import Path

import msgspec

from chat_tui.client import ChatClient
from chat_tui.client.state.open_channel import SavedMessages
from tests.checker.workload import RAISED, SERVICE_TIMES
from tests.support.service import Tenant, serving

WITHIN = 30.0


class Killed(msgspec.Struct):
    """``kept``: messages the client said were on disk; ``stored``: bodies in the service, in order."""

    kills: int = 0
    kept: list[str] = []
    stored: list[str] = []
    broken: list[str] = []


async def write(url: str, token: str, keep: str, first: str) -> None:
    """The client that is killed: writes, and says what is kept."""
    async with ChatClient(url, token, keep=Path(keep)) as client:
        channel = client.channels.find("general")
        await client.open_channel(channel)
        number = int(first)
        while True:
            client.messages.submit(channel, str(number))
            await client.outbox.flush()
            print(number, flush=True)
            number += 1


async def kill(folder: Path, kills: int, seed: int) -> Killed:
    chance, found, number = random.Random(seed), Killed(), 0
    with serving(folder / "data", *SERVICE_TIMES, *RAISED) as process, contextlib.closing(Tenant(process)) as tenant:
        arguments = [tenant.url, tenant.token("ann"), str(folder / "keep")]
        for _ in range(kills):
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.checker.client_kills", "write", *arguments, str(number)),
                stdout=asyncio.subprocess.PIPE,
            )
            assert child.stdout is not None
            for _ in range(chance.randrange(1, 12)):
                found.kept.append((await asyncio.wait_for(child.stdout.readline(), WITHIN)).decode().strip())
            await asyncio.sleep(chance.uniform(0, 0.01))
            child.send_signal(signal.SIGKILL)
            found.kept += (await child.stdout.read()).decode().split()
            await child.wait()
            number = int(found.kept[-1]) + 1000  # one that was not kept is never written again
            found.kills += 1
            found.broken += _look_at_cache(folder / "keep")
        async with ChatClient(*arguments[:2], keep=folder / "keep") as last:
            stream = last.events()
            async with asyncio.timeout(WITHIN):
                await last.outbox.flush()
                while last.outbox.unsent():
                    await stream.batch()
        found.stored = await asyncio.to_thread(_stored, tenant)
    return _judged(found)


def _stored(tenant: Tenant) -> list[str]:
    path, bodies = f"{tenant.path}/Channels/general/Messages?PageSize=1000", []
    while path:
        page = tenant.get(path)
        bodies += [message["body"] for message in page["messages"]]
        path = page["meta"]["next_page_url"]
    return bodies


def _look_at_cache(keep: Path) -> list[str]:
    """Only additions happen here, so the newest index says which position the list must have."""
    broken = []
    for file in keep.glob("*/client-*.db"):
        with contextlib.closing(sqlite3.connect(file)) as database:
            rows = database.execute("SELECT position, data FROM cache WHERE name LIKE 'messages %'").fetchall()
        for position, data in rows:
            newest = msgspec.msgpack.decode(data, type=SavedMessages)
            if newest.messages and newest.messages[-1].index + 1 != position:
                broken.append(f"{file.name} is at {position} and holds {newest.messages[-1].index}")
    return broken


def _judged(found: Killed) -> Killed:
    missing = set(found.kept) - set(found.stored)
    if missing:
        found.broken.append(f"lost: {sorted(missing)[:5]}")
    if len(set(found.stored)) != len(found.stored):
        found.broken.append("something was sent twice")
    if found.stored != sorted(found.stored, key=int):
        found.broken.append("the order of writing was not kept")
    return found


def main() -> None:
    if sys.argv[1:2] == ["write"]:
        asyncio.run(write(*sys.argv[2:]))
        return
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(kill(Path(folder), kills, seed))
    print(f"seed {seed}: {found.kills} kills of a client, {len(found.kept)} messages kept, {len(found.stored)} stored")
    print(f"{len(found.broken)} promises broken", *found.broken[:20], sep="\n")
    sys.exit(bool(found.broken))


if __name__ == "__main__":
    main()
