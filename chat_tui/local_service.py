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

from chat_tui.private_files import check_private, open_private, private_directory, read_private, replace_private
from chat_tui.protocol import PROTOCOL
from chat_tui.protocol.defaults import TOKEN_LIFETIME
from chat_tui.protocol.proof import MAX_HEAD, WITHIN, Challenge, Impostor, Prover, tls_context
from chat_tui.protocol.service_file import LOCK, LOG, MAX_FILE, SERVICE_FILE, ServiceFile
from chat_tui.protocol.tokens import encode_token

START_WITHIN = 10.0
"""Seconds a service may take until it answers."""

_POLL = 0.01

_SECRETS = ("CHAT_TUI_TOKEN", "CHAT_TUI_TOKEN_URL")


class LocalServiceError(Exception):
    """There is no local service and none could be started; the message says why, and the remedy."""


class LocalService(ServiceFile, frozen=True):
    """A running service, and tokens for it."""

    def token_for(self, identity: str, lifetime: int = TOKEN_LIFETIME) -> str:
        """An access token for ``identity``; ``lifetime`` in seconds."""
        return encode_token(
            account_sid=self.account_sid,
            key_sid=self.api_key_sid,
            key_secret=self.api_key_secret,
            identity=identity,
            service_sid=self.service_sid,
            lifetime=lifetime,
        )

    def challenge(self) -> Challenge:
        """A question that only this service can answer, for whoever is about to tell it a secret."""
        return Prover(self.instance, self.proof_key).challenge()


def find(data: Path) -> LocalService | None:
    """The service that runs on ``data``: it holds the lock, and proves itself (guarantees, Local service 1). Raises
    LocalServiceError for one that this program cannot speak to, OSError."""
    instance = _holder(data)
    if instance is None:
        return None
    try:
        found = msgspec.json.decode(read_private(data / SERVICE_FILE, MAX_FILE), type=LocalService)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    if found.protocol != PROTOCOL:
        raise LocalServiceError(
            f"the service on {data} (pid {found.pid}, version {found.version}) speaks protocol {found.protocol}, "
            f"this program {PROTOCOL}: stop it, or run the version it belongs to"
        )
    return found if found.instance == instance and _proves_itself(found) else None


def _holder(data: Path) -> str | None:
    """Which run of a service holds the lock; ``None`` when none does."""
    try:
        lock = open_private(data / LOCK, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(lock, 64, 0).decode(errors="replace")
    finally:
        os.close(lock)
    return None


def _proves_itself(service: LocalService) -> bool:
    address = urlsplit(service.url)
    challenge = service.challenge()
    deadline = time.monotonic() + WITHIN
    try:
        plain = socket.create_connection((address.hostname or "", address.port or 0), timeout=WITHIN)
        with plain, tls_context().wrap_socket(plain) if address.scheme == "https" else plain as connection:
            connection.sendall(challenge.request)
            challenge.check_head(_head(connection, deadline), connection.getpeername())
    except (OSError, ValueError, Impostor):
        return False
    return True


def _head(connection: socket.socket, deadline: float) -> bytes:
    """What is answered, up to its first empty line; less when it is too long or too slow."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < MAX_HEAD and (left := deadline - time.monotonic()) > 0:
        connection.settimeout(left)
        more = connection.recv(MAX_HEAD)
        if not more:
            break
        head += more
    return head


def attach(
    data: Path, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
) -> LocalService:
    """The running service, started if there is none. Whoever loses a race to start one waits for the winner's
    (guarantees, Local service 3).

    Raises LocalServiceError when none answers within 10 s, or none can be started.
    """
    try:
        return _attach(private_directory(data, mark=LOCK), clock, sleep)
    except OSError as error:
        words = str(error) if error.strerror == str(error) else f"{error.filename or data}: {error.strerror}"
        raise LocalServiceError(words) from None


def _attach(data: Path, clock: Callable[[], float], sleep: Callable[[float], None]) -> LocalService:
    deadline = clock() + START_WITHIN
    starter: subprocess.Popen[bytes] | None = None
    said_before = 0
    while True:
        found = find(data)
        if found is not None:
            return found
        is_held = _holder(data) is not None
        if not is_held and starter is not None and starter.poll():
            raise LocalServiceError(f"the local service did not start: {_last_words(data, said_before)}")
        if not is_held and (starter is None or starter.poll() == 0):
            said_before = (data / LOG).stat().st_size if check_private(data / LOG) else 0
            starter = _start(data)
        if clock() > deadline:
            raise LocalServiceError(f"the local service on {data} does not answer: see {data / LOG}")
        sleep(_POLL)


def _start(data: Path) -> subprocess.Popen[bytes]:
    """With ``-P``: what lies in the directory must not be taken for a module."""
    command = [sys.executable, "-P", "-m", "chat_tui.cli", "serve", "--data", str(data), "--on-demand"]
    with os.fdopen(open_private(data / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=data,
            env=environment_for_children(),
        )


def environment_for_children() -> dict[str, str]:
    """This process's own, without what is secret, which a child would keep for as long as it runs."""
    return {name: value for name, value in os.environ.items() if name not in _SECRETS}


def _last_words(data: Path, said_before: int) -> str:
    """What the service said last, in a log that had so many bytes before. Raises OSError when the disk is what keeps it
    from saying anything."""
    with os.fdopen(open_private(data / LOG, os.O_RDONLY), "rb") as log:
        size = log.seek(0, os.SEEK_END)
        log.seek(max(size - MAX_HEAD, said_before if said_before <= size else 0))
        lines = log.read().decode(errors="replace").strip().splitlines()
    if not lines:
        replace_private(data / f"{LOG}.probe", bytes(MAX_HEAD))
        (data / f"{LOG}.probe").unlink()
    return lines[-1].removeprefix("Error: ") if lines else f"see {data / LOG}"
