"""What a client knew when it was last alive: shown at once by the next start, and brought up to date by the replay
(guarantees, Client 3).

Every row holds a Sync object's position beside what was made of it, and rows are written together, so that the cache is
never ahead of its position and never behind it.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from chat_tui.client.storage.disk import Disk

if TYPE_CHECKING:
    import sqlite3

SAVED_MESSAGES = 200
"""The newest of an open channel."""


class Row(msgspec.Struct, frozen=True):
    """One object: ``sid`` and ``position`` of its replica, and ``data`` as it was made of it."""

    sid: str
    position: int
    data: bytes


Rows = Mapping[str, Row]
"""By name."""

_ALL = "SELECT name, sid, position, data FROM cache"
_PUT = "INSERT OR REPLACE INTO cache VALUES (?, ?, ?, ?)"
_DROP = "DELETE FROM cache WHERE name = ?"

_log = logging.getLogger(__name__)

encode = msgspec.msgpack.Encoder().encode


class Cache:
    """On an open disk. Raises DiskError."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._saving = asyncio.Lock()
        self._saved: dict[str, Row] | None = None
        """What is on disk; ``None`` when that is not known."""

    async def load(self) -> Rows:
        """A row that is none is left out."""
        rows = await self._disk.run(lambda database: database.execute(_ALL).fetchall())
        self._saved = {row[0]: Row(*row[1:]) for row in rows if _is_row(row)}
        if len(self._saved) < len(rows):
            _log.warning("%d damaged rows of a cache were left out", len(rows) - len(self._saved))
            found, self._saved = self._saved, None
            return found
        return dict(self._saved)

    async def save(self, rows: Rows) -> None:
        """Make ``rows`` all there is, in one transaction; only what is not known to be there is written."""
        async with self._saving:
            before, self._saved = self._saved, None
            if before is None:
                await self._write(rows.items(), None)
            else:
                changed = [(name, row) for name, row in rows.items() if before.get(name) != row]
                gone = [(name,) for name in before if name not in rows]
                if changed or gone:
                    await self._write(changed, gone)
            self._saved = dict(rows)

    async def _write(self, changed: Iterable[tuple[str, Row]], gone: list[tuple[str]] | None) -> None:
        values = [(name, row.sid, row.position, row.data) for name, row in changed]

        def write(database: "sqlite3.Connection") -> None:
            if gone is None:
                database.execute("DELETE FROM cache")
            database.executemany(_DROP, gone or ())
            database.executemany(_PUT, values)

        await self._disk.run(write)


def _is_row(row: tuple[Any, ...]) -> bool:
    name, sid, position, data = row
    return (
        isinstance(name, str)
        and isinstance(sid, str)
        and isinstance(position, int)
        and position >= 0
        and isinstance(data, bytes)
    )
