"""The store: one thread writes in groups that commit once, one thread reads; callers wait without blocking the loop."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Generic, TypeVar

import apsw

from chat_tui.protocol.errors import Unavailable
from chat_tui.server.store.database import connect, connect_reader, migrate
from chat_tui.server.store.transaction import Clock, Reader, Transaction, load_queries, wall_clock

T = TypeVar("T")

GROUP = 100
"""At most this many operations share one commit; the writer never waits for more (guarantees, Send 5)."""

_DISK_ERRORS = (apsw.IOError, apsw.FullError, apsw.ReadOnlyError, apsw.CorruptError)


def _cannot(do: str, error: apsw.Error) -> Unavailable:
    return Unavailable(f"The store cannot {do}: {error}")


class _Job(Generic[T]):
    """A function to run and where its result goes."""

    __slots__ = ("error", "function", "future", "loop", "published", "result")

    def __init__(self, function: Callable[[Any], T]) -> None:
        self.function = function
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[T] = self.loop.create_future()
        self.result: T | None = None
        self.error: BaseException | None = None
        self.published: list[Any] = []

    def resolve(self) -> None:
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)  # type: ignore[arg-type]


class _Worker(threading.Thread):
    """Takes all waiting jobs at a time and hands them to ``work``; ``None`` in the queue ends it."""

    def __init__(self, name: str, work: Callable[[list[_Job[Any]]], None], limit: int) -> None:
        super().__init__(name=name, daemon=True)
        self.jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._work = work
        self._limit = limit

    def run(self) -> None:
        ended = False
        while not ended:
            group = [self.jobs.get()]
            with contextlib.suppress(queue.Empty):
                while len(group) < self._limit:
                    group.append(self.jobs.get_nowait())
            ended = None in group
            jobs = [job for job in group if job is not None]
            if jobs:
                self._work(jobs)


class Store:
    """The database of one service process.

    ``on_commit`` is called in the event loop with what the operations of a group published, right after their callers
    were answered. ``project`` turns an operation's changes into Sync events inside its savepoint.
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
        self._write = connect(path, synchronous=synchronous, vfs=vfs)
        migrate(self._write)
        path.chmod(0o600)
        load_queries()
        self._read = connect_reader(path, vfs=vfs)
        self._writer = _Worker("store-writer", self._write_group, GROUP)
        self._reader = _Worker("store-reader", self._read_group, GROUP)
        self._writer.start()
        self._reader.start()

    async def write(self, operation: Callable[[Transaction], T]) -> T:
        """Run ``operation`` in a transaction; returns once it is on disk. Raises what it raised, undone."""
        job = _Job(operation)
        self._writer.jobs.put(job)
        return await job.future

    async def read(self, query: Callable[[Reader], T]) -> T:
        """Run ``query`` on a read-only connection."""
        job = _Job(query)
        self._reader.jobs.put(job)
        return await job.future

    def close(self) -> None:
        """Finish what waits, then close the files."""
        for worker in (self._reader, self._writer):
            worker.jobs.put(None)
            worker.join()
        self._read.close()
        self._write.close()

    def _write_group(self, jobs: list[_Job[Any]]) -> None:
        try:
            self._write.execute("BEGIN IMMEDIATE")
            for job in jobs:
                self._write_one(job)
            self._write.execute("COMMIT")
        except apsw.Error as error:
            self._roll_back()
            for job in jobs:
                job.error = _cannot("write", error)
                job.published = []
        self._answer(jobs)

    def _write_one(self, job: _Job[Any]) -> None:
        tx = Transaction(self._write, self.clock())
        self._write.execute("SAVEPOINT operation")
        try:
            job.result = job.function(tx)
            self._project(tx)
            job.published = tx.published
        except _DISK_ERRORS:
            raise  # the whole group is in doubt
        except Exception as error:
            job.error = error
            self._write.execute("ROLLBACK TO operation")
        self._write.execute("RELEASE operation")

    def _roll_back(self) -> None:
        with contextlib.suppress(apsw.Error):
            if self._write.in_transaction:
                self._write.execute("ROLLBACK")

    def _read_group(self, jobs: list[_Job[Any]]) -> None:
        try:
            self._read.execute("BEGIN")
            for job in jobs:
                try:
                    job.result = job.function(Reader(self._read, self.clock()))
                except _DISK_ERRORS as error:
                    job.error = _cannot("read", error)
                except Exception as error:
                    job.error = error
            self._read.execute("COMMIT")
        except apsw.Error as error:
            for job in jobs:
                job.error = job.error or _cannot("read", error)
            with contextlib.suppress(apsw.Error):
                self._read.execute("ROLLBACK")
        self._answer(jobs)

    def _answer(self, jobs: Iterable[_Job[Any]]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[_Job[Any]]] = {}
        for job in jobs:
            by_loop.setdefault(job.loop, []).append(job)
        for loop, group in by_loop.items():
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(self._deliver, group)

    def _deliver(self, group: list[_Job[Any]]) -> None:
        for job in group:
            job.resolve()
        published = [item for job in group for item in job.published]
        if published:
            self.on_commit(published)
