"""The store: one thread writes in groups that commit once, one thread reads; callers wait without blocking the loop."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import apsw

from chat_tui.protocol.errors import Unavailable
from chat_tui.server.store.database import check, connect, connect_reader, log_bytes, migrate, opening
from chat_tui.server.store.files import DatabaseFiles
from chat_tui.server.store.transaction import Clock, Reader, Transaction, load_queries, wall_clock
from chat_tui.server.store.worker import Job, Worker

T = TypeVar("T")

GROUP = 100
"""At most this many operations share one commit; the writer never waits for more (guarantees, Send 5)."""

WORK_ENDS_WITHIN = 5.0
"""Seconds a thread may take to finish what waits, and again once it is interrupted."""

STEP_PAUSE = 0.005
"""Seconds between two steps of work that can wait."""

_DISK_ERRORS = (
    apsw.IOError,
    apsw.FullError,
    apsw.ReadOnlyError,
    apsw.CorruptError,
    apsw.NotADBError,
    apsw.CantOpenError,
    apsw.BusyError,
    apsw.LockedError,
    apsw.ProtocolError,
)
_NO_MEMORY = (MemoryError, apsw.NoMemError)

_log = logging.getLogger(__name__)


class _Undone(Exception):
    """One operation took the transaction of its whole group with it."""


class _Condition:
    """How one of the store's threads fares, which the log says when it changes."""

    def __init__(self, do: str) -> None:
        self._do = do
        self.trouble: str | None = None

    def refusal(self, trouble: object) -> Unavailable:
        """What a caller is told about it."""
        said = f"The store cannot {self._do}: {trouble}"
        if self.trouble is None:
            _log.error(said)
        self.trouble = said
        return Unavailable(said)

    def is_well(self) -> None:
        if self.trouble is not None:
            _log.warning(f"the store can {self._do} again")
        self.trouble = None


