"""What a client knew when it was last alive: shown at once by the next start, and brought up to date by the replay.

Every row holds a Sync object's position beside what was made of it, and rows are written together, so that the cache
is never ahead of its position and never behind it.
"""

from collections.abc import Iterable, Mapping

import msgspec

from chat_tui.client.disk import Disk

KEPT_MESSAGES = 200
"""The newest of an open channel."""


class Kept(msgspec.Struct, frozen=True):
    """One object: ``sid`` and ``position`` of its replica, and ``data`` as it was made of it."""

    sid: str
    position: int
    data: bytes


Rows = Mapping[str, Kept]
"""By name."""

_ALL = "SELECT name, sid, position, data FROM cache"
_PUT = "INSERT OR REPLACE INTO cache VALUES (?, ?, ?, ?)"
_DROP = "DELETE FROM cache WHERE name = ?"

encode = msgspec.msgpack.Encoder().encode


class Cache:
    """On an open disk. Raises DiskError."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._saved: dict[str, Kept] = {}

    async def load(self) -> Rows:
        rows = await self._disk.run(lambda database: database.execute(_ALL).fetchall())
        self._saved = {name: Kept(sid, position, data) for name, sid, position, data in rows}
        return dict(self._saved)

    async def save(self, rows: Rows) -> None:
        """Make ``rows`` all there is; only what differs is written, in one transaction."""
        changed = [(name, row) for name, row in rows.items() if self._saved.get(name) != row]
        gone = [(name,) for name in self._saved if name not in rows]
        if changed or gone:
            self._saved = dict(rows)
            await self._write(changed, gone)

    async def _write(self, changed: Iterable[tuple[str, Kept]], gone: Iterable[tuple[str]]) -> None:
        values = [(name, row.sid, row.position, row.data) for name, row in changed]

        await self._disk.run(lambda database: (database.executemany(_PUT, values), database.executemany(_DROP, gone)))
