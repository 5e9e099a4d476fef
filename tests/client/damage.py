"""Damage to what a client keeps on disk: to the file, to its tables, to single values."""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

Damage = Callable[[Path], None]
"""Done to the folder of one user."""

FILE = "client-0.db"

VALUES: dict[str, Any] = {
    "a number": 7,
    "negative": -(2**63),
    "huge": 2**63 - 1,
    "a fraction": 0.5,
    "a blob": b"\xff\x00\xfe",
    "no UTF-8": "CAST(x'ff41fe' AS TEXT)",
    "empty": "",
    "an empty blob": b"",
    "long": "x" * 100_000,
    "controls": "\u202e\x1b[2J",
    "half of JSON": '{"a":[1,',
    "deep": b"\x91" * 5000 + b"\x01",
    "a map": b"\x80",
    "a date of no calendar": "2026-02-31T25:61:00+99:00",
    "a date without a zone": "2026-11-20T12:00:00",
}

COLUMNS = {
    "outbox": ("mutation_id", "channel_sid", "body", "attributes", "date_created", "error"),
    "cache": ("name", "sid", "position", "data"),
}

SCHEMAS = {
    "no outbox": "DROP TABLE outbox",
    "no cache": "DROP TABLE cache",
    "no quarantine": "DROP TABLE quarantine",
    "an outbox without a body": "ALTER TABLE outbox DROP COLUMN body",
    "an outbox with more": "ALTER TABLE outbox ADD COLUMN more TEXT",
    "an outbox that wants more": "ALTER TABLE outbox ADD COLUMN more TEXT NOT NULL DEFAULT 'x'",
    "an outbox that is called otherwise": "ALTER TABLE outbox RENAME COLUMN body TO text",
    "an outbox without its key": "CREATE TABLE o AS SELECT * FROM outbox; DROP TABLE outbox;"
    "ALTER TABLE o RENAME TO outbox",
    "an outbox that refuses": "CREATE TRIGGER t BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'no'); END",
    "an outbox that is a view": "ALTER TABLE outbox RENAME TO o; CREATE VIEW outbox AS SELECT * FROM o",
    "a cache with less": "ALTER TABLE cache DROP COLUMN data",
    "a cache that is a view": "DROP TABLE cache; CREATE VIEW cache AS SELECT 1",
    "a cache of other rows": "DROP TABLE cache; CREATE TABLE cache (a, b); INSERT INTO cache VALUES (1, 2)",
    "another version": "PRAGMA user_version = 99",
    "a version of old": "PRAGMA user_version = 1",
}


def write(content: bytes, suffix: str = "") -> Damage:
    def damage(folder: Path) -> None:
        folder.joinpath(FILE + suffix).write_bytes(content)

    return damage


def cut(at: int) -> Damage:
    def damage(folder: Path) -> None:
        folder.joinpath(FILE).write_bytes(folder.joinpath(FILE).read_bytes()[:at])

    return damage


def scribble(at: int, length: int, byte: bytes) -> Damage:
    def damage(folder: Path) -> None:
        before = folder.joinpath(FILE).read_bytes()
        folder.joinpath(FILE).write_bytes(before[:at] + byte * length + before[at + length :])

    return damage


def be_a_directory(name: str) -> Damage:
    def damage(folder: Path) -> None:
        folder.joinpath(name).unlink(missing_ok=True)
        folder.joinpath(name).mkdir()
        folder.joinpath(name, "in the way").write_text("x")

    return damage


def file_damages(size: int, rng: random.Random) -> Iterator[tuple[str, Damage]]:
    yield "nothing in its place", write(b"")
    yield "text in its place", write(b"hello\n" * 999)
    yield "zeros in its place", write(bytes(9999))
    yield "another head in its place", write(b"SQLite format 3\x00" + b"\xff" * 4080)
    for name in (FILE, "client-0.lock", f"{FILE}-wal", f"{FILE}-shm", f"{FILE}-journal"):
        yield f"{name} a directory", be_a_directory(name)
    for suffix in ("-wal", "-shm", "-journal"):
        yield f"nonsense in {suffix}", write(rng.randbytes(5000), suffix)
    for _ in range(80):
        at = rng.randrange(size)
        yield f"cut at {at}", cut(at)
    for _ in range(160):
        at, length, byte = rng.randrange(size), rng.choice((1, 4, 100, 5000)), rng.randbytes(1)
        yield f"{length} times {byte!r} at {at}", scribble(at, length, byte)


def run(script: str) -> Damage:
    def damage(folder: Path) -> None:
        with closing(sqlite3.connect(folder / FILE)) as database:
            database.executescript(script)

    return damage


def put(table: str, column: str, value: Any, where: str) -> Damage:
    def damage(folder: Path) -> None:
        given = value if isinstance(value, str) and value.startswith("CAST(") else "?"
        change = f"UPDATE OR REPLACE {table} SET {column} = {given} WHERE {where}"
        with closing(sqlite3.connect(folder / FILE)) as database, database:
            database.execute(change, () if given != "?" else (value,))

    return damage


FIRST_UNSENT = "position = (SELECT min(position) FROM outbox)"
ROWS = (
    "name = 'client'",
    "name = 'own channels'",
    "name LIKE 'channel %'",
    "name LIKE 'messages %'",
    "name LIKE 'roster %'",
    "name LIKE 'user %'",
    "1",
)


def table_damages(rng: random.Random) -> Iterator[tuple[str, Damage]]:
    for name, script in SCHEMAS.items():
        yield name, run(script)
    for name, value in VALUES.items():
        for column in COLUMNS["outbox"]:
            yield f"outbox.{column} {name}", put("outbox", column, value, FIRST_UNSENT)
        for column in COLUMNS["cache"]:
            for row in ROWS if column == "data" else (rng.choice(ROWS),):
                yield f"cache.{column} {name} where {row}", put("cache", column, value, row)
    for _ in range(100):
        yield "a byte of the cache", flip(rng.random(), rng.random(), rng.randbytes(1))


def flip(row: float, at: float, byte: bytes) -> Damage:
    """One byte of what one row holds."""

    def damage(folder: Path) -> None:
        with closing(sqlite3.connect(folder / FILE)) as database, database:
            rows = database.execute("SELECT name, data FROM cache ORDER BY name").fetchall()
            name, data = rows[int(row * len(rows))]
            place = int(at * len(data))
            data = data[:place] + byte + data[place + 1 :]
            database.execute("UPDATE cache SET data = ? WHERE name = ?", (data, name))

    return damage


def damages(size: int, seed: int) -> list[tuple[str, Damage]]:
    """All there are, for a file of ``size`` bytes."""
    rng = random.Random(seed)
    return [*file_damages(size, rng), *table_damages(rng)]


def copied(folder: Path, to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(folder, to)
    return to
