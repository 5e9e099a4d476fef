"""Opening the SQLite file: settings that keep an acknowledged row on disk, numbered migrations, and a look at whether
the file is whole."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import apsw

MIGRATIONS = Path(__file__).with_name("migrations")

CHECK_WITHIN = 0.25
"""Seconds that the look at a whole file may take; damage in what is not seen by then is found when it is read."""

_STEPS_UNWATCHED = 20_000
"""SQLite's virtual machine makes so many steps between two looks at the time."""

_LOG_HEAD, _FRAME_HEAD = 32, 24
"""Bytes in front of the file of changes, and in front of each page in it."""

TABLES = frozenset({"accounts", "services", "users", "channels", "members", "messages", "leases", "sync_events"})
"""By which a file of this program's is known."""


class DatabaseUnusable(Exception):
    """The file cannot be opened, or not be trusted; the message says why, and the remedy."""


class DatabaseTooNew(DatabaseUnusable):
    """The file was written by a newer program."""


def connect(path: Path, *, synchronous: str = "FULL", vfs: str | None = None) -> apsw.Connection:
    """A connection that may write. WAL with ``synchronous=FULL``: a commit that returned survives a power cut
    (guarantees, Send 6). ``vfs``: SQLite's name of a file system to use instead of the machine's."""
    connection = apsw.Connection(str(path), vfs=vfs)
    connection.set_busy_timeout(5000)
    for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def connect_reader(path: Path, *, vfs: str | None = None) -> apsw.Connection:
    """A connection that can only read."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY, vfs=vfs)
    connection.set_busy_timeout(5000)
    connection.execute("PRAGMA query_only=ON")
    return connection


def migrate(connection: apsw.Connection) -> None:
    """Apply the migrations that are missing, in one transaction. Raises DatabaseTooNew for a later file,
    DatabaseUnusable for one of another program."""
    done = int(connection.pragma("user_version") or 0)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    scripts = sorted(MIGRATIONS.glob("*.sql"))
    latest = int(scripts[-1].name.split("_")[0])
    if done > latest:
        raise DatabaseTooNew(f"the data file has version {done}, this program knows up to {latest}: upgrade chat-tui")
    if done < 0 or (tables and not tables >= TABLES) or (tables and not done):
        raise DatabaseUnusable("is a database of another program, or of a part of this one's: move it away")
    if done == latest:
        return
    with connection:
        for script in scripts:
            if int(script.name.split("_")[0]) > done:
                connection.execute(script.read_text(encoding="utf-8"))
        connection.execute(f"PRAGMA user_version={latest}")


def log_bytes(connection: apsw.Connection) -> int:
    """How many bytes the file of changes must have that SQLite believes to be in it."""
    frames, _ = connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_NOOP)
    return _LOG_HEAD + frames * (int(connection.pragma("page_size")) + _FRAME_HEAD) if frames > 0 else 0


def check(connection: apsw.Connection, within: float = CHECK_WITHIN) -> None:
    """Look at the file's pages for as long as it may take. Raises DatabaseUnusable for one that is damaged."""
    until = time.monotonic() + within
    connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS_UNWATCHED)
    try:
        found = connection.execute("PRAGMA quick_check(1)").get
    except apsw.InterruptError:
        return
    finally:
        connection.set_progress_handler(None)
    if found != "ok":
        first = str(found).splitlines()[-1]
        raise DatabaseUnusable(f"is damaged ({first}): {_REMEDY}")


_REMEDY = "restore it from a copy, without the -wal and -shm files beside it, or move it away to begin anew"


@contextlib.contextmanager
def opening(path: Path) -> Iterator[None]:
    """What SQLite has against the file is a DatabaseUnusable in words."""
    try:
        yield
    except DatabaseTooNew:
        raise
    except DatabaseUnusable as error:
        raise DatabaseUnusable(f"{path} {error}") from None
    except apsw.NotADBError:
        raise DatabaseUnusable(f"{path} is no database, or its beginning is damaged: {_REMEDY}") from None
    except (apsw.CorruptError, apsw.SQLError, apsw.FormatError) as error:
        raise DatabaseUnusable(f"{path} is damaged ({error}): {_REMEDY}") from None
    except (apsw.BusyError, apsw.LockedError, apsw.ProtocolError):
        raise DatabaseUnusable(f"{path} is in use by another program: end that one first") from None
    except apsw.Error as error:
        raise DatabaseUnusable(f"{path} cannot be used: {error}") from None
