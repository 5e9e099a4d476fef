"""Whatever becomes of what a client keeps, it connects, says what was damaged, and sends what can still be read."""

import asyncio
import logging
import random
from pathlib import Path

import pytest

from chat_tui.client import Phase, events
from chat_tui.client.model import PendingMessage
from chat_tui.client.storage.disk import Disk, folder_of
from chat_tui.client.storage.outbox_table import OutboxTable
from tests.client.damage import FILE, Damage, copied, damages
from tests.client.fast import new_client
from tests.client.storage.test_outbox_table import NOW
from tests.client.test_lies import mishaps
from tests.support.counts import COUNTS
from tests.support.fake_service import SERVICE, FakeService

SEED = 20261121
SAMPLE = 20
WITHIN = 8.0
BODIES = ("written before, one", "written before, two", "written before, three")


def new_service() -> tuple[FakeService, str]:
    service = FakeService()
    general = next(iter(service.channels))
    service.post(general, "earlier")
    return service, general


@pytest.fixture
async def whole(tmp_path: Path) -> Path:
    """What a client leaves: all kinds of rows, and three unsent messages."""
    keep = tmp_path / "whole"
    service, general = new_service()
    async with new_client(service, keep) as client:
        await client.open_channel(client.channels[general])
        await client.get_user("bob")
    disk = Disk(folder_of(keep, SERVICE, "alice"))
    await disk.open()
    for number, body in enumerate(BODIES):
        await OutboxTable(disk).put(PendingMessage(f"m{number}", general, body, NOW))
    await disk.close()
    return keep


async def survives(keep: Path, *, is_first: bool = True) -> list[str]:
    """Connects, sends what was kept and what is new; what was said of damage. An empty file is a new one."""
    file = folder_of(keep, SERVICE, "alice") / FILE
    is_new = file.is_file() and not file.stat().st_size
    service, general = new_service()
    client = new_client(service, keep)
    every = client.events()
    happened: list[events.Event] = []
    try:
        await asyncio.wait_for(client.start(), WITHIN)
        assert client.connection.phase is Phase.CONNECTED
        async with asyncio.timeout(WITHIN):
            while {channel.title for channel in client.channels.values()} != {"general", "side"}:
                happened += await every.batch()
        opened = await asyncio.wait_for(client.open_channel(client.channels[general]), WITHIN)
        assert opened.messages[0].body == "earlier"
        await asyncio.wait_for(client.messages.send(client.channels[general], "written now"), WITHIN)
        async with asyncio.timeout(WITHIN):
            while any(pending.error is None for pending in client.outbox.unsent()):
                happened += await every.batch()
    finally:
        await asyncio.wait_for(client.close(), 2 * WITHIN)
    happened += await every.batch()
    assert mishaps(happened) == []
    said = [event.what for event in happened if isinstance(event, events.DamageSetAside)]
    sent = [item["text"] for item in service.objects[f"{general}.messages"].items.values()]
    ids = {*service.mutations, *(pending.mutation_id for pending in client.outbox.unsent())}
    missing = [body for number, body in enumerate(BODIES) if body not in sent and f"m{number}" not in ids]
    assert not is_first or not missing or said or is_new, f"{missing} went away without a word"
    return said


async def all_of(chosen: list[tuple[str, Damage]], whole: Path, tmp_path: Path) -> None:
    ended = []
    for name, damage in chosen:
        COUNTS["damaged files of a client"]["tried"] += 1
        keep = copied(whole, tmp_path / "damaged")
        damage(folder_of(keep, SERVICE, "alice"))
        try:
            await survives(keep)
            await survives(keep, is_first=False)
        except Exception as error:
            COUNTS["damaged files of a client"]["ended a client"] += 1
            ended.append(f"{name}: {type(error).__name__} {error}")
    assert not ended, f"{len(ended)}:\n" + "\n".join(ended[:20])


def every(whole: Path) -> list[tuple[str, Damage]]:
    return damages((folder_of(whole, SERVICE, "alice") / FILE).stat().st_size, SEED)


async def test_some_damage_ends_no_client(whole: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A sample of it; each is started twice."""
    caplog.set_level(logging.CRITICAL)
    await all_of(random.Random(SEED).sample(every(whole), SAMPLE), whole, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_no_damage_ends_a_client(whole: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """All of it."""
    caplog.set_level(logging.CRITICAL)
    chosen = every(whole)
    assert len(chosen) >= 500
    await all_of(chosen, whole, tmp_path)


async def test_what_is_damaged_is_kept_under_another_name_and_said(whole: Path) -> None:
    """The file stays beside the new one, and what could be read of its outbox is sent."""
    folder = folder_of(whole, SERVICE, "alice")
    folder.joinpath(FILE).write_bytes(b"no database at all")
    (said,) = await survives(whole)
    assert "client-0.damaged-1.db" in said
    assert folder.joinpath("client-0.damaged-1.db").read_bytes() == b"no database at all"
    assert await survives(whole, is_first=False) == []
