"""The outbox on disk: nothing written is lost, nothing is sent before it is kept, nothing is sent twice."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chat_tui.client import ChatClient, SendState
from chat_tui.client.commands.outbox import Outbox, Receipt
from chat_tui.client.model import PendingMessage
from chat_tui.client.storage.disk import Disk, DiskError, folder_of
from chat_tui.client.storage.outbox_table import Journal
from chat_tui.protocol.errors import BadRequest, Conflict, NotFound, Unavailable
from chat_tui.protocol.tokens import encode_token
from tests.client.conftest import until
from tests.support.service import FAST_LINGER, ServiceProcess, Tenant

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def pending(number: int, channel: str = "CH1", **fields: str | SendState) -> PendingMessage:
    return PendingMessage(f"m{number}", channel, f"body {number}", NOW, **fields)  # type: ignore[arg-type]


async def opened(folder: Path) -> tuple[Disk, Journal]:
    disk = Disk(folder)
    await disk.open()
    return disk, Journal(disk)


async def reopened(folder: Path) -> list[PendingMessage]:
    disk, journal = await opened(folder)
    found = await journal.load()
    await disk.close()
    return found


async def test_what_was_put_and_not_removed_is_there_again(tmp_path: Path) -> None:
    """In order; a failure with its reason; what was being sent waits again."""
    disk, journal = await opened(tmp_path / "j")
    assert await journal.load() == []
    for number in (3, 1, 2):
        await journal.put(pending(number, state=SendState.SENDING))
    await journal.put(pending(4, state=SendState.FAILED, error="too long"))
    await journal.remove("m1")
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
        "from tests.client.test_journal import opened, pending\n"
        "async def main():\n"
        f"    _, journal = await opened(Path({str(tmp_path)!r}))\n"
        "    for number in range(20): await journal.put(pending(number))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())"
    )
    done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", script], timeout=30, check=False)
    assert done.returncode == -signal.SIGKILL
    assert [found.mutation_id for found in await reopened(tmp_path)] == [f"m{number}" for number in range(20)]


async def test_a_disk_that_refuses_is_said(tmp_path: Path) -> None:
    """A folder that can't be is a DiskError, not a stack trace."""
    (tmp_path / "file").write_text("")
    disk = Disk(tmp_path / "file" / "below")
    with pytest.raises(DiskError):
        await disk.open()
    with pytest.raises(DiskError):
        await Journal(disk).put(pending(1))
    await disk.close()


def test_every_user_has_a_folder() -> None:
    """Whatever an identity holds."""
    folders = {folder_of(Path("/x"), "IS1", name) for name in ("alice", "../alice", "a/b", "ü", "a" * 300)}
    assert len(folders) == 5
    assert all(folder.parent == Path("/x") for folder in folders)


class Memory:
    """A keeper that remembers; ``gate`` holds what is put back."""

    def __init__(self, *left: PendingMessage) -> None:
        self.left = list(left)
        self.held: dict[str, PendingMessage] = {one.mutation_id: one for one in left}
        self.gate = asyncio.Event()
        self.gate.set()
        self.trouble: str | None = None

    async def load(self) -> list[PendingMessage]:
        return self.left

    async def put(self, pending: PendingMessage) -> None:
        await self.gate.wait()
        if self.trouble:
            raise DiskError(self.trouble)
        self.held[pending.mutation_id] = pending

    async def remove(self, mutation_id: str) -> None:
        del self.held[mutation_id]


class Wire:
    """A service that takes everything, unless told otherwise; ``sent`` are the mutation ids it saw."""

    def __init__(self, keeper: Memory) -> None:
        self.keeper = keeper
        self.sent: list[str] = []
        self.refusal: Exception | None = None
        self.up = asyncio.Event()
        self.up.set()
        self.now = NOW
        self.said: list[str] = []
        self._step = asyncio.Event()
        self.outbox = Outbox(
            self.send,
            self.up.wait,
            lambda _: self._step.set(),
            self.said.append,
            is_kept=True,
            sleep=self.sleep,
            now=lambda: self.now,
            steady=self.steady,
        )

    async def until(self, is_so: Callable[[], object]) -> None:
        """Look again after each step, within a bound."""
        async with asyncio.timeout(5):
            while not is_so():
                self._step.clear()
                await self._step.wait()

    async def send(self, pending: PendingMessage) -> Receipt:
        assert self.keeper.trouble or pending.mutation_id in self.keeper.held, "sent before it was kept"
        self.sent.append(pending.mutation_id)
        if self.refusal is not None:
            raise self.refusal
        return Receipt("IM", len(self.sent))

    def steady(self) -> float:
        return self.now.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(hours=1)
        await asyncio.sleep(0)


async def test_nothing_is_sent_before_it_is_kept() -> None:
    """Neither before the journal is open, nor before the disk has answered."""
    keeper = Memory()
    wire = Wire(keeper)
    first = wire.outbox.submit("CH1", "a")
    await asyncio.sleep(0.01)
    assert wire.sent == []
    keeper.gate.clear()
    await wire.outbox.keep(keeper)
    await asyncio.sleep(0.01)
    assert wire.sent == []
    keeper.gate.set()
    await wire.outbox.receipt(first)
    await wire.outbox.close()
    assert (wire.sent, keeper.held) == ([first.mutation_id], {})


