"""Opens the demo for a viewer: a directory of its own, the cast in the background, and nothing left behind."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from chat_tui.local_service import environment_for_children
from chat_tui.private_files import open_private

ENDS_WITHIN = 5.0
"""Seconds."""


class Theatre(msgspec.Struct):
    """``data`` is the throw-away service's directory."""

    data: Path
    process: "subprocess.Popen[bytes]"

    def wait_until_ready(self) -> str | None:
        """Until everybody has their part; what to say when the curtain does not rise."""
        assert self.process.stdout is not None
        if self.process.stdout.readline().strip() == b"ready":
            return None
        return f"the demo did not start: see {self.data / 'cast.log'}"


@contextlib.contextmanager
def open_theatre(viewer: str, seed: int) -> Iterator[Theatre]:
    """The cast plays as long as this lasts; it also ends by itself when this process dies."""
    data = Path(tempfile.mkdtemp(prefix="chat-tui-demo-"))
    with os.fdopen(open_private(data / "cast.log", os.O_WRONLY | os.O_CREAT), "wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
            [sys.executable, "-P", "-m", "chat_tui.demo", str(data), viewer, str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            env=environment_for_children(),
        )
    try:
        yield Theatre(data, process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(ENDS_WITHIN)
        if process.poll() is None:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()
        if process.returncode == 0:
            shutil.rmtree(data, ignore_errors=True)
