"""The terminal the program stands on, and what becomes of the program once it is gone.

It leans on how Textual 8.2.8 drives one (`LinuxDriver`): its reader spins at the end of input, and ends the program at
the first byte that is no UTF-8 or sequence that is no key; its writer dies of the first write that fails, and what is
written after that blocks the program for ever.
"""

import contextlib
import errno
import logging
import os
import select
import selectors
import threading
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable
from functools import partial
from typing import IO, Any, cast

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

EXIT_WITHIN = 1.5
"""Seconds the program has to end in good order once nobody can see it; what is not sent is on disk before."""

EXIT_TERMINAL_GONE = 128 + 1
"""The exit status of a program that lost its terminal, as after SIGHUP."""

READ_EVERY, READ_AT_ONCE = 0.1, 4096
"""Seconds after which a lone escape is looked at again; bytes."""

_LOST = (errno.EIO, errno.ENXIO, errno.EPIPE, errno.EBADF)

_log = logging.getLogger(__name__)


class TerminalOutput:
    """``file``, whose writer outlives it: ``on_lost`` hears of the terminal that is not there any more."""

    def __init__(self, file: IO[str], on_lost: Callable[[], None]) -> None:
        self._file = file
        self._on_lost = on_lost

    def fileno(self) -> int:
        return self._file.fileno()

    def write(self, text: str) -> None:
        try:
            self._file.write(text)
        except OSError as error:
            self._failed(error)

    def flush(self) -> None:
        try:
            self._file.flush()
        except OSError as error:
            self._failed(error)

    def _failed(self, error: OSError) -> None:
        if error.errno in _LOST:
            self._on_lost()


class WatchedDriver(LinuxDriver):
    """Ends the application when its terminal is gone, and the process if that takes too long."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        if self._file is not None:
            self._file = cast(Any, TerminalOutput(self._file, self.lost))  # all of it that Textual calls
        self._once = threading.Lock()
        self._parser = XTermParser(self._debug)
        threading.Thread(target=self._watch, name="terminal", daemon=True).start()

    def _watch(self) -> None:
        """Costs nothing until then: no event is asked for, and a hang-up is always told."""
        poller = select.poll()
        poller.register(self.fileno, 0)
        while True:
            if any(mask & select.POLLHUP for _, mask in poller.poll()):
                return self.lost()
            time.sleep(1.0)  # something else than a hang-up, which may last

    def run_input_thread(self) -> None:
        """Until the end. What cannot be understood is left out."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(READ_EVERY):
                    for character in decode(self._read()):  # one by one: what fails takes nothing along
                        self._take(self._parser.feed(character))
                self._take(self._parser.tick())

    def _take(self, events: Iterable[Message]) -> None:
        """``events``: of the parser, and made while they are taken."""
        try:
            for event in events:
                self.process_message(event)
        except Exception as error:
            _log.warning("what the terminal sent was left out: %s", type(error).__name__)
            self._parser = XTermParser(self._debug)  # one that failed goes on with nothing

    def _read(self) -> bytes:
        try:
            data = os.read(self.fileno, READ_AT_ONCE)
        except BlockingIOError:
            return b""  # somebody else was faster
        except OSError:
            data = b""
        if not data:
            self.lost()
        return data

    def lost(self) -> None:
        """From any thread, and as often as it is noticed."""
        if not self._once.acquire(blocking=False):
            return
        _log.warning("the terminal is gone")
        self.exit_event.set()  # the reader would spin
        threading.Thread(target=_end_anyway, name="the end", daemon=True).start()
        with contextlib.suppress(RuntimeError):  # it has ended meanwhile
            self._loop.call_soon_threadsafe(partial(self._app.exit, return_code=EXIT_TERMINAL_GONE))


def _end_anyway() -> None:
    time.sleep(EXIT_WITHIN)
    os._exit(EXIT_TERMINAL_GONE)
