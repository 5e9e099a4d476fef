"""A pty whose bytes are timed and counted, not drawn: drawing would cost more than what is measured."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

COLUMNS, ROWS = 120, 40


class RawTerminal:
    def __init__(self, *command: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"},
        )
        os.close(slave)
        self.bytes = 0
        self._unseen = b""

    def read(self, timeout: float) -> bytes:
        ready, _, _ = select.select([self._master], [], [], timeout)
        if not ready:
            return b""
        try:
            data = os.read(self._master, 1 << 20)
        except OSError:
            return b""
        self.bytes += len(data)
        self._unseen = self._unseen[-1_000_000:] + data
        return data

    def drain(self, seconds: float) -> int:
        """Bytes written within ``seconds``."""
        before, end = self.bytes, time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)
        self._unseen = b""
        return self.bytes - before

    def write(self, text: str) -> None:
        os.write(self._master, text.encode())

    def until(self, *wanted: bytes, within: float = 20.0) -> float:
        """Seconds until every one of ``wanted`` was written. Raises TimeoutError."""
        began, missing = time.monotonic(), set(wanted)
        while True:
            missing = {words for words in missing if words not in self._unseen}
            if not missing:
                self._unseen = b""
                return time.monotonic() - began
            if time.monotonic() - began > within:
                raise TimeoutError(f"{missing} was not written: {self._unseen[-400:]!r}")
            self.read(0.2)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)


BARE = """
from textual.app import App
from textual.widgets import TextArea

class Bare(App):
    def compose(self):
        yield TextArea()

Bare().run()
"""


def bare() -> RawTerminal:
    return RawTerminal(sys.executable, "-c", BARE)


def client(data: Path, identity: str = "alice") -> RawTerminal:
    return RawTerminal(sys.executable, "-m", "chat_tui.cli", "--data", str(data), "--identity", identity)
