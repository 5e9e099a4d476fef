"""The cache believes what is written."""

import asyncio
from pathlib import Path

import pytest

from chat_tui.client.storage.cache import Cache, Row
from chat_tui.client.storage.disk import Disk, DiskError


async def test_the_cache_believes_what_is_written(tmp_path: Path) -> None:
    """A save that failed is made good by the next, and saves that overlap leave what the last one had."""
    disk = Disk(tmp_path)
    await disk.open()
    cache = Cache(disk)
    await cache.load()
    first, second = {"a": Row("A", 1, b"1")}, {"a": Row("A", 2, b"2"), "b": Row("B", 1, b"1")}
    await asyncio.gather(cache.save(first), cache.save(second), cache.save(first), cache.save(second))
    assert await Cache(disk).load() == second
    refusing = "CREATE TRIGGER t BEFORE INSERT ON cache BEGIN SELECT RAISE(ABORT, 'full'); END"
    await disk.run(lambda database: database.execute(refusing) and None)
    with pytest.raises(DiskError, match="full"):
        await cache.save(first)
    await disk.run(lambda database: database.execute("DROP TRIGGER t") and None)
    await cache.save(first)
    assert await Cache(disk).load() == first
    await disk.close()
