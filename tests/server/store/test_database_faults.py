"""Files deleted, replaced, cut short, damaged or of another: said in words, and nothing acknowledged is lost."""

import asyncio
import contextlib
import logging
import os
import random
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import apsw
import pytest

from chat_tui.protocol.errors import NotFound, Unavailable
from chat_tui.server.core import ServiceCore
from chat_tui.server.operations.messages import ListMessages, SendMessage
from chat_tui.server.operations.pages import PageQuery
from chat_tui.server.store.database import MIGRATIONS, TABLES, DatabaseTooNew, DatabaseUnusable
from chat_tui.server.store.store import Store
from chat_tui.server.store.transaction import Reader, Transaction
from chat_tui.server.store.worker import Job, Worker
from tests.server.conftest import Domain
from tests.support.connections import reader_of, rows, writer_of

FILES = ("chat.db", "chat.db-wal", "chat.db-shm")


def delete(file: Path) -> None:
    file.unlink()


def replace(file: Path) -> None:
    """By a copy of itself."""
    copy = file.with_name("copy")
    shutil.copy(file, copy)
    copy.replace(file)


def rename(file: Path) -> None:
    file.rename(file.with_name("elsewhere"))


def empty(file: Path) -> None:
    os.truncate(file, 0)


def halve(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def to_directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


def to_broken_link(file: Path) -> None:
    file.unlink()
    file.symlink_to("nowhere")


ACTS = (delete, replace, rename, empty, halve, to_directory, to_broken_link)


async def send(domain: Domain, body: str) -> Any:
    return await domain.run(SendMessage(domain.service_sid, "general", body, mutation_id=body))


async def bodies(domain: Domain) -> list[str]:
    found = await domain.run(ListMessages(domain.service_sid, "general", page=PageQuery(1000)))
    return [message.body for message in found.items]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("before", [0, 1, 30])
async def test_nothing_is_acknowledged_that_went_to_a_file_nobody_finds(
    act: Callable[[Path], None], name: str, before: int, domain: Domain, caplog: pytest.LogCaptureFixture
) -> None:
    """From the first send on; the log says so once."""
    if (name, act) == ("chat.db-shm", empty) or (name, act) == ("chat.db-shm", halve):
        pytest.skip("cutting a mapped file short kills whoever maps it: SQLite, and the test")
    for number in range(before):
        await send(domain, f"before {number}")
    path = domain.core.store.path.with_name(name)
    act(path)
    caplog.clear()
    with caplog.at_level(logging.ERROR):
        for number in range(5):
            with pytest.raises(Unavailable, match=f"{name} (is gone|was replaced|was cut short)|cannot write"):
                await send(domain, f"after {number}")
    assert len([record for record in caplog.records if "cannot write" in record.getMessage()]) == 1


async def test_a_directory_that_is_renamed_is_missed_and_found_again(domain: Domain) -> None:
    """What was refused meanwhile is sent again under its mutation id and is stored once."""
    folder = domain.core.store.path.parent
    inside = folder / "away"
    inside.mkdir()
    await send(domain, "before")
    for name in FILES:
        (folder / name).rename(inside / name)
    for _ in range(3):
        with pytest.raises(Unavailable, match="is gone"):
            await send(domain, "meanwhile")
    for name in FILES:
        (inside / name).rename(folder / name)
    await send(domain, "meanwhile")
    await send(domain, "after")
    assert await bodies(domain) == ["before", "meanwhile", "after"]


async def test_a_log_that_another_program_asked_sqlite_to_empty_is_no_fault(domain: Domain) -> None:
    """Whoever makes copies does so."""
    await send(domain, "before")
    other = apsw.Connection(str(domain.core.store.path))
    for body in ("one", "two"):
        other.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        await send(domain, body)
    other.close()
    assert await bodies(domain) == ["before", "one", "two"]


async def test_what_lies_in_the_place_of_a_replaced_database_is_left_alone(tmp_path: Path) -> None:
    """Closing tidies up its own files, and not a restored copy's."""
    store = Store(tmp_path / "chat.db", synchronous="OFF")
    for name in FILES:
        (tmp_path / name).unlink()
        (tmp_path / name).write_text("a copy")
    store.close()
    assert [(tmp_path / name).read_text() for name in FILES] == ["a copy"] * 3


def made(folder: Path) -> Path:
    """A database in good order, closed."""
    folder.mkdir()
    path = folder / "chat.db"
    store = Store(path, synchronous="OFF")
    store.close()
    connection = apsw.Connection(str(path))
    for number in range(300):
        connection.execute(
            "INSERT INTO accounts (sid, secret, date_created) VALUES (?, ?, 1)", (f"AC{number}", "x" * 99)
        )
    connection.close()
    return path


def garbage_header(path: Path, dice: random.Random) -> None:
    with path.open("r+b") as file:
        file.write(dice.randbytes(100))


def no_database(path: Path, _: random.Random) -> None:
    path.write_text("Dear diary,\n" * 1000)


def cut_short(path: Path, dice: random.Random) -> None:
    os.truncate(path, dice.randrange(1, path.stat().st_size // 4096) * 4096)


def page_of_noise(path: Path, dice: random.Random) -> None:
    with path.open("r+b") as file:
        file.seek(dice.randrange(1, path.stat().st_size // 4096) * 4096)
        file.write(dice.randbytes(4096))


def other_program(path: Path, _: random.Random) -> None:
    path.unlink()
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = 1")
    connection.close()


def half_of_ours(path: Path, dice: random.Random) -> None:
    connection = apsw.Connection(str(path))
    connection.execute(f"DROP TABLE {dice.choice(['leases', 'sync_events'])}")
    connection.close()


def foreign_log(path: Path, dice: random.Random) -> None:
    path.with_name("chat.db").write_bytes(b"SQLite format 3\0" + dice.randbytes(4096 * 3 - 16))


DAMAGES = (garbage_header, no_database, cut_short, page_of_noise, other_program, half_of_ours, foreign_log)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("seed", range(5))
def test_a_damaged_file_is_refused_in_words_at_the_start(
    damage: Callable[[Path, random.Random], None], seed: int, tmp_path: Path
) -> None:
    """Which file, what is wrong, and what to do; in one line."""
    path = made(tmp_path / "data")
    damage(path, random.Random(seed))
    with pytest.raises(DatabaseUnusable) as refusal:
        Store(path, synchronous="OFF")
    words = str(refusal.value)
    assert words.startswith(str(path))
    assert "\n" not in words
    assert "move it away" in words


def test_a_file_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    """The remedy is to upgrade."""
    path = made(tmp_path / "data")
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(DatabaseTooNew, match="upgrade chat-tui"):
        Store(path)


@pytest.mark.parametrize("seed", range(12))
async def test_damage_under_way_is_an_answer(seed: int, domain: Domain) -> None:
    """Whatever page it strikes, each request is answered: with 503 when it cannot be done."""
    dice, store = random.Random(seed), domain.core.store
    for number in range(50):
        await send(domain, f"{number} " + "x" * 500)
    writer_of(store).wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
    with store.path.open("r+b") as file:
        for _ in range(20):
            file.seek(dice.randrange(1, store.path.stat().st_size // 4096) * 4096)
            file.write(dice.randbytes(4096))
    reader_of(store).execute("PRAGMA shrink_memory")
    works: list[Callable[[], Awaitable[Any]]] = [lambda: bodies(domain), lambda: send(domain, "on")]
    for work in works * 5:
        # It cannot be read, it is not found, its content is noise: each is the answer to one request.
        with contextlib.suppress(Unavailable, NotFound, ValueError):
            await asyncio.wait_for(work(), 10)


# ---- the threads


FAULTS: list[BaseException] = [
    ValueError("a fault of ours"), MemoryError(), apsw.NoMemError("out of memory"), StopIteration(), SystemExit(3),
    KeyboardInterrupt(), GeneratorExit(), RecursionError(), apsw.SQLError("no such column"), asyncio.CancelledError(),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("face", ["write", "read"])
async def test_whatever_a_request_raises_is_its_own_and_the_thread_lives(
    fault: BaseException, face: str, tmp_path: Path
) -> None:
    """The others of its group are done, and the next ones too."""
    store = Store(tmp_path / "chat.db", synchronous="OFF")

    def fail(reader: Reader) -> None:
        raise fault

    do = getattr(store, face)
    for _ in range(2):
        works = [asyncio.ensure_future(do(lambda reader: 1)) for _ in range(3)]
        bad = asyncio.ensure_future(do(fail))
        works += [asyncio.ensure_future(do(lambda reader: 1)) for _ in range(3)]
        done, _ = await asyncio.wait([bad], timeout=5)
        assert done
        assert isinstance(bad.exception(), Exception)
        assert await asyncio.wait_for(asyncio.gather(*works), 5) == [1] * 6
    store.close()


async def test_who_takes_the_transaction_along_is_left_out_and_the_rest_done_anew(tmp_path: Path) -> None:
    """SQLite ends a transaction itself when its memory is out."""
    store = Store(tmp_path / "chat.db", synchronous="OFF")

    def add(tx: Transaction, sid: str) -> str:
        tx.run("insert_account", sid=sid, secret="x", date_created=1)
        return sid

    def starve(tx: Transaction) -> None:
        add(tx, "AC-starved")
        writer_of(store).execute("ROLLBACK")
        raise apsw.NoMemError("out of memory")

    hold = asyncio.Event()
    works = [asyncio.ensure_future(store.write(lambda tx, n=n: add(tx, f"AC{n}"))) for n in range(5)]  # type: ignore[misc]
    bad = asyncio.ensure_future(store.write(starve))
    works += [asyncio.ensure_future(store.write(lambda tx, n=n: add(tx, f"AC{n}"))) for n in range(5, 9)]  # type: ignore[misc]
    hold.set()
    assert await asyncio.wait_for(asyncio.gather(*works), 5) == [f"AC{n}" for n in range(9)]
    with pytest.raises(Unavailable, match="out of memory"):
        await bad
    assert await rows(store, "SELECT sid FROM accounts ORDER BY rowid") == [(f"AC{n}",) for n in range(9)]
    store.close()


class Starved:
    """A loop that has no memory for the first calls."""

    def __init__(self, loop: asyncio.AbstractEventLoop, misses: int) -> None:
        self.loop = loop
        self.misses = misses

    def call_soon_threadsafe(self, call: Callable[..., object], *arguments: object) -> None:
        self.misses -= 1
        if self.misses >= 0:
            raise MemoryError
        self.loop.call_soon_threadsafe(call, *arguments)


@pytest.mark.usefixtures("caplog")
async def test_a_worker_outlives_its_work_and_answers_late() -> None:
    """Even what nobody foresaw, and even when there is no memory to say so at first."""

    def work(jobs: list[Job[Any]]) -> None:
        raise SystemError("nobody thought of that")

    tried = Worker("tried", work, 10, lambda published: None)
    tried.start()
    for misses in (2, 0):
        job: Job[None] = Job(lambda _: None)
        job.loop = cast(asyncio.AbstractEventLoop, Starved(job.loop, misses))
        tried.put(job)
        with pytest.raises(Unavailable, match="nobody thought of that"):
            await asyncio.wait_for(job.future, 5)
    assert tried.close(5, lambda: None)
    with pytest.raises(Unavailable, match="closed"):
        tried.put(Job(lambda _: None))


async def test_closing_does_each_step_whatever_becomes_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left open because something else failed."""
    core = ServiceCore(tmp_path, synchronous="OFF")
    await core.start()

    async def fail() -> None:
        raise OSError("on purpose")

    monkeypatch.setattr(core.leases, "stop", fail)
    with pytest.raises(OSError, match="on purpose"):
        await core.close()
    with pytest.raises(Unavailable, match="closed"):
        await core.store.read(lambda reader: 1)
    assert not (tmp_path / "chat.db-wal").exists()
    monkeypatch.undo()
    await core.leases.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_read_that_does_not_end_does_not_keep_the_store_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is interrupted."""
    monkeypatch.setattr("chat_tui.server.store.store.WORK_ENDS_WITHIN", 0.05)
    store = Store(tmp_path / "chat.db", synchronous="OFF")
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    reading = asyncio.ensure_future(rows(store, endless))
    await asyncio.sleep(0)
    await asyncio.wait_for(asyncio.to_thread(store.close), 10)
    with pytest.raises(apsw.InterruptError):
        await asyncio.wait_for(reading, 5)


def test_the_tables_that_are_asked_for_are_those_of_the_first_migration() -> None:
    """A file that lacks one is none of ours."""
    first = (MIGRATIONS / "0001_start.sql").read_text()
    assert [table for table in TABLES if f"CREATE TABLE {table} (" not in first] == []
