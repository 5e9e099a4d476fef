"""What both programs' logs have in common: lines that are safe to show, paced, and files that rotate."""

import logging
import os
import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from chat_tui.private_files import make_directory, open_private

MAX_BYTES = 1024 * 1024
KEPT_FILES = 3
"""Rotated files beside the one that is written, ``.1`` the newest."""

MAX_LOG_LINE = 2000
MAX_TRACE = 200
"""Characters of a line, lines of a traceback: what one happening may take."""

BURST = 50
PER_SECOND = 1.0
"""Lines from one place in the program: so many at once, and so many a second after that."""

_PLAIN = re.compile(r"[\x20-\x7e]*")
_SECRETS = re.compile(
    r"\bey[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"  # a token
    r"|\b(?:[Bb]asic|[Bb]earer)\s+[\w+/=.~-]+"
    r"|(?<![\w-])[0-9a-f]{32}(?![\w-])"  # an auth token; a SID has two letters in front
    r"|(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{43}(?![\w-])",  # the secret of an API key
    re.ASCII,
)


def escaped(text: str) -> str:
    """``text`` on one line of bounded length, without what a terminal obeys (controls, bidi marks) or a secret."""
    if len(text) > MAX_LOG_LINE:
        text = text[:MAX_LOG_LINE] + "…"
    if not _PLAIN.fullmatch(text):
        text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return _SECRETS.sub("***", text)


class LineFormatter(logging.Formatter):
    """One line per happening; ``fields`` are the extras that may be shown. The lines of a traceback stand behind a
    bar, so that no message can pass for a line of the log."""

    def __init__(self, fields: Iterable[str] = ()) -> None:
        super().__init__()
        self._fields = tuple(fields)

    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        fields = "".join(f" {name}={getattr(record, name)}" for name in self._fields if hasattr(record, name))
        left_out = getattr(record, "left_out", 0)
        more = f" ({left_out} more like it were left out)" if left_out else ""
        line = f"{stamp}Z {record.levelname.lower():7} {escaped(record.getMessage() + fields)}{more}"
        if not record.exc_info:
            return line
        trace = self.formatException(record.exc_info).split("\n")
        if len(trace) > MAX_TRACE:
            trace[MAX_TRACE // 2 : -MAX_TRACE // 2] = ["…"]
        return "\n".join([line, *(f"  | {escaped(part)}" for part in trace)])


class Pace(logging.Filter):
    """Lets what one place says again and again pass at a bounded rate, and counts the rest: whoever repeats something
    cannot push everything else out of the log. Knows a place by its line of code, so it holds no more than that."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._left: dict[tuple[str, int], tuple[float, float]] = {}
        self._left_out: dict[tuple[str, int], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        place, now = (record.pathname, record.lineno), self._clock()
        left, since = self._left.get(place, (float(BURST), now))
        left = min(float(BURST), left + (now - since) * PER_SECOND)
        passes = left >= 1.0
        self._left[place] = (left - passes, now)
        if passes:
            record.left_out = self._left_out.pop(place, 0)
        else:
            self._left_out[place] = self._left_out.get(place, 0) + 1
        return passes


class RotatingFile(logging.Handler):
    """Appends to ``path`` (0600), of which `KEPT_FILES` older ones stay. A disk that takes nothing costs lines, not the
    program. (`logging.handlers` would bring ``pickle`` to every start.)"""

    def __init__(self, path: Path, *, max_bytes: int = MAX_BYTES, kept: int = KEPT_FILES) -> None:
        """Raises OSError when ``path`` cannot be written, or is no plain file."""
        super().__init__()
        self._path = path
        self._max_bytes = max_bytes
        self._kept = kept
        self._descriptor = _open(path)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = (self.format(record) + "\n").encode(errors="backslashreplace")
            if 0 < os.fstat(self._descriptor).st_size > self._max_bytes - len(line):
                self._rotate()
            os.write(self._descriptor, line)
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say nothing: standard error may be the user's screen."""

    def _rotate(self) -> None:
        names = [self._path, *(_numbered(self._path, number) for number in range(1, self._kept + 1))]
        for newer, older in reversed(list(pairwise(names))):
            with suppress(FileNotFoundError):  # not rotated so often yet, or somebody else tidied up
                newer.replace(older)
        fresh = _open(self._path)
        os.close(self._descriptor)
        self._descriptor = fresh

    def close(self) -> None:
        self.acquire()
        try:
            if self._descriptor >= 0:
                os.close(self._descriptor)
            self._descriptor = -1
        finally:
            self.release()
        super().close()


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _open(path: Path) -> int:
    return open_private(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def configure_file(path: Path, level: str = "info", *, fields: Iterable[str] = ()) -> None:
    """Log to ``path``, and nowhere else, from ``level`` up. Directories are made (0700). Raises OSError."""
    make_directory(path.parent)
    use(RotatingFile(path), level, fields=fields)


def use(handler: logging.Handler, level: str, *, fields: Iterable[str] = ()) -> None:
    """Make ``handler`` the only one. Libraries say only what is wrong: their details hold headers and addresses."""
    handler.setFormatter(LineFormatter(fields))
    handler.addFilter(Pace())
    root = logging.getLogger()
    before, root.handlers[:] = root.handlers[:], [handler]
    for old in before:
        if isinstance(old, RotatingFile):
            old.close()
    root.setLevel(level.upper())
    for library in ("uvicorn", "uvicorn.access", "httpx", "httpcore", "websockets"):
        logging.getLogger(library).setLevel(logging.WARNING)
