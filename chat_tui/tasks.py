"""One way to run work that nobody awaits: held, logged when it dies, begun again where it must live, cancelled at the
end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

AGAIN_AFTER = 1.0
"""Seconds between a failure of what must live and its next try."""

CLOSE_WITHIN = 10.0
"""Seconds that what is cancelled may take to end; what takes longer is named in the log and left."""

OnFailure = Callable[[str, BaseException], None]

_log = logging.getLogger(__name__)


class Tasks:
    """The tasks of one owner. ``on_failure`` is told of each that dies, beside the log: its name and the error.
    ``expected``: errors that are an end like any other, and neither logged nor told."""

    def __init__(self, on_failure: OnFailure | None = None, *, expected: tuple[type[BaseException], ...] = ()) -> None:
        self._on_failure = on_failure
        self._expected = expected
        self._running: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def spawn(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Begin ``work``. Its result may be awaited, or not: what it raises is logged under ``name`` either way."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    def keep_running(
        self,
        step: Callable[[], Awaitable[None]],
        name: str,
        *,
        again_after: float = AGAIN_AFTER,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> asyncio.Task[None]:
        """Do ``step``, which waits for its time itself, until the end of this owner, whatever it raises."""
        return self.spawn(_run_forever(step, name, again_after, sleep), name)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is None or isinstance(error, self._expected):
            return
        _log.error("%s failed", task.get_name(), exc_info=error)
        if self._on_failure is not None:
            self._on_failure(task.get_name(), error)

    async def settle(self) -> None:
        """Return once nothing runs, however it ends."""
        while self._running:
            await asyncio.wait(self._running)
            await asyncio.sleep(0)

    async def close(self, within: float = CLOSE_WITHIN) -> None:
        """Cancel what runs, and return once nothing does; what a task raises meanwhile is logged, not raised. One of
        the tasks may call this: it alone goes on."""
        loop, me = asyncio.get_running_loop(), asyncio.current_task()
        deadline = loop.time() + within
        while rest := self._running - {me}:
            left = deadline - loop.time()
            if left <= 0:
                _log.error("%s did not end in time", ", ".join(sorted(task.get_name() for task in rest)))
                return
            for task in rest:
                task.cancel()
            await asyncio.wait(rest, timeout=min(left, 1.0))  # one that shrugged it off is asked again
            await asyncio.sleep(0)  # the callbacks that forget them run before the next look


async def _run_forever(
    step: Callable[[], Awaitable[None]], name: str, again_after: float, sleep: Callable[[float], Awaitable[None]]
) -> None:
    """The first of failures in a row is logged: a fault that lasts must not fill the disk."""
    is_failing = False
    while True:
        try:
            await step()
            is_failing = False
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and is_asked_to_end():
                raise
            if not is_failing:
                _log.exception("%s failed; trying again", name)
            is_failing = True
            await sleep(again_after)


def is_asked_to_end() -> bool:
    """Whether a cancellation was meant for this task, and is not that of something it waited for."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


def shared(future: "asyncio.Future[T]") -> "asyncio.Future[T]":
    """What ``future`` comes to, for one of several who wait: whoever is cancelled, or looks at no error, takes no other
    along."""
    mine = asyncio.shield(future)
    mine.add_done_callback(lambda done: done.cancelled() or done.exception())
    return mine
