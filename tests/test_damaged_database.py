"""A service that cannot start on its database says why in one line; so does the client that waits for it, at once."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from chat_tui.local_service import LocalServiceError, attach
from tests.support.service import ServiceProcess


def newer(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def garbage(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\0" * 100)


def half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 8192 * 4096)


def noise(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"noise" * 4000)


@pytest.mark.parametrize(
    ("harm", "words"),
    [(newer, "upgrade chat-tui"), (garbage, "is no database"), (half, "is damaged"), (noise, "is damaged")],
)
def test_what_is_wrong_with_the_database_is_said_in_one_line(
    harm: Callable[[Path], None], words: str, tmp_path: Path
) -> None:
    """With exit status 2, and to the waiting client well before it would give up."""
    data = tmp_path / "data"
    service = ServiceProcess(data, "--log-level", "warning")
    service.start()
    service.stop()
    harm(data / "chat.db")
    command = [sys.executable, "-m", "chat_tui.cli", "serve", "--log-level", "warning", "--data", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr
    began = time.monotonic()
    with pytest.raises(LocalServiceError, match=words):
        attach(data)
    assert time.monotonic() - began < 9
