"""A real terminal for a program under test: a pty, drawn by pyte, with every byte kept."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pyte

WITHIN = 15.0
"""Seconds something may take to appear."""

# What pyte does not know and would print: private modes with intermediates, and kitty's keyboard protocol.
_UNKNOWN = re.compile(rb"\x1b\[[<=>?][0-9;]*\$?[a-zA-Z]|\x1b\[[0-9;]*\$[a-zA-Z]|\x1b\[[0-9;]* q")
_MODES = re.compile(rb"\x1b\[\?(1049|25)[hl]")

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f7": "\x1b[18~",
    "f8": "\x1b[19~",
    "f9": "\x1b[20~",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
} | {f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"}


_open: "list[Terminal]" = []


class Window:
    """What a program has drawn; bytes may be cut anywhere."""

    def __init__(self, columns: int, rows: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._rest = b""

    def draw(self, data: bytes) -> None:
        data = self._rest + data
        cut = data.rfind(b"\x1b")
        # An escape sequence may be cut in two by the read.
        if cut >= 0 and len(data) - cut < 32 and not re.search(rb"[a-zA-Z~\\\x07]", data[cut + 2 :]):
            data, self._rest = data[:cut], data[cut:]
        else:
            self._rest = b""
        self._stream.feed(_UNKNOWN.sub(lambda found: found[0] if _MODES.fullmatch(found[0]) else b"", data))

    @property
    def text(self) -> str:
        """What is there; of a wide character that was half drawn over, nothing (pyte's own ``display`` fails on it)."""
        rows, columns = range(self.screen.lines), range(self.screen.columns)
        return "\n".join("".join(self.screen.buffer[y][x].data for x in columns).rstrip() for y in rows)


class Terminal:
    """One program in one terminal. ``raw`` is everything it wrote."""

    def __init__(
        self,
        *command: str,
        columns: int = 110,
        rows: int = 30,
        environment: dict[str, str] | None = None,
        is_told: bool = True,
    ):
        """``is_told``: the terminal is the program's own, so that a signal tells it of its end."""
        self._window = Window(columns, rows)
        self.raw = b""
        self._master, slave = pty.openpty()
        self._resize(columns, rows)
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_take_terminal if is_told else None,  # noqa: PLW1509 - no thread runs yet
            env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC", **(environment or {})},
        )
        os.close(slave)
        _open.append(self)

    def _resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns: int, rows: int) -> None:
        """As a person dragging the window's corner."""
        self._window.screen.resize(rows, columns)
        self._resize(columns, rows)
        os.killpg(self.process.pid, signal.SIGWINCH)

    # ---- output

    def pump(self, timeout: float = 0.05) -> bool:
        """Take in what the programs wrote, those in other terminals too: nobody's window stops being drawn because
        one looks at another. Returns whether there was anything here."""
        ready, _, _ = select.select([terminal._master for terminal in _open], [], [], timeout)
        took = {terminal: terminal._take() for terminal in list(_open) if terminal._master in ready}
        return took.get(self, False)

    def _take(self) -> bool:
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self.raw += data
        self._window.draw(data)
        return bool(data)

    @property
    def text(self) -> str:
        """What is there to be read."""
        return self._window.text

    def wait(self, is_there: Callable[[str], object], within: float = WITHIN, what: str = "") -> str:
        """Until the screen is as wanted. Raises AssertionError showing the screen otherwise."""
        deadline = time.monotonic() + within
        while True:
            if is_there(self.text):
                return self.text
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"{what or 'it'} did not appear within {within} s:\n{self.text}")
            self.pump(min(left, 0.2))
            if self.process.poll() is not None and not self.pump(0):
                if is_there(self.text):
                    return self.text
                raise AssertionError(f"the program ended with {self.process.returncode}:\n{self.text}")

    def see(self, *words: str, within: float = WITHIN) -> str:
        """Until all the words are on the screen."""
        return self.wait(lambda text: all(word in text for word in words), within, " and ".join(map(repr, words)))

    def lose(self, words: str, within: float = WITHIN) -> str:
        """Until the words are no longer there."""
        return self.wait(lambda text: words not in text, within, f"a screen without {words!r}")

    def line_with(self, words: str) -> str:
        """The first line that holds the words, or nothing."""
        return next((line for line in self.text.splitlines() if words in line), "")

    # ---- input

    def send(self, data: bytes) -> None:
        os.write(self._master, data)

    def type(self, text: str) -> None:
        self.send(text.encode())

    def press(self, *keys: str) -> None:
        for key in keys:
            self.type(KEYS[key])

    def say(self, text: str) -> None:
        """Write a message and send it."""
        self.type(text)
        self.press("enter")

    # ---- end

    def kill(self) -> None:
        """As the kernel would: no farewell."""
        self.process.kill()
        self.process.wait()

    def quit(self, within: float = 10.0) -> int:
        """By the program's own key."""
        self.press("ctrl+q")
        deadline = time.monotonic() + within
        while self.process.poll() is None and time.monotonic() < deadline:
            self.pump(0.05)
        return self.process.wait(timeout=1)

    def hang_up(self) -> None:
        """As the window's cross, or a connection that breaks."""
        _open.remove(self)
        os.close(self._master)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self in _open:
            _open.remove(self)
            os.close(self._master)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def chat_tui(
    data: Path, identity: str, *arguments: str, columns: int = 110, rows: int = 30, is_told: bool = True
) -> Terminal:
    """``chat-tui`` on a data directory of its own."""
    command = [sys.executable, "-m", "chat_tui.cli", "--data", str(data), "--identity", identity, *arguments]
    return Terminal(*command, columns=columns, rows=rows, is_told=is_told)
