"""The store: groups of operations, each under its savepoint, committed once."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from chat_tui.protocol.errors import Unavailable
from chat_tui.server.operations.access import is_author
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.operations.messages import ListMessages, SendMessage
from chat_tui.server.operations.pages import PageQuery, page
from chat_tui.server.store.database import MIGRATIONS, connect, migrate
from chat_tui.server.store.rows import Channel, Invite, Member, Message
from chat_tui.server.store.store import Store
from chat_tui.server.store.transaction import Reader, Transaction
from chat_tui.server.sync.projection import project
from tests.server.conftest import Domain
from tests.support.connections import rows, writer_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "chat.db", synchronous="OFF", project=project)
    yield made
    made.close()


def add(tx: Transaction, sid: str) -> None:
    tx.run("insert_account", sid=sid, secret="x", date_created=1)


def adding(number: int) -> Callable[[Transaction], None]:
    return lambda tx: add(tx, f"AC{number}")


async def accounts(store: Store) -> int:
    return len(await rows(store, "SELECT sid FROM accounts"))


async def test_a_failing_member_of_a_group_leaves_the_others_intact(store: Store) -> None:
    """Its savepoint is rolled back, and it alone hears of the failure."""

    def fail(tx: Transaction) -> None:
        add(tx, "AC-fails")
        raise ValueError("on purpose")

    works = [store.write(adding(n)) for n in range(20)]
    results = await asyncio.gather(*works[:10], store.write(fail), *works[10:], return_exceptions=True)
    assert [type(result) for result in results if result is not None] == [ValueError]
    assert await accounts(store) == 20


async def test_nothing_of_a_group_is_visible_before_its_commit(store: Store, tmp_path: Path) -> None:
    """Another connection sees none of it while the group is being written, and all of it afterwards (guarantees, Send
    5)."""
    seen: list[int] = []

    def look(tx: Transaction) -> None:
        add(tx, "AC-last")
        other = apsw.Connection(str(tmp_path / "chat.db"), flags=apsw.SQLITE_OPEN_READONLY)
        seen.append(int(other.execute("SELECT count(*) FROM accounts").get))
        other.close()

    await asyncio.gather(*(store.write(adding(n)) for n in range(5)), store.write(look))
    assert seen == [0]
    assert await accounts(store) == 6


async def test_what_is_published_comes_after_the_commit_and_not_from_failures(store: Store) -> None:
    """The bus is told once per group."""
    published: list[object] = []
    store.on_commit = published.extend

    def fail(tx: Transaction) -> None:
        tx.publish("never")
        raise ValueError

    await asyncio.gather(
        store.write(lambda tx: tx.publish("one")), store.write(fail), store.write(lambda tx: tx.publish("two")),
        return_exceptions=True,
    )  # fmt: skip
    await asyncio.sleep(0)
    assert published == ["one", "two"]


def test_an_earlier_data_file_is_brought_up_to_date(tmp_path: Path) -> None:
    """What was in it is in it still, in its order, and what is new has its defaults."""
    connection = connect(tmp_path / "chat.db")
    connection.execute((MIGRATIONS / "0001_start.sql").read_text())
    connection.execute("PRAGMA user_version = 1")
    connection.execute("INSERT INTO accounts VALUES ('AC1', 'sealed', 1)")
    connection.execute(
        "INSERT INTO services SELECT 'IS1', 'AC1', 'n', 'a', 'b', 'c', 1, 1, 0, 5, 0, 100, 250, NULL, NULL, 'POST',"
        " '[]', 0, 0, '{}', '', 1, 1"
    )
    connection.execute(
        "INSERT INTO users (sid, service_sid, identity, attributes, role_sid, date_created, date_updated)"
        " VALUES ('US1', 'IS1', 'bob', '{}', 'a', 1, 1)"
    )
    for number in (2, 1):
        connection.execute(
            "INSERT INTO channels (sid, service_sid, attributes, type, created_by, date_created, date_updated)"
            f" VALUES ('CH{number}', 'IS1', '{{}}', 'public', 'x', {number}, 1)"
        )
    for n, table, column, value in ((2, "members", "attributes", "{}"), (1, "invites", "created_by", "x")):
        connection.execute(
            f"INSERT INTO {table} (sid, channel_sid, user_sid, identity, role_sid, date_created, date_updated,"
            f" {column}) VALUES ('S{n}', 'CH{n}', 'US1', 'bob', 'b', 1, 1, '{value}')"
        )
    migrate(connection)
    reader = Reader(connection, 0)
    wanted = {"service_sid": "IS1", "type_one": "public", "type_two": "public", "state": None}
    channels = page(reader, Channel, "channels_page", PageQuery(), **wanted)
    assert [(channel.sid, channel.state) for channel in channels.items] == [("CH2", "active"), ("CH1", "active")]
    member = reader.all(Member, "members_of_user", user_sid="US1")
    invite = reader.all(Invite, "invites_of_user", user_sid="US1")
    assert member[0].position < invite[0].position < reader.value("next_position")
    assert connection.pragma("user_version") == len(list(MIGRATIONS.glob("*.sql")))
    connection.close()


def of_version_2(path: Path) -> apsw.Connection:
    """A file from before seats were remembered: one user has the name of a deleted one."""
    connection = connect(path)
    for script in sorted(MIGRATIONS.glob("*.sql"))[:2]:
        connection.execute(script.read_text())
    connection.execute("PRAGMA user_version = 2")
    connection.execute("INSERT INTO accounts (sid, secret, date_created) VALUES ('AC1', 'sealed', 1)")
    connection.execute(
        "INSERT INTO services SELECT 'IS1', 'AC1', 'n', 'a', 'b', 'c', 1, 1, 0, 5, 0, 100, 250, NULL, NULL, 'POST',"
        " '[]', 0, 0, '{}', '', 1, 1, '{}'"
    )
    for sid, identity, date in (("US1", "again", 50), ("US2", "still", 1)):
        connection.execute(
            "INSERT INTO users (sid, service_sid, identity, attributes, role_sid, date_created, date_updated)"
            f" VALUES ('{sid}', 'IS1', '{identity}', '{{}}', 'a', {date}, 1)"
        )
    for sid, events in (("CH1", 2), ("CH2", 0)):
        connection.execute(
            "INSERT INTO channels (sid, service_sid, attributes, type, created_by, date_created, date_updated)"
            f" VALUES ('{sid}', 'IS1', '{{}}', 'private', 'still', 1, 1)"
        )
        connection.execute(f"INSERT INTO sync_objects VALUES ('{sid}.roster', 'MP{sid}', 'map', '{sid}', {events}, 1)")
    for index, (author, member) in enumerate(
        (("again", "'MB1'"), ("gone", "'MB2'"), ("still", "'MB3'"), ("op", "NULL"))
    ):
        connection.execute(
            "INSERT INTO messages (sid, channel_sid, idx, author, member_sid, body, attributes, date_created,"
            f" date_updated) VALUES ('IM{index}', 'CH1', {index}, '{author}', {member}, 'b', '{{}}', 10, 10)"
        )
    return connection


def test_an_earlier_file_gives_nothing_to_who_has_a_name_again(tmp_path: Path) -> None:
    """What was said from a seat by somebody who was deleted is nobody's; a founder who sat already is not awaited."""
    connection = of_version_2(tmp_path / "chat.db")
    migrate(connection)
    reader = Reader(connection, 0)
    mine = [
        is_author(ClientActor("IS1", message.author, sid), message)
        for message, sid in zip(
            reader.all(Message, "messages_ascending", channel_sid="CH1", start=0, limit=9),
            ("US1", "US9", "US2", "US9"),
            strict=True,
        )
    ]
    assert mine == [False, False, True, True]
    awaited = [channel.awaits for channel in reader.all(Channel, "channels_of_service", service_sid="IS1")]
    assert awaited == [None, "still"]
    connection.close()


