"""Finds the local service of a data directory, or starts one as a process of its own."""

import fcntl
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from chat_tui.protocol import PROTOCOL
from chat_tui.protocol.service_file import ServiceFile
from chat_tui.protocol.tokens import DEFAULT_LIFETIME, encode_token

START_WITHIN = 10.0
"""Seconds a service may take until it answers."""

_POLL = 0.01


class LocalServiceError(Exception):
    """There is no local service and none could be started; the message says why, and the remedy."""


class LocalService(ServiceFile, frozen=True):
    """A running service, and tokens for it."""

    def token_for(self, identity: str, lifetime: int = DEFAULT_LIFETIME) -> str:
        """An access token for ``identity``; ``lifetime`` in seconds."""
        return encode_token(
            account_sid=self.account_sid,
            key_sid=self.api_key_sid,
            key_secret=self.api_key_secret,
            identity=identity,
            service_sid=self.service_sid,
            lifetime=lifetime,
        )


def find(data: Path) -> LocalService | None:
    """The service that runs on ``data``: it holds the lock and answers (guarantees, "The local service")."""
    if not _is_locked(data):
        return None
    try:
        found = msgspec.json.decode((data / "service.json").read_bytes(), type=LocalService)
    except (OSError, msgspec.DecodeError):
        return None
    if found.protocol != PROTOCOL:
        raise LocalServiceError(
            f"the service on {data} (pid {found.pid}, version {found.version}) speaks protocol {found.protocol}, "
            f"this program {PROTOCOL}: stop it, or run the version it belongs to"
        )
    return found if _answers(found.url) else None


def _is_locked(data: Path) -> bool:
    try:
        lock = (data / "service.lock").open("r")
    except FileNotFoundError:
        return False
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _answers(url: str) -> bool:
    address = urlsplit(url)
    try:
        with socket.create_connection((address.hostname or "", address.port or 0), timeout=1.0) as connection:
            if address.scheme == "https":
                return True
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(12) == b"HTTP/1.1 200"
    except OSError:
        return False


def attach(
    data: Path, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
) -> LocalService:
    """The running service, started if there is none. Whoever loses a race to start one waits for the winner's.

    Raises LocalServiceError when none answers within 10 s.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    deadline = clock() + START_WITHIN
    starter: subprocess.Popen[bytes] | None = None
    while True:
        found = find(data)
        if found is not None:
            return found
        if starter is None and not _is_locked(data):
            starter = _start(data)
        elif starter is not None and starter.poll() not in (None, 2) and not _is_locked(data):
            raise LocalServiceError(f"the local service did not start: {_last_words(data)}")
        if clock() > deadline:
            raise LocalServiceError(f"the local service on {data} does not answer: see {data / 'service.log'}")
        sleep(_POLL)


def _start(data: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "chat_tui.cli", "serve", "--data", str(data), "--on-demand"]
    with os.fdopen(os.open(data / "service.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=data
        )


def _last_words(data: Path) -> str:
    lines = (data / "service.log").read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"see {data / 'service.log'}"
