"""Snapshots of a client's state, saved on disk while it lives and restored by the next start."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

import msgspec

from chat_tui.client.storage.cache import Cache, Row, Rows, encode
from chat_tui.client.storage.disk import DiskError
from chat_tui.protocol.untrusted import Malformed
from chat_tui.tasks import Tasks

T = TypeVar("T")

SAVE_AFTER = 2.0
"""Seconds from a change to its saving; what a kill loses of the cache is replayed by the service."""

_CLIENT = "client"

_log = logging.getLogger(__name__)


class SnapshotHeader(msgspec.Struct):
    """Whom the rest belongs to, and when it was so (seconds since 1970)."""

    identity: str
    objects: dict[str, str]
    options: dict[str, Any]
    date_saved: float


class SnapshotOwner(Protocol):
    """Whose state is saved as a whole."""

    def snapshot_header(self) -> SnapshotHeader | None:
        """Whom what `to_rows` says belongs to; ``None`` while nothing is known."""

    def to_rows(self) -> Iterator[tuple[str, Row]]:
        """What it knows, each under a name of its own."""

    def restore(self, header: SnapshotHeader, rows: Rows) -> None:
        """Know it again. Raises Malformed, or KeyError when something is missing."""

    def forget(self) -> None:
        """What was restored makes no sense."""


class Snapshots:
    """Of ``owner``, who says what it knows, and nothing while it knows nothing."""

    def __init__(self, cache: Cache, owner: SnapshotOwner, on_trouble: Callable[[str], None], tasks: Tasks) -> None:
        self._cache = cache
        self._owner = owner
        self._on_trouble = on_trouble
        self._tasks = tasks
        self._timer: asyncio.TimerHandle | None = None

    async def load(self) -> tuple[SnapshotHeader, Rows] | None:
        """What an earlier start left, if anything that can be read. Raises DiskError."""
        rows = await self._cache.load()
        try:
            return (decode_row(rows[_CLIENT], SnapshotHeader), rows) if _CLIENT in rows else None
        except Malformed as error:
            _log.warning("what was remembered of a client is damaged: %s", error)
            return None

    def touch(self) -> None:
        """Something changed: save it soon."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SAVE_AFTER, self._save_soon)

    def _save_soon(self) -> None:
        self._timer = None
        self._tasks.spawn(self.save(), "remembering")

    async def save(self) -> None:
        """All of it as it is at this moment, in one transaction."""
        header = self._owner.snapshot_header()
        if header is None:
            return
        rows = {_CLIENT: Row("", 0, encode(header)), **dict(self._owner.to_rows())}
        try:
            await self._cache.save(rows)
        except DiskError as error:
            self._on_trouble(str(error))

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await self.save()


def decode_row(row: Row, shape: type[T] | Any) -> T:
    """What a row holds. Raises Malformed."""
    try:
        found: T = msgspec.msgpack.decode(row.data, type=shape)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from None
    return found


def decode_rows(rows: Mapping[str, Row], prefix: str, shape: type[T]) -> Iterator[tuple[str, Row, T]]:
    """The rows of one kind, each by what stands behind the prefix, with what it holds; a damaged one is set aside."""
    for name, row in rows.items():
        if not name.startswith(prefix):
            continue
        try:
            yield name.removeprefix(prefix), row, decode_row(row, shape)
        except Malformed as error:
            _log.warning("what was remembered of a %s is damaged: %s", prefix.strip(), error)
