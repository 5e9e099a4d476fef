"""Let the disk fail, in simulation: reads, writes and syncs end in I/O errors for a while, and then do not.

``python -m tests.checker.io_errors [EPISODES] [SEED]`` prints the counts. Nothing is acknowledged that is not stored;
what was refused is sent again under its mutation id and is stored once; it all goes on without a restart.
"""

import asyncio
import random
import sqlite3
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import apsw
import msgspec

from chat_tui.protocol.errors import Unavailable
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.server.core import ServiceCore
from chat_tui.server.operations.accounts import EnsureAccount
from chat_tui.server.operations.actors import SYSTEM, AccountActor
from chat_tui.server.operations.channels import CreateChannel
from chat_tui.server.operations.messages import ListMessages, SendMessage
from chat_tui.server.operations.pages import PageQuery
from chat_tui.server.operations.services import CreateService

SENDERS = 4
CALLS = ("read", "write", "sync")
CHANCE = 0.3
"""Of each call to fail that an episode is about."""

VFS = "failing"


class Trouble:
    """Which call to the disk fails now, if any, and what it has refused so far."""

    def __init__(self, seed: int) -> None:
        self.kind: str | None = None
        self.refused: Counter[str] = Counter()
        self._random = random.Random(seed)

    def strike(self, call: str) -> None:
        if call == self.kind and self._random.random() < CHANCE:
            self.refused[call] += 1
            raise apsw.IOError(f"simulated failure of {call}")


class Failing(apsw.VFS):
    """The system's own, in trouble."""

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble
        super().__init__(VFS, "")

    def xOpen(self, name: Any, flags: list[int]) -> "FailingFile":  # noqa: N802 - SQLite's name
        return FailingFile(self._trouble, name, flags)


class FailingFile(apsw.VFSFile):
    def __init__(self, trouble: Trouble, name: Any, flags: list[int]) -> None:
        self._trouble = trouble
        super().__init__("", name, flags)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        self._trouble.strike("read")
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._trouble.strike("write")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._trouble.strike("sync")
        super().xSync(flags)


class Outcome(msgspec.Struct):
    acknowledged: int = 0
    refusals: int = 0
    """Answers with 503."""
    read: int = 0
    """Lists that were read."""
    struck: dict[str, int] = {}
    broken: list[str] = []


class Talk:
    """People who write, and one who reads, while the disk fails now and then."""

    def __init__(self, core: ServiceCore, outcome: Outcome) -> None:
        self._run = core.dispatcher.run
        self._outcome = outcome
        self._actor = AccountActor(new_sid(Kind.ACCOUNT))
        self.bodies: list[str] = []
        self.is_over = False
        self.got_through = asyncio.Event()

    async def open(self) -> None:
        await self._run(SYSTEM, EnsureAccount(self._actor.account_sid, "sealed"))
        made = CreateService(account_sid=self._actor.account_sid, friendly_name="failing")
        self._service_sid: str = (await self._run(self._actor, made)).sid
        await self._run(self._actor, CreateChannel(self._service_sid, unique_name="general"))

    async def write(self, who: int) -> None:
        while not self.is_over:
            body = f"{who} {len(self.bodies)} " + "x" * 300
            self.bodies.append(body)
            await self._insist(SendMessage(self._service_sid, "general", body, mutation_id=body[:20]))

    async def _insist(self, message: SendMessage) -> None:
        while True:
            try:
                await self._run(self._actor, message)
            except Unavailable as error:
                self._outcome.refusals += 1
                if not error.message.startswith("The store cannot "):
                    self._outcome.broken.append(f"an unclear refusal: {error.message}")
                await asyncio.sleep(0.001)
            except Exception as error:
                self._outcome.broken.append(f"a failure instead of a refusal: {error!r}")
                return
            else:
                self._outcome.acknowledged += 1
                self.got_through.set()
                return

    async def read(self) -> None:
        while not self.is_over:
            try:
                await self._run(self._actor, ListMessages(self._service_sid, "general", page=PageQuery(50)))
                self._outcome.read += 1
            except Unavailable:
                self._outcome.refusals += 1
            await asyncio.sleep(0.002)


async def endure(folder: Path, episodes: int, seed: int) -> Outcome:
    """Episodes of failures in the middle of a conversation; then everything is looked at without them."""
    trouble, chance, outcome = Trouble(seed), random.Random(seed), Outcome()
    vfs = Failing(trouble)
    try:
        core = ServiceCore(folder, rate=1_000_000, vfs=VFS)
        await core.start()
        talk = Talk(core, outcome)
        await talk.open()
        people = [asyncio.create_task(talk.write(who)) for who in range(SENDERS)] + [asyncio.create_task(talk.read())]
        for _ in range(episodes):
            trouble.kind = chance.choice(CALLS)
            await asyncio.sleep(chance.uniform(0.01, 0.06))
            trouble.kind = None
            talk.got_through.clear()
            await talk.got_through.wait()  # it recovers by itself
        talk.is_over = True
        await asyncio.gather(*people)
        await core.close()
    finally:
        vfs.unregister()
    outcome.struck = dict(trouble.refused)
    outcome.broken += _look(folder / "chat.db", talk.bodies)
    return outcome


def _look(path: Path, bodies: list[str]) -> list[str]:
    """What the file says once the machine's own file system reads it."""
    database = sqlite3.connect(path)
    try:
        found = [] if database.execute("PRAGMA integrity_check").fetchone() == ("ok",) else ["the file is corrupt"]
        stored = [body for (body,) in database.execute("SELECT body FROM messages")]
    finally:
        database.close()
    found += ["something acknowledged is not stored"] if set(bodies) - set(stored) else []
    return found + (["something is stored twice"] if len(stored) != len(set(stored)) else [])


def main() -> None:
    episodes = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(asyncio.wait_for(endure(Path(folder), episodes, seed), 300))
    print(f"seed {seed}: {episodes} episodes, {sum(outcome.struck.values())} failed calls {outcome.struck}")
    print(
        f"{outcome.acknowledged} acknowledged, {outcome.refusals} refused, {outcome.read} lists read, "
        f"{len(outcome.broken)} promises broken"
    )
    print(*sorted(set(outcome.broken))[:20], sep="\n")
    sys.exit(bool(outcome.broken))


if __name__ == "__main__":
    main()
