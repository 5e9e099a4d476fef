"""Cut the power of the store, in simulation: what was not synced may be lost, torn or written, and nothing
acknowledged may be missing.

``python -m tests.checker.power [CUTS] [SEED]`` prints the counts, for synchronous=FULL and, as a check of the check,
for NORMAL, which loses.
"""

import asyncio
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import msgspec

from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.server.core import ServiceCore
from chat_tui.server.operations.accounts import EnsureAccount
from chat_tui.server.operations.actors import SYSTEM, AccountActor
from chat_tui.server.operations.channels import CreateChannel
from chat_tui.server.operations.messages import SendMessage
from chat_tui.server.operations.services import CreateService

SECTOR = 512
SENDERS, MESSAGES = 4, 120
VFS = "recorded"


class Step(msgspec.Struct, frozen=True):
    """What reached the file system: a write, a truncation, a deletion, a sync; or an acknowledgement (``data`` is the
    body)."""

    kind: str
    name: str
    offset: int = 0
    data: bytes = b""


class Recorded(apsw.VFS):
    """The system's own, with every change noted in ``steps``."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        super().__init__(VFS, "")

    def xOpen(self, name: Any, flags: list[int]) -> "RecordedFile":  # noqa: N802 - SQLite's name
        return RecordedFile(self.steps, name, flags)

    def xDelete(self, name: str, sync: bool) -> None:  # noqa: N802
        self.steps.append(Step("delete", Path(name).name))
        super().xDelete(name, sync)


class RecordedFile(apsw.VFSFile):
    def __init__(self, steps: list[Step], name: Any, flags: list[int]) -> None:
        self._steps = steps
        self._name = Path(name.filename() if isinstance(name, apsw.URIFilename) else str(name)).name
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        super().xWrite(data, offset)
        self._steps.append(Step("write", self._name, offset, bytes(data)))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        super().xTruncate(size)
        self._steps.append(Step("truncate", self._name, size))

    def xSync(self, flags: int) -> None:  # noqa: N802
        super().xSync(flags)
        self._steps.append(Step("sync", self._name))


async def record(folder: Path, synchronous: str) -> list[Step]:
    """People who write at once, and all that reached the disk meanwhile."""
    vfs = Recorded()
    try:
        core = ServiceCore(folder, synchronous=synchronous, rate=1_000_000, vfs=VFS)
        await core.start()
        account = AccountActor(new_sid(Kind.ACCOUNT))
        run = core.dispatcher.run
        await run(SYSTEM, EnsureAccount(account.account_sid, "sealed"))
        service = await run(account, CreateService(account_sid=account.account_sid, friendly_name="power"))
        await run(account, CreateChannel(service.sid, unique_name="general"))

        async def write(who: int) -> None:
            for number in range(MESSAGES):
                body = f"{who} {number} " + "x" * random.Random(number).randrange(400)
                await run(account, SendMessage(service.sid, "general", body))
                vfs.steps.append(Step("acknowledge", "", data=body.encode()))

        await asyncio.gather(*(write(who) for who in range(SENDERS)))
        await core.close()
    finally:
        vfs.unregister()
    return vfs.steps


def image(steps: list[Step], cut: int, chance: random.Random) -> dict[str, bytearray]:
    """The files after a cut behind step ``cut``: what was synced is kept, every other write kept, lost or torn."""
    synced = {step.name: number for number, step in enumerate(steps[:cut]) if step.kind == "sync"}
    files: dict[str, bytearray] = {}
    for number, step in enumerate(steps[:cut]):
        if step.kind == "delete":
            files.pop(step.name, None)
        elif step.kind == "truncate":
            del files.setdefault(step.name, bytearray())[step.offset :]
        elif step.kind == "write":
            is_safe = number < synced.get(step.name, -1)
            _apply(files.setdefault(step.name, bytearray()), step, None if is_safe else chance)
    return files


def _apply(file: bytearray, step: Step, chance: random.Random | None) -> None:
    data = step.data
    fate = "kept" if chance is None else chance.choice(("kept", "lost", "torn"))
    if fate == "lost":
        return
    if fate == "torn" and chance is not None:
        data = data[: chance.randrange(0, len(data) + 1, SECTOR)] if len(data) >= SECTOR else b""
    if len(file) < step.offset:
        file.extend(bytes(step.offset - len(file)))
    file[step.offset : step.offset + len(data)] = data


class Cuts(msgspec.Struct):
    """What a series of cuts came to."""

    cuts: int = 0
    lossy: int = 0
    """After how many of them something acknowledged was missing."""
    corrupt: int = 0


def cut_power(steps: list[Step], folder: Path, cuts: int, seed: int) -> Cuts:
    """Cut at ``cuts`` random moments, reopen, and look."""
    chance, found = random.Random(seed), Cuts()
    first = next(number for number, step in enumerate(steps) if step.kind == "acknowledge")
    for _ in range(cuts):
        cut = chance.randrange(first, len(steps) + 1)
        acknowledged = {step.data.decode() for step in steps[:cut] if step.kind == "acknowledge"}
        is_sound, bodies = _reopen(image(steps, cut, chance), folder)
        found.cuts += 1
        found.corrupt += not is_sound
        found.lossy += not acknowledged <= set(bodies)
    return found


def _reopen(files: dict[str, bytearray], folder: Path) -> tuple[bool, list[str]]:
    for old in folder.glob("chat.db*"):
        old.unlink()
    for name, content in files.items():
        if not name.endswith("-shm"):
            (folder / name).write_bytes(content)
    database = sqlite3.connect(folder / "chat.db")
    try:
        is_sound = database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'messages'").fetchall():
            return is_sound, []  # even the tables are lost
        return is_sound, [body for (body,) in database.execute("SELECT body FROM messages")]
    except sqlite3.DatabaseError:
        return False, []
    finally:
        database.close()


def runs(cuts: int, seed: int) -> Iterator[tuple[str, Cuts]]:
    """The cuts of a store that syncs every commit, and of one that does not."""
    for synchronous in ("FULL", "NORMAL"):
        with tempfile.TemporaryDirectory() as written, tempfile.TemporaryDirectory() as reopened:
            steps = asyncio.run(record(Path(written), synchronous))
            yield synchronous, cut_power(steps, Path(reopened), cuts, seed)


def main() -> None:
    cuts = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    fell = False
    for synchronous, found in runs(cuts, seed):
        promised = synchronous == "FULL"
        fell |= bool(found.corrupt or (found.lossy if promised else not found.lossy))
        print(
            f"seed {seed}, synchronous={synchronous}: {found.cuts} power cuts, "
            f"{found.lossy} with something acknowledged lost, {found.corrupt} corrupt"
        )
    sys.exit(fell)


if __name__ == "__main__":
    main()
