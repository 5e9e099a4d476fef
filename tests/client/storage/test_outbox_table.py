"""The outbox on disk: nothing written is lost."""

import asyncio
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from chat_tui.client import SendState
from chat_tui.client.model import PendingMessage
from chat_tui.client.storage.disk import Disk
from chat_tui.client.storage.outbox_table import OutboxTable

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def pending(number: int, channel: str = "CH1", **fields: str | SendState) -> PendingMessage:
    return PendingMessage(f"m{number}", channel, f"body {number}", NOW, **fields)  # type: ignore[arg-type]


async def opened(folder: Path) -> tuple[Disk, OutboxTable]:
    disk = Disk(folder)
    await disk.open()
    return disk, OutboxTable(disk)


async def reopened(folder: Path) -> list[PendingMessage]:
    disk, table = await opened(folder)
    found = await table.load()
    await disk.close()
    return found


async def test_what_was_put_and_not_removed_is_there_again(tmp_path: Path) -> None:
    """In order; a failure with its reason; what was being sent waits again."""
    disk, table = await opened(tmp_path / "j")
    assert await table.load() == []
    for number in (3, 1, 2):
        await table.put(pending(number, state=SendState.SENDING))
    await table.put(pending(4, state=SendState.FAILED, error="too long"))
    await table.remove("m1")
    await disk.close()
    found = await reopened(tmp_path / "j")
    assert [(one.mutation_id, one.state, one.error) for one in found] == [
        ("m3", SendState.QUEUED, None),
        ("m2", SendState.QUEUED, None),
        ("m4", SendState.FAILED, "too long"),
    ]
    assert found[0] == pending(3)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (tmp_path / "j").glob("*.db"))


async def test_two_processes_do_not_share_and_the_dead_are_heirs_to_the_living(tmp_path: Path) -> None:
    """Each has a file of its own; what one left behind goes to the next that starts, once."""
    (first, one), (second, two) = await opened(tmp_path), await opened(tmp_path)
    await one.put(pending(1))
    await two.put(pending(2))
    assert await reopened(tmp_path) == []  # both live
    await second.close()
    third, three = await opened(tmp_path)
    assert [found.mutation_id for found in await three.load()] == ["m2"]
    await first.close()
    await third.close()
    assert [found.mutation_id for found in await reopened(tmp_path)] == ["m1", "m2"]
    assert [found.mutation_id for found in await reopened(tmp_path)] == ["m1", "m2"]


async def test_a_killed_process_leaves_what_it_had_put(tmp_path: Path) -> None:
    """SIGKILL right after the answer."""
    script = (
        "import asyncio, os, signal; from pathlib import Path\n"
        "from tests.client.storage.test_outbox_table import opened, pending\n"
        "async def main():\n"
        f"    _, table = await opened(Path({str(tmp_path)!r}))\n"
        "    for number in range(20): await table.put(pending(number))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())"
    )
    done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", script], timeout=30, check=False)
    assert done.returncode == -signal.SIGKILL
    assert [found.mutation_id for found in await reopened(tmp_path)] == [f"m{number}" for number in range(20)]
