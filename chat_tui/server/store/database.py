"""Opening the SQLite file: settings that keep an acknowledged row on disk, and numbered migrations."""

from pathlib import Path

import apsw

MIGRATIONS = Path(__file__).with_name("migrations")


class DatabaseTooNew(Exception):
    """The file was written by a newer program."""


def connect(path: Path, *, synchronous: str = "FULL", vfs: str | None = None) -> apsw.Connection:
    """A connection that may write. WAL with ``synchronous=FULL``: a commit that returned survives a power cut.
    ``vfs``: SQLite's name of a file system to use instead of the machine's."""
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
    """Apply the migrations that are missing, in one transaction. Raises DatabaseTooNew for a later file."""
    done = int(connection.pragma("user_version") or 0)
    scripts = sorted(MIGRATIONS.glob("*.sql"))
    latest = int(scripts[-1].name.split("_")[0])
    if done > latest:
        raise DatabaseTooNew(f"the data file has version {done}, this program knows up to {latest}: upgrade chat-tui")
    if done == latest:
        return
    with connection:
        for script in scripts:
            if int(script.name.split("_")[0]) > done:
                connection.execute(script.read_text(encoding="utf-8"))
        connection.execute(f"PRAGMA user_version={latest}")
