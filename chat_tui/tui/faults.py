"""What becomes of an error that nobody expected: a line in the log, one on the screen, and the program goes on.

The module that leans on how Textual 8.2.8 treats errors (`MessagePump._dispatch_message`, `App._handle_exception`): it
ends the program at the first one, in a worker, a handler, a timer or while painting. `tests/tui/test_faults.py` fails
when these names change.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any, TypeVar

from textual._context import active_message_pump
from textual.app import App
from textual.dom import DOMNode
from textual.events import Compose, Mount
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import ModalScreen, Screen
from textual.worker import Worker, WorkerFailed

from chat_tui.logs import escaped

T = TypeVar("T")
R = TypeVar("R")

_log = logging.getLogger(__name__)

REPEATED_AFTER = 30.0
"""Seconds within which the same fault is not shown twice."""

MAX_SAID = 100
"""Different ones shown in that time."""

UNHURRIED = 20
"""Faults a second; beyond it each costs whoever causes them `FAULT_PAUSE` seconds, and the processor nothing."""

FAULT_PAUSE = 0.1

MIN_PLACE = 20
"""Characters of the log's place that are shown on any screen."""

PAINT_FAULTS = 30
PAINT_FAULTS_WITHIN = 5.0
"""So many of them in so many seconds, and there is no screen to go on with: the next paint fails as this one did."""

_PAINTING = frozenset({"_refresh_layout", "_compositor_refresh", "_display", "_on_timer_update"})
"""Functions of Textual's in whose trace an error is one of painting."""


class Faults:
    """How many there were, and how fast. ``log_place`` is what to tell the user about where to look."""

    def __init__(self, log_place: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self.count = 0
        self.log_place = log_place
        self._clock = clock
        self._lately: deque[float] = deque(maxlen=UNHURRIED)
        self._painting: deque[float] = deque(maxlen=PAINT_FAULTS)

    def take(self, where: str, error: BaseException) -> None:
        """One more: into the log, and by its handler onto the screen."""
        self.count += 1
        self._lately.append(self._clock())
        if is_of_painting(error.__traceback__):
            self._painting.append(self._clock())
        _log.error("%s: unexpected %s", where, type(error).__name__, exc_info=error)

    @property
    def pause(self) -> float:
        """How long whoever caused the last one has to wait."""
        is_fast = len(self._lately) == UNHURRIED and self._clock() - self._lately[0] < 1.0
        return FAULT_PAUSE if is_fast else 0.0

    @property
    def is_hopeless(self) -> bool:
        """Whether nothing can be painted any more."""
        if len(self._painting) < PAINT_FAULTS:
            return False
        return self._clock() - self._painting[0] < PAINT_FAULTS_WITHIN

    def words(self, what: str, room: int = 0) -> str:
        """What to tell the user, in one line, of at most ``room`` characters if it can be: the place gives way."""
        said, place = escaped(what), self.log_place
        if not place:
            return said
        if 0 < room < len(said) + 2 + len(place):
            kind, _, path = place.partition(" ")
            place = f"{kind} …{path[-max(MIN_PLACE, room - len(said) - len(kind) - 4) :]}"
        return f"{said}; {place}"


def is_of_painting(trace: TracebackType | None) -> bool:
    while trace is not None:
        if trace.tb_frame.f_code.co_name in _PAINTING:
            return True
        trace = trace.tb_next
    return False


def is_asked_to_end(error: BaseException) -> bool:
    """Whether an error is a cancellation that was meant for this task, and not that of something it waited for."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and (task is None or task.cancelling() > 0)


class Guarded(MessagePump):
    """Whatever one message does to it, it hears the next."""

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except (Exception, asyncio.CancelledError) as error:
            app = self.app
            if not isinstance(app, FaultTolerantApp) or is_asked_to_end(error):
                raise
            app.fault(f"{type(self).__name__}, {message.handler_name}", error)
            if isinstance(message, Compose | Mount) and isinstance(self, Screen):
                app.abandon_screen(self)
            if app.faults.pause:
                await asyncio.sleep(app.faults.pause)


class FaultTolerantApp(Guarded, App[str]):
    """Goes on after any error of its screens' handlers, workers and timers; ends, with a line and status 1, when a
    part dies that it has no other of, or nothing can be painted."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__()
        self.faults = faults or Faults()

    def fault(self, where: str, error: BaseException) -> None:
        """Something failed, and the rest goes on."""
        self.faults.take(where, error)
        if self.faults.is_hopeless:
            self._give_up()

    def abandon_screen(self, screen: Screen[Any]) -> None:
        """A screen could not be put together: without the main one there is nothing to show."""
        if isinstance(screen, ModalScreen):
            screen.dismiss()
        else:
            self._give_up()

    def _give_up(self) -> None:
        """Raises nothing, and needs nothing of what may be broken."""
        if not self._exit:
            self.exit(self.faults.words("it ended: an unexpected error"), return_code=1)
            self._close_messages_no_wait()

    def _handle_exception(self, error: Exception) -> None:
        """What Textual itself caught: in a worker, a timer, a callback, a layout, a paint; or in a widget of its own,
        which hears nothing after it."""
        pump = active_message_pump.get(None)
        cause = error.error if isinstance(error, WorkerFailed) else error
        self.fault(type(pump).__name__, cause)
        if not isinstance(pump, Guarded) or not self.is_running:
            self._give_up()


def report_fault(node: DOMNode, where: str, error: BaseException) -> None:
    """Something of ``node`` failed, and the rest goes on; without an application that bears it, it is raised."""
    app = node.app
    if not isinstance(app, FaultTolerantApp):
        raise error
    app.fault(where, error)


def run_each(node: DOMNode, what: str, *steps: Callable[[], object]) -> None:
    """Take all the steps: one that fails is a fault of ``what``, and keeps none of the others from being taken."""
    for step in steps:
        try:
            step()
        except Exception as error:
            report_fault(node, what, error)


def make_each(
    on_fault: Callable[[str, Exception], object], what: str, make: Callable[[T], R], things: Iterable[T]
) -> list[R]:
    """What ``make`` makes of each; what nothing can be made of is left out, and is a fault of ``what``."""
    found = []
    for thing in things:
        try:
            found.append(make(thing))
        except Exception as error:
            on_fault(what, error)
    return found


def run_in_background(
    node: DOMNode, what: str, work: Callable[[], Awaitable[object]], *, group: str = "default", exclusive: bool = False
) -> None:
    """Begin ``work`` as a worker of ``node``; what it raises is a fault of ``what``. An exclusive one takes the place
    of those of its group."""

    async def run() -> None:
        try:
            await work()
        except (Exception, asyncio.CancelledError) as error:
            if is_asked_to_end(error):
                raise
            report_fault(node, what, error)

    _: Worker[None] = node.run_worker(run, name=what, group=group, exclusive=exclusive)


class ScreenLogHandler(logging.Handler):
    """Shows what the program's parts log as errors, the same once in a while. ``say`` may be called by any thread."""

    def __init__(self, say: Callable[[str], object], clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(logging.ERROR)
        self._say = say
        self._clock = clock
        self._said: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        try:
            words = record.getMessage()
            now = self._clock()
            self._said = {said: at for said, at in self._said.items() if now - at < REPEATED_AFTER}
            if words not in self._said and len(self._said) < MAX_SAID:
                self._said[words] = now
                self._say(words)
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say nothing: standard error is the user's screen."""
