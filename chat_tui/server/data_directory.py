"""The data directory of one service: the lock that makes it the only one, its credentials, and ``service.json``, which
tells clients where it is."""

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from chat_tui import __version__, logs
from chat_tui.private_files import check_private, open_private, private_directory, read_private, replace_private, tidy
from chat_tui.protocol import PROTOCOL
from chat_tui.protocol.defaults import MAX_PORT
from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.proof import Prover
from chat_tui.protocol.service_file import LOCK, LOG, MAX_FILE, SERVICE_FILE, ServiceFile
from chat_tui.protocol.sids import Kind, new_sid

DATABASE = "chat.db"
SECRETS_KEY = "secrets.key"
CREDENTIALS = "credentials.json"

_FILES = (
    *(
        LOCK,
        SERVICE_FILE,
        CREDENTIALS,
        SECRETS_KEY,
        LOG,
        *(f"{LOG}.{number}" for number in range(1, logs.KEPT_FILES + 1)),
    ),
    *(DATABASE + suffix for suffix in ("", "-wal", "-shm", "-journal")),
)

_TRIES = 20
_PAUSE = 0.01
"""Clients that look whether the lock is held hold it themselves for a moment: so often it is tried, so many seconds
apart."""


class CannotServe(Exception):
    """The service cannot start; the message says why, and the remedy."""


class AlreadyServed(CannotServe):
    """Another service has the directory."""


class Credentials(msgspec.Struct):
    """What opens the local service, kept for good in ``credentials.json`` (0600)."""

    account_sid: str
    auth_token: str
    api_key_sid: str
    api_key_secret: str
    service_sid: str = ""
    port: Annotated[int, Meta(ge=0, le=MAX_PORT)] = 0
    """The last port, which is used again when it is free."""

    def __repr__(self) -> str:
        return f"Credentials(account_sid={self.account_sid!r})"


class DataDirectory:
    """Held by this process, through the descriptor ``lock``. ``prover`` answers clients that ask whether this is the
    service of the directory."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock
        self.prover = Prover(secrets.token_hex(16), secrets.token_hex(32))
        self._kept = b""
        self._announced = b""

    def is_taken(self) -> bool:
        """Whether another service may have what is at the path now: the lock there is not the one that is held. A
        directory that is gone for the moment is nobody's."""
        try:
            return not os.path.samestat(os.fstat(self._lock), os.lstat(self.path / LOCK))
        except FileNotFoundError:
            return self.path.exists()

    def has_credentials(self) -> bool:
        return check_private(self.path / CREDENTIALS)

    def credentials(self) -> Credentials:
        """Those of the first start, which makes them. Raises CannotServe, OSError."""
        path = self.path / CREDENTIALS
        try:
            self._kept = read_private(path, MAX_FILE)
            return msgspec.json.decode(self._kept, type=Credentials)
        except FileNotFoundError:
            pass
        except msgspec.DecodeError as error:
            raise CannotServe(f"{path}: {error}; restore it from a backup, or move {self.path} away") from None
        made = Credentials(new_sid(Kind.ACCOUNT), secrets.token_hex(16), new_sid(Kind.KEY), secrets.token_urlsafe(32))
        self.keep(made)
        return made

    def keep(self, credentials: Credentials) -> None:
        """Write them down, unless they are there as they are. Raises OSError."""
        content = _readable(credentials)
        if content != self._kept:
            replace_private(self.path / CREDENTIALS, content)
            self._kept = content

    def announce(self, url: str, credentials: Credentials) -> None:
        """Tell clients where the service is; whoever reads this must be answered (guarantees, Local service 2)."""
        running = ServiceFile(
            url=url,
            account_sid=credentials.account_sid,
            auth_token=credentials.auth_token,
            service_sid=credentials.service_sid,
            api_key_sid=credentials.api_key_sid,
            api_key_secret=credentials.api_key_secret,
            pid=os.getpid(),
            version=__version__,
            protocol=PROTOCOL,
            instance=self.prover.instance,
            proof_key=self.prover.key,
        )
        self._announced = _readable(running)
        replace_private(self.path / SERVICE_FILE, self._announced, durable=False)

    def withdraw(self) -> None:
        """Send nobody here any more. What is no word of ours is left: the directory may have been exchanged."""
        path = self.path / SERVICE_FILE
        with contextlib.suppress(OSError):  # then it is nothing that anybody would believe
            if read_private(path, MAX_FILE) == self._announced:
                path.unlink()


def _readable(content: object) -> bytes:
    return msgspec.json.format(to_json(content), indent=2) + b"\n"


@contextlib.contextmanager
def locked_directory(path: Path) -> Iterator[DataDirectory]:
    """The directory, made when missing, which is this process's until the end of the block. What an earlier service
    said of its whereabouts is gone before anything else is done. Raises CannotServe."""
    with as_cannot_serve(path):
        path = private_directory(path, mark=LOCK)
        lock = _take_lock(path)
    try:
        held = DataDirectory(path, lock)
        with as_cannot_serve(path):
            (path / SERVICE_FILE).unlink(missing_ok=True)
            tidy(path)
            for name in _FILES:
                if check_private(path / name):
                    os.close(open_private(path / name, os.O_RDONLY))
            os.ftruncate(lock, 0)
            os.pwrite(lock, held.prover.instance.encode(), 0)
        yield held
    finally:
        os.close(lock)


@contextlib.contextmanager
def as_cannot_serve(path: Path) -> Iterator[None]:
    """What the machine has against a file at the start is a CannotServe."""
    try:
        yield
    except OSError as error:
        place = error.filename or path
        raise CannotServe(str(error) if error.strerror == str(error) else f"{place}: {error.strerror}") from None


def _take_lock(path: Path) -> int:
    """The lock, on the file that has its name now. Raises AlreadyServed naming the pid that holds it."""
    for _ in range(_TRIES):
        descriptor = open_private(path / LOCK, os.O_RDWR | os.O_CREAT)
        with contextlib.suppress(BlockingIOError, FileNotFoundError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), os.lstat(path / LOCK)):
                return descriptor
        os.close(descriptor)
        time.sleep(_PAUSE)
    raise AlreadyServed(f"{path} is served already, by {_holder(path)}: stop that one first")


def _holder(path: Path) -> str:
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return f"pid {msgspec.json.decode(read_private(path / SERVICE_FILE, MAX_FILE), type=ServiceFile).pid}"
    return "a process that is just starting"