class Store:
    """The database of one service process.

    ``on_commit`` is called in the event loop with what the operations of a group published, right after their callers
    were answered. ``project`` turns an operation's changes into Sync events inside its savepoint. Raises
    DatabaseUnusable for a file that cannot be opened or is damaged.
    """

    def __init__(
        self,
        path: Path,
        *,
        synchronous: str = "FULL",
        clock: Clock = wall_clock,
        project: Callable[[Transaction], None] = lambda tx: None,
        vfs: str | None = None,
    ) -> None:
        self.path = path
        self.clock = clock
        self.synchronous = synchronous
        self.on_commit: Callable[[list[Any]], None] = lambda published: None
        self._project = project
        self._writing, self._reading = _Condition("write"), _Condition("read")
        with opening(path), contextlib.ExitStack() as undo:
            self._write = connect(path, synchronous=synchronous, vfs=vfs)
            undo.callback(self._write.close)
            migrate(self._write)
            path.chmod(0o600)
            load_queries()
            self._read = connect_reader(path, vfs=vfs)
            undo.callback(self._read.close)
            check(self._read)
            undo.pop_all()
        self._files = DatabaseFiles(path, lambda: log_bytes(self._write))
        self._writer = Worker("store-writer", self._write_group, GROUP, self._publish)
        self._reader = Worker("store-reader", self._read_group, GROUP, self._publish)
        self._writer.start()
        self._reader.start()

    async def write(self, operation: Callable[[Transaction], T]) -> T:
        """Run ``operation`` in a transaction; returns once it is on disk. Raises what it raised, undone; Unavailable
        when the store could not write, and nobody knows whether it is on disk."""
        job = Job(operation)
        self._writer.put(job)
        return await job.future

    async def write_in_steps(self, step: Callable[[Transaction], bool]) -> None:
        """Do ``step``, a few rows of much work, as long as it finds something to do; others write in between
        (guarantees, Bounds 9)."""
        while await self.write(step):  # noqa: ASYNC110 - it is the writer that gets a pause, not we
            await asyncio.sleep(STEP_PAUSE)

    async def read(self, query: Callable[[Reader], T]) -> T:
        """Run ``query`` on a read-only connection."""
        job = Job(query)
        self._reader.put(job)
        return await job.future

    def close(self) -> None:
        """Finish what waits, then close the files; each step is done whatever becomes of the others."""
        with contextlib.ExitStack() as steps:
            steps.callback(self._close_one, self._writer, self._write)
            steps.callback(self._close_one, self._reader, self._read)

    def _close_one(self, worker: Worker, connection: apsw.Connection) -> None:
        if not worker.close(WORK_ENDS_WITHIN, connection.interrupt):
            return
        if self._files.trouble() is not None:  # what lies there now is not ours to tidy up
            connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        connection.close()

    def _publish(self, published: list[Any]) -> None:
        self.on_commit(published)

    # ---- writing

    def _write_group(self, jobs: list[Job[Any]]) -> None:
        """One commit for all; whoever makes that impossible for the rest is left out and the rest done anew."""
        look = self._files.trouble if self._writing.trouble else self._files.trouble_before
        while jobs and not self._is_lost(jobs, look()):
            culprit = self._try_group(jobs)
            if culprit is None:
                return
            jobs = [job for job in jobs if job is not culprit]

    def _is_lost(self, jobs: list[Job[Any]], trouble: str | None) -> bool:
        """Whether the files are no longer what they were, and the jobs refused: nothing is acknowledged that went to
        files which nobody finds again (guarantees, Send 8)."""
        if trouble is None:
            return False
        for job in jobs:
            job.fail(self._writing.refusal(f"{trouble}; put it back, or end the service"))
        return True

    def _try_group(self, jobs: list[Job[Any]]) -> Job[Any] | None:
        """The job that took the transaction with it, if one did."""
        job = None
        try:
            self._write.execute("BEGIN IMMEDIATE")
            for job in jobs:
                self._write_one(job)
            self._write.execute("COMMIT")
        except _Undone:
            self._roll_back()
            return job
        except (apsw.Error, MemoryError) as error:
            self._roll_back()
            for one in jobs:
                one.fail(self._writing.refusal(error))
            return None
        if not self._is_lost(jobs, self._files.trouble_after()):
            self._writing.is_well()
        return None

    def _write_one(self, job: Job[Any]) -> None:
        tx = Transaction(self._write, self.clock())
        job.error, job.published = None, []
        self._write.execute("SAVEPOINT operation")
        try:
            job.result = job.function(tx)
            self._project(tx)
            job.published = tx.published
        except _DISK_ERRORS:
            raise  # the whole group is in doubt
        except BaseException as error:
            job.fail(Unavailable("The store cannot write: out of memory") if isinstance(error, _NO_MEMORY) else error)
            self._undo_one()
        self._write.execute("RELEASE operation")

    def _undo_one(self) -> None:
        """SQLite ends the transaction itself when it has no memory left in the middle of a change."""
        try:
            self._write.execute("ROLLBACK TO operation")
        except (apsw.Error, MemoryError) as error:
            raise _Undone from error

    def _roll_back(self) -> None:
        with contextlib.suppress(apsw.Error, MemoryError):
            if self._write.in_transaction:
                self._write.execute("ROLLBACK")

    # ---- reading

    def _read_group(self, jobs: list[Job[Any]]) -> None:
        try:
            self._read.execute("BEGIN")
            for job in jobs:
                self._read_one(job)
            self._read.execute("COMMIT")
        except (apsw.Error, MemoryError) as error:
            for job in jobs:
                job.error = job.error or self._reading.refusal(error)
            with contextlib.suppress(apsw.Error, MemoryError):
                self._read.execute("ROLLBACK")
            return
        if not any(isinstance(job.error, Unavailable) for job in jobs):
            self._reading.is_well()

    def _read_one(self, job: Job[Any]) -> None:
        try:
            job.result = job.function(Reader(self._read, self.clock()))
        except _DISK_ERRORS as error:
            job.error = self._reading.refusal(error)
        except _NO_MEMORY:
            job.error = Unavailable("The store cannot read: out of memory")
        except BaseException as error:
            job.error = error
