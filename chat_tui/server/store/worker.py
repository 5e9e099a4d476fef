"""A thread that takes what waits, in groups, and whose callers are answered whatever happens."""

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from chat_tui.protocol.errors import Unavailable

T = TypeVar("T")

_ANSWER_TRIES = 100
_ANSWER_PAUSE = 0.05
"""How often, so many seconds apart, those who wait are told when there is no memory to tell them with."""

_log = logging.getLogger(__name__)


class Job(Generic[T]):
    """A function to run and where its result goes."""

    __slots__ = ("error", "function", "future", "loop", "published", "result")

    def __init__(self, function: Callable[[Any], T]) -> None:
        self.function = function
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[T] = self.loop.create_future()
        self.result: T | None = None
        self.error: BaseException | None = None
        self.published: list[Any] = []

    def fail(self, error: BaseException) -> None:
        self.error = error
        self.published = []

    def resolve(self) -> None:
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)  # type: ignore[arg-type]
        elif isinstance(self.error, Exception) and not isinstance(self.error, StopIteration):
            self.future.set_exception(self.error)
        else:  # what would end a loop, or is none of a future's
            self.future.set_exception(RuntimeError(f"the operation ended with {self.error!r}"))


class Worker(threading.Thread):
    """Takes all waiting jobs at a time, at most ``limit``, and hands them to ``work``, which leaves its result in them;
    then tells their callers, and ``published`` in the event loop what they published."""

    def __init__(
        self, name: str, work: Callable[[list[Job[Any]]], None], limit: int, published: Callable[[list[Any]], None]
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._jobs: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self._work = work
        self._limit = limit
        self._published = published
        self._is_closed = False

    def put(self, job: Job[Any]) -> None:
        """Raises Unavailable once the worker was closed."""
        if self._is_closed:
            raise Unavailable("The store is closed")
        self._jobs.put(job)

    def close(self, within: float, interrupt: Callable[[], None]) -> bool:
        """Finish what waits; what takes longer is interrupted. Whether the thread ended."""
        self._is_closed = True
        self._jobs.put(None)
        self.join(within)
        if self.is_alive():
            _log.error("%s takes too long to end; interrupting it", self.name)
            interrupt()
            self.join(within)
        return not self.is_alive()

    def run(self) -> None:
        ended = False
        while not ended:
            group = [self._jobs.get()]
            with contextlib.suppress(queue.Empty):
                while len(group) < self._limit:
                    group.append(self._jobs.get_nowait())
            ended = None in group
            jobs = [job for job in group if job is not None]
            if jobs:
                self._do(jobs)
        with contextlib.suppress(queue.Empty):
            while True:
                late = self._jobs.get_nowait()
                if late is not None:
                    late.fail(Unavailable("The store is closed"))
                    self._answer([late])

    def _do(self, jobs: list[Job[Any]]) -> None:
        """Nothing that a group of jobs raises ends the thread, or leaves anybody without an answer."""
        try:
            self._work(jobs)
        except BaseException as error:
            for job in jobs:
                job.fail(Unavailable(f"The store cannot do this: {error!r}"))
            with contextlib.suppress(Exception):
                _log.exception("%s failed", self.name)
        for _ in range(_ANSWER_TRIES):
            try:
                self._answer(jobs)
            except MemoryError:
                time.sleep(_ANSWER_PAUSE)
            else:
                return

    def _answer(self, jobs: Iterable[Job[Any]]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[Job[Any]]] = {}
        for job in jobs:
            by_loop.setdefault(job.loop, []).append(job)
        for loop, group in by_loop.items():
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(self._deliver, group)

    def _deliver(self, group: list[Job[Any]]) -> None:
        for job in group:
            job.resolve()
        published = [item for job in group for item in job.published]
        if published:
            self._published(published)
