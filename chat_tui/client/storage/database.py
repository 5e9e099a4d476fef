"""The file a client keeps: opened, checked, and set aside under another name when it is damaged, with what can still be
read of its outbox taken over (guarantees, Client 2). All of it blocks: it is for the disk's own thread."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chat_tui.private_files import private_database

if TYPE_CHECKING:
    import sqlite3  # imported in the disk's own thread, off the start path

_TABLES = {
    "outbox": """
CREATE TABLE IF NOT EXISTS outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    mutation_id TEXT NOT NULL UNIQUE,
    channel_sid TEXT NOT NULL,
    body TEXT NOT NULL,
    attributes TEXT NOT NULL,
    date_created TEXT NOT NULL,
    error TEXT
)""",
    "cache": """
CREATE TABLE IF NOT EXISTS cache (
    name TEXT PRIMARY KEY,
    sid TEXT NOT NULL,
    position INTEGER NOT NULL,
    data BLOB NOT NULL
) WITHOUT ROWID""",
    "quarantine": """
CREATE TABLE IF NOT EXISTS quarantine (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    content TEXT NOT NULL,
    reason TEXT NOT NULL
)""",
}
VERSION = 2
"""Of what the cache holds: one of another version is dropped, the outbox never is."""

COLUMNS = "mutation_id, channel_sid, body, attributes, date_created, error"

MAX_DAMAGED_FILES = 100
"""Damaged files of one name."""

_PROBES = (
    f"INSERT INTO outbox ({COLUMNS}) VALUES ('', '', '', '', '', NULL) "  # noqa: S608 - our own column names
    "ON CONFLICT (mutation_id) DO UPDATE SET error = excluded.error",
    "INSERT OR REPLACE INTO cache VALUES ('', '', 0, x'')",
    "INSERT INTO quarantine (content, reason) VALUES ('', '')",
)

_DAMAGE = (11, 26)  # SQLITE_CORRUPT, SQLITE_NOTADB

OnDamage = Callable[[str], None]


def connect(path: Path, on_damage: OnDamage) -> "sqlite3.Connection":
    """The file, or a new one in its place; a commit that returned survives a power cut. Raises OSError and
    sqlite3.Error when neither can be."""
    import sqlite3

    try:
        database = _connect(path, on_damage)
        (found,) = database.execute("PRAGMA quick_check('outbox')").fetchone()
        if found == "ok":
            return database
        database.close()
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        found = str(error)
    return replace_damaged(path, found, on_damage)


def is_damage(error: Exception) -> bool:
    """Whether the file is no database, or no whole one."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF in _DAMAGE


def replace_damaged(path: Path, reason: str, on_damage: OnDamage) -> "sqlite3.Connection":
    """A new file in the place of a damaged one, which stays under another name."""
    aside = _set_aside(path)
    database = _connect(path, on_damage)
    number = _salvage(aside, database)
    on_damage(f"{path} was damaged ({reason}): it is now {aside.name}; {number} unsent messages of it could be read")
    return database


def _set_aside(path: Path) -> Path:
    for number in range(1, MAX_DAMAGED_FILES):
        aside = path.with_name(f"{path.stem}.damaged-{number}.db")
        if not aside.exists():
            break
    for suffix in ("-wal", "-shm", "-journal", ""):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).replace(aside.with_name(aside.name + suffix))
    return aside


def _salvage(damaged: Path, database: "sqlite3.Connection") -> int:
    """Copy the rows of an outbox that can be read, from both ends."""
    import sqlite3

    found: dict[Any, tuple[Any, ...]] = {}
    try:
        old = _opened(damaged)
    except sqlite3.Error:
        return 0
    with contextlib.closing(old):
        for order in ("", "DESC"):
            with contextlib.suppress(sqlite3.Error):
                for row in old.execute(f"SELECT position, {COLUMNS} FROM outbox ORDER BY position {order}"):  # noqa: S608
                    found[row[0]] = row[1:]
    return merge_rows(database, [found[position] for position in sorted(found, key=str)])


def merge_rows(database: "sqlite3.Connection", rows: list[tuple[Any, ...]]) -> int:
    """Put rows of another outbox behind those of this one; how many were new."""
    with database:
        before = database.total_changes
        database.executemany(f"INSERT OR IGNORE INTO outbox ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", rows)  # noqa: S608
        return database.total_changes - before


def outbox_rows(database: "sqlite3.Connection") -> list[tuple[Any, ...]]:
    return database.execute(f"SELECT {COLUMNS} FROM outbox ORDER BY position").fetchall()  # noqa: S608


def _opened(path: Path) -> "sqlite3.Connection":
    import sqlite3

    database = sqlite3.connect(path, check_same_thread=False)
    database.text_factory = _text
    return database


def _text(raw: bytes) -> str | bytes:
    """What is no UTF-8 stays bytes, so that only its row is damaged."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def _connect(path: Path, on_damage: OnDamage) -> "sqlite3.Connection":
    import sqlite3

    private_database(path)
    database = _opened(path)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        _prepare(database, lambda what: on_damage(f"{path}: {what}"))
        return database
    except sqlite3.Error:
        database.close()
        raise


def _prepare(database: "sqlite3.Connection", on_damage: OnDamage) -> None:
    """Tables of another shape are set aside under another name: their rows stay in the file."""
    import sqlite3

    names = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    if names and "outbox" not in names:
        on_damage("it has no outbox any more; what was unsent in it is lost")

    for table, probe in zip(_TABLES, _PROBES, strict=True):
        try:
            _probe(database, table, probe)
        except sqlite3.DatabaseError as error:
            if is_damage(error) or not isinstance(error, sqlite3.OperationalError | sqlite3.IntegrityError):
                raise
            fresh = _rename(database, table)
            _probe(database, table, probe)
            if table == "outbox":
                number = _carry_over(database, fresh)
                on_damage(f"its outbox is of another shape ({error}): it is now {fresh}; {number} of it could be read")
    if database.execute("PRAGMA user_version").fetchone()[0] != VERSION:
        with database:
            database.execute("DELETE FROM cache")
            database.execute(f"PRAGMA user_version = {VERSION}")


def _probe(database: "sqlite3.Connection", table: str, probe: str) -> None:
    """Whether what will be done to a table can be done: tried, and taken back."""
    database.execute(_TABLES[table])
    database.execute("BEGIN")
    try:
        database.execute(probe)
    finally:
        database.rollback()


def _carry_over(database: "sqlite3.Connection", table: str) -> int:
    import sqlite3

    try:
        return merge_rows(database, database.execute(f"SELECT {COLUMNS} FROM {table}").fetchall())  # noqa: S608
    except sqlite3.Error:
        return 0


def _rename(database: "sqlite3.Connection", table: str) -> str:
    names = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    fresh = next(name for number in range(1, 1000) if (name := f"{table}_damaged_{number}") not in names)
    database.execute(f"ALTER TABLE {table} RENAME TO {fresh}")
    return fresh
