"""Snapshots of a client's state: saved soon after a change, as a whole, and restored as far as they make sense."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from chat_tui.client.storage.cache import Cache, Row, Rows, encode
from chat_tui.client.storage.disk import Disk
from chat_tui.client.storage.snapshots import SnapshotHeader, Snapshots, decode_row, decode_rows
from chat_tui.protocol.untrusted import Malformed
from chat_tui.tasks import Tasks

HEADER = SnapshotHeader("alice", {"my_user_info": "US1.info"}, {"reachability_enabled": True}, 1_000.0)


class Named(msgspec.Struct):
    name: str


class Owner:
    """Knows what a test gives it."""

    def __init__(self) -> None:
        self.header: SnapshotHeader | None = HEADER
        self.rows: dict[str, Row] = {}

    def snapshot_header(self) -> SnapshotHeader | None:
        return self.header

    def to_rows(self) -> Iterator[tuple[str, Row]]:
        yield from self.rows.items()

    def restore(self, header: SnapshotHeader, rows: Rows) -> None: ...
    def forget(self) -> None: ...


@pytest.fixture
async def disk(tmp_path: Path) -> "Disk":
    made = Disk(tmp_path)
    await made.open()
    return made


async def test_what_is_saved_at_the_end_is_there_at_the_next_start(disk: Disk) -> None:
    """The header, and every row as it was at that moment."""
    owner, troubles = Owner(), list[str]()
    snapshots = Snapshots(Cache(disk), owner, troubles.append, Tasks())
    assert await snapshots.load() is None
    owner.rows = {"channel CH1": Row("ET1", 7, encode(Named("general")))}
    snapshots.touch()
    await snapshots.close()
    found = await Snapshots(Cache(disk), owner, troubles.append, Tasks()).load()
    assert found is not None
    header, rows = found
    assert header == HEADER
    assert rows["channel CH1"] == owner.rows["channel CH1"]
    assert troubles == []
    await disk.close()


async def test_nothing_is_saved_while_nothing_is_known(disk: Disk) -> None:
    """What an earlier start left stays."""
    owner = Owner()
    snapshots = Snapshots(Cache(disk), owner, lambda _: None, Tasks())
    await snapshots.save()
    owner.header, owner.rows = None, {"channel CH1": Row("ET1", 7, b"")}
    await snapshots.save()
    found = await Snapshots(Cache(disk), owner, lambda _: None, Tasks()).load()
    assert found is not None
    assert set(found[1]) == {"client"}
    await disk.close()


async def test_a_disk_that_does_not_take_it_is_said(disk: Disk) -> None:
    """And ends nothing."""
    troubles = list[str]()
    snapshots = Snapshots(Cache(disk), Owner(), troubles.append, Tasks())
    await snapshots.load()
    await disk.close()
    await snapshots.save()
    assert len(troubles) == 1


def test_rows_of_a_kind_are_read_and_a_damaged_one_is_left_out() -> None:
    """By what stands behind the prefix."""
    good = Row("ET1", 1, encode(Named("general")))
    rows = {"channel CH1": good, "channel CH2": Row("ET2", 1, b"\xc1"), "user bob": good}
    assert list(decode_rows(rows, "channel ", Named)) == [("CH1", good, Named("general"))]
    with pytest.raises(Malformed):
        decode_row(Row("ET3", 1, encode(["no", "struct"])), Named)
