"""One file on disk per client process: its outbox and its cache, in a thread of their own, in order.

Two terminals of one user each hold a file, so that they do not send each other's messages; what a dead process left
unsent is taken over by the next one that starts.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

import msgspec

from chat_tui.private_files import open_private, private_database, private_directory, read_private, replace_private
from chat_tui.protocol.tokens import Bearer

if TYPE_CHECKING:
    import sqlite3  # imported in the disk's own thread, off the start path

T = TypeVar("T")

MAX_FILES = 64
"""Client processes of one user that may be kept apart."""

MAX_NOTE = 64 * 1024
"""Bytes of a note on whom a token was for."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    mutation_id TEXT NOT NULL UNIQUE,
    channel_sid TEXT NOT NULL,
    body TEXT NOT NULL,
    attributes TEXT NOT NULL,
    date_created TEXT NOT NULL,
    error TEXT
);
CREATE TABLE IF NOT EXISTS cache (
    name TEXT PRIMARY KEY,
    sid TEXT NOT NULL,
    position INTEGER NOT NULL,
    data BLOB NOT NULL
) WITHOUT ROWID;
"""
VERSION = 1
"""Of what the cache holds: one of another version is dropped, the outbox never is."""

_LEFT = "mutation_id, channel_sid, body, attributes, date_created, error"


class DiskError(Exception):
    """The disk does not take it, or does not give it back."""


def folder_of(parent: Path, service_sid: str, identity: str) -> Path:
    """Where the files of one user of one service are; an identity may hold anything, a file name may not."""
    return parent / f"{service_sid}-{_digest(identity)}"


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def last_bearer(parent: Path, source: str) -> Bearer | None:
    """Whom the last token of a source was for, if that is known."""
    try:
        return msgspec.json.decode(read_private(parent / f"source-{_digest(source)}.json", MAX_NOTE), type=Bearer)
    except (OSError, msgspec.DecodeError):
        return None


def note_bearer(parent: Path, source: str, bearer: Bearer) -> None:
    """For the next start; it can do without."""
    with contextlib.suppress(OSError):
        private_directory(parent)
        replace_private(parent / f"source-{_digest(source)}.json", msgspec.json.encode(bearer), durable=False)


class Disk:
    """``folder`` is one user's. Every method returns when it is done, and raises DiskError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="disk")
        self._database: sqlite3.Connection | None = None
        self._lock: IO[str] | None = None

    async def open(self) -> None:
        """Take a free file, and what the owners of other free files left unsent."""
        await self._run(self._open)

    async def run(self, work: "Callable[[sqlite3.Connection], T]") -> T:
        """Do ``work`` in one transaction; what it did is on disk when this returns."""
        return await self._run(lambda: self._transaction(work))

    async def close(self) -> None:
        """What was asked for before is done first."""
        with contextlib.suppress(DiskError):
            await self._run(self._close)
        self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, _saying, work)

    # ---- in the thread

    def _transaction(self, work: "Callable[[sqlite3.Connection], T]") -> T:
        if self._database is None:
            raise OSError("the file is not open")
        with self._database:
            return work(self._database)

    def _open(self) -> None:
        private_directory(self._folder.parent)
        private_directory(self._folder)
        for name, lock in self._free_names():
            if self._database is None:
                self._database, self._lock = _connect(self._folder / f"{name}.db"), lock
            else:
                self._take_over(self._database, self._folder / f"{name}.db")
                lock.close()
        if self._database is None:
            raise OSError(f"more than {MAX_FILES} clients of one user")

    def _free_names(self) -> Iterator[tuple[str, IO[str]]]:
        """Names nobody alive holds, each locked: those that have a file, or the first that has none."""
        for number in range(MAX_FILES):
            name = f"client-{number}"
            is_new = not (self._folder / f"{name}.db").exists()
            if is_new and self._database is not None:
                continue
            lock = os.fdopen(open_private(self._folder / f"{name}.lock", os.O_RDWR | os.O_CREAT), "w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                continue
            yield name, lock

    @staticmethod
    def _take_over(ours: "sqlite3.Connection", path: Path) -> None:
        """Ours first, theirs after: a crash between the two leaves a message twice, under the one id that makes a
        repeat harmless."""
        theirs = _connect(path)
        with contextlib.closing(theirs):
            left = theirs.execute(f"SELECT {_LEFT} FROM outbox ORDER BY position").fetchall()  # noqa: S608
            with ours:
                ours.executemany(f"INSERT OR IGNORE INTO outbox ({_LEFT}) VALUES (?, ?, ?, ?, ?, ?)", left)  # noqa: S608
            with theirs:
                theirs.execute("DELETE FROM outbox")

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
        if self._lock is not None:
            self._lock.close()


def _saying(work: Callable[[], T]) -> T:
    """Whatever the disk or the database has against it is a DiskError."""
    import sqlite3

    try:
        return work()
    except (OSError, sqlite3.Error) as error:
        raise DiskError(str(error)) from error


def _connect(path: Path) -> "sqlite3.Connection":
    """A commit that returned survives a power cut."""
    import sqlite3

    private_database(path)
    database = sqlite3.connect(path, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.executescript(_SCHEMA)
    if database.execute("PRAGMA user_version").fetchone()[0] != VERSION:
        database.execute("DELETE FROM cache")
        database.execute(f"PRAGMA user_version = {VERSION}")
        database.commit()
    return database
