"""The outbox on disk: what was written and is not acknowledged yet survives quitting, a kill and a power cut.

Every client process of a user holds a file of its own, so that two terminals do not send each other's messages; what
a dead process left behind is taken over by the next one that starts.
"""

import asyncio
import contextlib
import fcntl
import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

from chat_tui.client.model import PendingMessage, SendState

if TYPE_CHECKING:
    import sqlite3  # imported in the journal's own thread, off the start path

T = TypeVar("T")

MAX_FILES = 64
"""Client processes of one user that may be kept apart."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    mutation_id TEXT NOT NULL UNIQUE,
    channel_sid TEXT NOT NULL,
    body TEXT NOT NULL,
    attributes TEXT NOT NULL,
    date_created TEXT NOT NULL,
    error TEXT
)
"""
_COLUMNS = "mutation_id, channel_sid, body, attributes, date_created, error"
_PUT = f"""
INSERT INTO outbox ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (mutation_id) DO UPDATE SET error = excluded.error
"""  # noqa: S608 - our own column names


class JournalError(Exception):
    """The disk does not take it; the message is kept in memory only."""


def folder_of(parent: Path, service_sid: str, identity: str) -> Path:
    """Where the files of one user of one service are; an identity may hold anything, a file name may not."""
    return parent / f"{service_sid}-{hashlib.blake2b(identity.encode(), digest_size=8).hexdigest()}"


class Journal:
    """``folder`` is one user's. Everything happens in a thread of its own, in order; calls return when it is on
    disk. Raises JournalError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._database: sqlite3.Connection | None = None
        self._lock: IO[str] | None = None

    async def open(self) -> list[PendingMessage]:
        """What earlier processes of this user left unsent, oldest first; it is this one's from now on."""
        return await self._run(self._open)

    async def put(self, pending: PendingMessage) -> None:
        await self._run(lambda: self._write(_PUT, _row(pending)))

    async def remove(self, mutation_id: str) -> None:
        await self._run(lambda: self._write("DELETE FROM outbox WHERE mutation_id = ?", (mutation_id,)))

    async def close(self) -> None:
        """What was asked for before is done first."""
        with contextlib.suppress(JournalError):
            await self._run(self._close)
        self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, _saying, work)

    # ---- in the thread

    def _open(self) -> list[PendingMessage]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, lock in self._free_names():
            if self._database is None:
                self._database, self._lock = _connect(self._folder / f"{name}.db"), lock
            else:
                self._take_over(self._folder / f"{name}.db")
                lock.close()
        if self._database is None:
            raise OSError(f"more than {MAX_FILES} clients of one user")
        rows = self._database.execute(f"SELECT {_COLUMNS} FROM outbox ORDER BY position")  # noqa: S608
        return [_pending(row) for row in rows]

    def _free_names(self) -> Iterator[tuple[str, IO[str]]]:
        """Names nobody alive holds, each locked: those that have a file, or the first that has none."""
        for number in range(MAX_FILES):
            name = f"outbox-{number}"
            is_new = not (self._folder / f"{name}.db").exists()
            if is_new and self._database is not None:
                continue
            lock = (self._folder / f"{name}.lock").open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                continue
            yield name, lock

    def _take_over(self, path: Path) -> None:
        """Ours first, theirs after: a crash between the two leaves a message twice, under the one id that makes a
        repeat harmless."""
        theirs = _connect(path)
        with contextlib.closing(theirs):
            rows = theirs.execute(f"SELECT {_COLUMNS} FROM outbox ORDER BY position").fetchall()  # noqa: S608
            for row in rows:
                self._write(_PUT, row)
            with theirs:
                theirs.execute("DELETE FROM outbox")

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        if self._database is None:
            raise OSError("the outbox is not open")
        with self._database:
            self._database.execute(statement, values)

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
        if self._lock is not None:
            self._lock.close()


def _saying(work: Callable[[], T]) -> T:
    """Whatever the disk or the database has against it is a JournalError."""
    import sqlite3

    try:
        return work()
    except (OSError, sqlite3.Error) as error:
        raise JournalError(str(error)) from error


def _connect(path: Path) -> "sqlite3.Connection":
    """A commit that returned survives a power cut."""
    import sqlite3

    database = sqlite3.connect(path, check_same_thread=False)
    path.chmod(0o600)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute(_SCHEMA)
    return database


def _row(pending: PendingMessage) -> tuple[object, ...]:
    error = pending.error if pending.state is SendState.FAILED else None
    date = pending.date_created.isoformat()
    return (pending.mutation_id, pending.channel_sid, pending.body, pending.attributes, date, error)


def _pending(row: tuple[str, str, str, str, str, str | None]) -> PendingMessage:
    """Whether the service has what was being sent is not known: it is sent again, under the same id."""
    mutation_id, channel_sid, body, attributes, date, error = row
    state = SendState.QUEUED if error is None else SendState.FAILED
    return PendingMessage(mutation_id, channel_sid, body, datetime.fromisoformat(date), state, attributes, None, error)
