"""One file per client process, and one folder per user."""

from pathlib import Path

import pytest

from chat_tui.client.storage.disk import Disk, DiskError, folder_of
from chat_tui.client.storage.outbox_table import OutboxTable
from tests.client.storage.test_outbox_table import pending


async def test_a_disk_that_refuses_is_said(tmp_path: Path) -> None:
    """A folder that can't be is a DiskError, not a stack trace."""
    (tmp_path / "file").write_text("")
    disk = Disk(tmp_path / "file" / "below")
    with pytest.raises(DiskError):
        await disk.open()
    with pytest.raises(DiskError):
        await OutboxTable(disk).put(pending(1))
    await disk.close()


def test_every_user_has_a_folder() -> None:
    """Whatever an identity holds."""
    folders = {folder_of(Path("/x"), "IS1", name) for name in ("alice", "../alice", "a/b", "ü", "a" * 300)}
    assert len(folders) == 5
    assert all(folder.parent == Path("/x") for folder in folders)
