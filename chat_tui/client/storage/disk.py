"""One file on disk per client process: its outbox and its cache, in a thread of their own, in order (guarantees, Client
1).

Two terminals of one user each hold a file, so that they do not send each other's messages; what a dead process left
unsent is taken over by the next one that starts.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import logging
import os
import queue
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

import msgspec

from chat_tui.client.storage import database
from chat_tui.private_files import open_private, private_directory, read_private, replace_private
from chat_tui.protocol.tokens import Bearer
from chat_tui.protocol.untrusted import Malformed, decode

if TYPE_CHECKING:
    import sqlite3  # imported in the disk's own thread, off the start path

T = TypeVar("T")

_log = logging.getLogger(__name__)

MAX_FILES = 64
"""Client processes of one user that may be kept apart."""

MAX_NOTE = 64 * 1024
"""Bytes of a note on whom a token was for."""


class DiskError(Exception):
    """The disk does not take it, or does not give it back."""


def folder_of(parent: Path, service_sid: str, identity: str) -> Path:
    """Where the files of one user of one service are; an identity may hold anything, a file name may not."""
    return parent / f"{service_sid}-{_digest(identity)}"


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()


def load_bearer(parent: Path, source: str) -> Bearer | None:
    """Whom the last token of a source was for, if that is known."""
    try:
        bearer: Bearer = decode(read_private(parent / f"source-{_digest(source)}.json", MAX_NOTE), Bearer)
    except (OSError, Malformed):
        return None
    return bearer


def save_bearer(parent: Path, source: str, bearer: Bearer) -> None:
    """For the next start; it can do without."""
    with contextlib.suppress(OSError):
        private_directory(parent)
        replace_private(parent / f"source-{_digest(source)}.json", msgspec.json.encode(bearer), durable=False)


class Disk:
    """``folder`` is one user's. Every method returns when it is done, and raises DiskError. ``on_damage`` is told what
    was damaged and where it is now; the rest goes on."""

    def __init__(self, folder: Path, on_damage: Callable[[str], None] = lambda _: None) -> None:
        self._folder = folder
        self._on_damage = on_damage
        self._damages: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="disk")
        self._path: Path | None = None
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

    def note_damage(self, what: str) -> None:
        """From any thread: it is told with the answer to whatever found it."""
        _log.error("%s", what)
        self._damages.put(what)

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except Exception as error:  # whatever the disk or the database has against it
            raise DiskError(str(error)) from error
        finally:
            while not self._damages.empty():
                self._on_damage(self._damages.get())

    # ---- in the thread

    def _transaction(self, work: "Callable[[sqlite3.Connection], T]") -> T:
        """On a file that turns out to be damaged it is done once more, on a new one."""
        import sqlite3

        if self._database is None or self._path is None:
            raise OSError("the file is not open")
        try:
            with self._database:
                return work(self._database)
        except sqlite3.DatabaseError as error:
            if not database.is_damage(error):
                raise
            self._database.close()
            self._database = None
            self._database = database.replace_damaged(self._path, str(error), self.note_damage)
        with self._database:
            return work(self._database)

    def _open(self) -> None:
        private_directory(self._folder.parent)
        private_directory(self._folder)
        trouble: Exception | None = None
        for path, lock in self._free_files():
            try:
                self._take(path, lock)
            except Exception as error:  # this file cannot be used; another one can
                trouble = error
                self.note_damage(f"{path} cannot be used: {error or type(error).__name__}")
                lock.close()
        if self._database is None:
            raise trouble or OSError(f"more than {MAX_FILES} clients of one user")

    def _take(self, path: Path, lock: IO[str]) -> None:
        """The first is ours, and the owners of the others are dead."""
        if self._database is None:
            self._database = database.connect(path, self.note_damage)
            self._path, self._lock = path, lock
        else:
            self._take_over(self._database, path)
            lock.close()

    def _free_files(self) -> Iterator[tuple[Path, IO[str]]]:
        """Files nobody alive holds, each locked: those that are there, or the first that is not."""
        for number in range(MAX_FILES):
            path = self._folder / f"client-{number}.db"
            if not path.exists() and self._database is not None:
                continue
            try:
                lock = os.fdopen(open_private(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT), "w")
            except OSError as error:
                self.note_damage(f"{path} cannot be used: {error}")
                continue
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                continue
            yield path, lock

    def _take_over(self, ours: "sqlite3.Connection", path: Path) -> None:
        """Ours first, theirs after: a crash between the two leaves a message twice, under the one id that makes a
        repeat harmless."""
        theirs = database.connect(path, self.note_damage)
        with contextlib.closing(theirs):
            database.merge_rows(ours, database.outbox_rows(theirs))
            with theirs:
                theirs.execute("DELETE FROM outbox")

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
        if self._lock is not None:
            self._lock.close()