async def test_what_was_left_goes_before_what_is_new() -> None:
    """In order per channel; what failed stays until somebody says so."""
    keeper = Memory(pending(1), pending(2), pending(3, "CH2"), pending(4, state=SendState.FAILED, error="no"))
    wire = Wire(keeper)
    new = wire.outbox.submit("CH1", "new")
    await wire.outbox.keep(keeper)
    await wire.outbox.receipt(new)
    assert [one for one in wire.sent if one != "m3"] == ["m1", "m2", new.mutation_id]
    assert [one.mutation_id for one in wire.outbox.everything()] == ["m4"]
    wire.outbox.retry("m4")
    await wire.until(lambda: not wire.outbox.everything())
    assert wire.sent[-1] == "m4"
    await wire.outbox.close()
    assert keeper.held == {}


async def test_a_refused_message_is_kept_as_failed_until_it_is_discarded() -> None:
    """It survives with its reason; discarding it is for good."""
    keeper = Memory()
    wire = Wire(keeper)
    wire.refusal = BadRequest("too long")
    await wire.outbox.keep(keeper)
    bad = wire.outbox.submit("CH1", "a")
    with pytest.raises(BadRequest):
        await wire.outbox.receipt(bad)
    await asyncio.sleep(0)
    assert (keeper.held[bad.mutation_id].state, keeper.held[bad.mutation_id].error) == (SendState.FAILED, "too long")
    wire.outbox.discard(bad.mutation_id)
    with pytest.raises(NotFound):
        wire.outbox.discard(bad.mutation_id)
    await wire.outbox.close()
    assert keeper.held == {}


async def test_what_waits_can_be_taken_back_and_what_is_being_sent_cannot() -> None:
    """The service may have the one that is being sent."""
    keeper = Memory()
    wire = Wire(keeper)
    wire.up.clear()
    await wire.outbox.keep(keeper)
    first, second = wire.outbox.submit("CH1", "a"), wire.outbox.submit("CH1", "b")
    assert wire.outbox.discard(first.mutation_id).body == "a"
    wire.refusal = Unavailable("later")
    wire.up.set()
    await wire.until(lambda: wire.outbox.everything()[0].state is SendState.SENDING)
    with pytest.raises(Conflict):
        wire.outbox.discard(second.mutation_id)
    await wire.outbox.close()
    assert list(keeper.held) == [second.mutation_id]


async def test_a_day_of_tries_on_a_live_link_is_enough() -> None:
    """Then it is failed, by hand to be sent again; waiting for a link counts for nothing."""
    keeper = Memory()
    wire = Wire(keeper)
    wire.up.clear()
    await wire.outbox.keep(keeper)
    message = wire.outbox.submit("CH1", "a")
    wire.now += timedelta(days=7)
    await asyncio.sleep(0)
    wire.refusal = Unavailable("later")
    wire.up.set()
    with pytest.raises(Unavailable):
        await asyncio.wait_for(wire.outbox.receipt(message), 5)
    assert 24 <= len(wire.sent) <= 26
    assert [one.state for one in wire.outbox.everything()] == [SendState.FAILED]
    await wire.outbox.close()


async def test_a_full_disk_is_said_and_the_message_goes_all_the_same() -> None:
    """Not kept is worse than kept, and better than not sent."""
    keeper = Memory()
    keeper.trouble = "database or disk is full"
    wire = Wire(keeper)
    await wire.outbox.keep(keeper)
    await wire.outbox.receipt(wire.outbox.submit("CH1", "a"))
    assert wire.said[:1] == ["database or disk is full"]
    await wire.outbox.close()


async def test_what_a_killed_client_wrote_offline_is_sent_once(tmp_path: Path) -> None:
    """Written without a service, killed, started again: every message arrives once, in order."""
    service = ServiceProcess(tmp_path / "data", "--linger", str(FAST_LINGER))
    tenant = Tenant(service.start())
    keep, path = tmp_path / "keep", f"{tenant.path}/Channels/general"
    tenant.post(f"{path}/Members", Identity="alice")
    channel = tenant.get(path)["sid"]
    token = encode_token(
        account_sid=tenant.process.account_sid,
        key_sid=tenant.process.api_key_sid,
        key_secret=tenant.process.api_key_secret,
        identity="alice",
        service_sid=tenant.service_sid,
    )
    service.kill()
    script = (
        "import asyncio, os, signal, sys; from pathlib import Path; from chat_tui.client import ChatClient\n"
        "async def main(url, token, keep, channel):\n"
        "    client = ChatClient(url, token, keep=Path(keep)); client.start_soon()\n"
        "    for number in range(10): client.outbox.submit(channel, str(number))\n"
        "    await asyncio.wait_for(client.outbox.flush(), 20)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main(*sys.argv[1:]))"
    )
    arguments = [tenant.url, token, str(keep), channel]
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script, *arguments], timeout=60, check=False, env=os.environ
    )
    assert done.returncode == -signal.SIGKILL
    again = service.start()
    try:
        async with ChatClient(again.url, token, keep=keep) as alice:
            stream = alice.events()
            await until(lambda: not alice.outbox.everything() and not alice.outbox._queues, stream)
        bodies = [message["body"] for message in Tenant.reading(again, f"{path}/Messages")["messages"]]
        assert bodies == [str(number) for number in range(10)]
    finally:
        service.stop()
        tenant.close()