async def test_a_full_disk_acknowledges_nothing_and_is_got_over(domain: Domain) -> None:
    """503 with the reason, reading goes on, nothing half-written; with room again, it works without a restart."""
    sid, store = domain.service_sid, domain.core.store
    await domain.run(SendMessage(sid, "general", "before"))
    pages = int(writer_of(store).pragma("page_count"))
    writer_of(store).pragma("max_page_count", pages)
    said: list[str] = []
    for number in range(200):
        try:
            await domain.run(SendMessage(sid, "general", f"{number} " + "x" * 2000))
        except Unavailable as error:
            said.append(error.message)
    refused = len(said)
    assert refused > 100
    assert all("full" in words for words in said)
    stored = (await domain.run(ListMessages(sid, "general", page=PageQuery(1000)))).items
    assert [message.idx for message in stored] == list(range(201 - refused))
    writer_of(store).pragma("max_page_count", 2**30)
    assert (await domain.run(SendMessage(sid, "general", "after"))).index == 201 - refused


async def test_a_file_that_cannot_be_written_is_said_and_got_over(domain: Domain) -> None:
    """Read-only for a while: the same promises."""
    sid, store = domain.service_sid, domain.core.store
    writer_of(store).pragma("query_only", True)
    with pytest.raises(Unavailable):
        await domain.run(SendMessage(sid, "general", "no"))
    assert (await domain.run(ListMessages(sid, "general"))).items == []
    writer_of(store).pragma("query_only", False)
    assert (await domain.run(SendMessage(sid, "general", "yes"))).index == 0
