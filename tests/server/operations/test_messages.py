"""Sending: once per mutation id, one order per channel; unread counts without a scan; the limit on mutations."""

import asyncio
from pathlib import Path

import pytest

from chat_tui.protocol.errors import BadRequest, ChatError, Code, Conflict, Forbidden, TooManyRequests
from chat_tui.server.bus import EventPublished, TypingPublished
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.operations.channels import CreateChannel
from chat_tui.server.operations.members import RemoveMember
from chat_tui.server.operations.messages import DeleteMessage, ListMessages, SendMessage, UpdateMessage
from chat_tui.server.operations.pages import PageQuery
from chat_tui.server.operations.rates import SlidingWindow
from chat_tui.server.operations.typing import NotifyTyping, TypingPace
from chat_tui.server.operations.user_channels import FetchUserChannel, UpdateUserChannel
from chat_tui.server.store.database import DatabaseTooNew, connect, migrate
from tests.server.conftest import Domain
from tests.support.hostile import REFUSED


async def test_a_repeat_with_the_same_id_stores_nothing(domain: Domain) -> None:
    """It answers with what was stored; another body under the id is refused; an edit changes nothing of that."""
    alice = await domain.user("alice")
    command = SendMessage(domain.service_sid, "general", "hello", mutation_id="m1")
    first = await domain.run(command, alice)
    domain.published.clear()
    again = await domain.run(command, alice)
    assert (again.sid, again.index, domain.published) == (first.sid, first.index, [])
    await domain.run(UpdateMessage(domain.service_sid, "general", first.sid, body="edited"), alice)
    assert (await domain.run(command, alice)).sid == first.sid
    with pytest.raises(Conflict):
        await domain.run(SendMessage(domain.service_sid, "general", "other", mutation_id="m1"), alice)
    assert len((await domain.run(ListMessages(domain.service_sid, "general"))).items) == 1


async def test_a_repeat_after_a_deletion_restores_nothing(domain: Domain) -> None:
    """The tombstone answers."""
    alice = await domain.user("alice")
    command = SendMessage(domain.service_sid, "general", "hello", mutation_id="m1")
    first = await domain.run(command, alice)
    await domain.run(DeleteMessage(domain.service_sid, "general", first.sid), alice)
    again = await domain.run(command, alice)
    assert (again.sid, again.index, again.message) == (first.sid, first.index, None)
    assert (await domain.run(ListMessages(domain.service_sid, "general"))).items == []


async def test_concurrent_senders_share_one_order(domain: Domain) -> None:
    """Indices without gap or repeat, events of each object in strict order."""
    users = [await domain.user(f"user-{number}") for number in range(8)]
    domain.published.clear()
    await asyncio.gather(
        *(domain.run(SendMessage(domain.service_sid, "general", str(n)), users[n % 8]) for n in range(64))
    )
    found = (await domain.run(ListMessages(domain.service_sid, "general", page=PageQuery(100)))).items
    assert [message.idx for message in found] == list(range(64))
    ids: dict[str, list[int]] = {}
    for item in domain.published:
        if isinstance(item, EventPublished):
            ids.setdefault(item.object_sid, []).append(item.id)
    assert all(seen == list(range(seen[0], seen[0] + len(seen))) for seen in ids.values())


async def test_unread_is_the_messages_above_the_horizon(domain: Domain) -> None:
    """Null without one; deletions above it do not count; it may go back (contract U9, U17)."""
    alice = await domain.user("alice")
    sent = [await domain.run(SendMessage(domain.service_sid, "general", str(n))) for n in range(10)]
    fetch = FetchUserChannel(domain.service_sid, "alice", "general")
    assert (await domain.run(fetch, alice)).unread is None

    async def at(index: int | None) -> int | None:
        command = UpdateUserChannel(domain.service_sid, "alice", "general", last_consumed_message_index=index)
        unread: int | None = (await domain.run(command, alice)).unread
        return unread

    assert [await at(3), await at(9), await at(0), await at(50)] == [6, 0, 9, 0]
    await at(3)
    for place in (1, 5, 7):
        await domain.run(DeleteMessage(domain.service_sid, "general", sent[place].sid))
    assert (await domain.run(fetch, alice)).unread == 4
    assert await at(None) is None


async def test_bodies_and_attributes_have_their_bounds(domain: Domain) -> None:
    """Named by parameter, with the code; nothing is stored."""
    alice = await domain.user("alice")
    for fields, code in (
        ({"body": "x" * 32769}, Code.BODY_TOO_LONG),
        ({"body": "é" * 16385}, Code.BODY_TOO_LONG),
        ({"attributes": "{"}, Code.ATTRIBUTES_NOT_JSON),
        ({"attributes": '"' + "x" * 32768 + '"'}, Code.ATTRIBUTES_TOO_LONG),
        ({"attributes": "[" * 65 + "]" * 65}, Code.ATTRIBUTES_NOT_JSON),
        ({"attributes": '{"a":' * 988 + "1" + "}" * 988}, Code.ATTRIBUTES_NOT_JSON),
        ({"attributes": "[" * 16000 + "]" * 16000}, Code.ATTRIBUTES_NOT_JSON),
        *(({"body": text}, Code.BAD_PARAMETER) for text in REFUSED.values()),
    ):
        with pytest.raises(BadRequest) as refusal:
            await domain.run(SendMessage(domain.service_sid, "general", **fields), alice)  # type: ignore[arg-type]
        assert refusal.value.code == code
    assert (await domain.run(ListMessages(domain.service_sid, "general"))).items == []


async def test_only_members_write_and_a_removed_one_is_one_no_longer(domain: Domain) -> None:
    """Not a member, and not existing, are refused; roles say the rest."""
    alice, bob = await domain.user("alice"), await domain.user("bob")
    await domain.run(CreateChannel(domain.service_sid, unique_name="secret", type="private"))  # type: ignore[arg-type]
    with pytest.raises(ChatError) as refusal:
        await domain.run(SendMessage(domain.service_sid, "secret", "x"), alice)
    assert refusal.value.status == 404
    await domain.run(RemoveMember(domain.service_sid, "general", "alice"))
    with pytest.raises(Forbidden):
        await domain.run(SendMessage(domain.service_sid, "general", "x"), alice)
    sent = await domain.run(SendMessage(domain.service_sid, "general", "mine"), bob)
    carl = await domain.user("carl")
    with pytest.raises(Forbidden):
        await domain.run(DeleteMessage(domain.service_sid, "general", sent.sid), carl)


def test_the_default_rate_lets_a_burst_pass_and_then_refuses() -> None:
    """30 a second over five seconds: 150 at once, then 429 with the time to wait."""
    now = 0.0
    window = SlidingWindow(30, lambda: now, Code.CHANNEL_RATE)
    for _ in range(150):
        window.count("CH1")
    with pytest.raises(TooManyRequests) as refusal:
        window.count("CH1")
    assert (refusal.value.code, refusal.value.retry_after > 0) == (50063, True)
    window.count("CH2")
    now = 5.1
    window.count("CH1")


async def test_typing_is_told_once_in_three_seconds(domain: Domain) -> None:
    """What comes sooner is answered alike and told to nobody."""
    alice = await domain.user("alice")
    await domain.user("bob")
    domain.published.clear()
    command = NotifyTyping(domain.service_sid, "general")
    assert [(await domain.run(command, alice)).timeout for _ in range(3)] == [5, 5, 5]
    assert len([item for item in domain.published if isinstance(item, TypingPublished)]) == 1


def test_typing_may_be_told_again_after_its_pace() -> None:
    """Three seconds, or the time-out when that is shorter; each channel for itself."""
    now = 100.0
    pace = TypingPace(lambda: now)
    actor = ClientActor("IS", "alice", "US")
    one, two = "CH1", "CH2"
    assert [pace.allows(actor, one, 5), pace.allows(actor, one, 5), pace.allows(actor, two, 5)] == [True, False, True]
    now = 101.5
    assert [pace.allows(actor, one, 5), pace.allows(actor, two, 1)] == [False, True]
    now = 103.0
    assert pace.allows(actor, one, 5)


def test_a_data_file_newer_than_the_program_is_refused(tmp_path: Path) -> None:
    """It is left as it is."""
    connection = connect(tmp_path / "chat.db")
    migrate(connection)
    connection.execute("PRAGMA user_version = 999")
    with pytest.raises(DatabaseTooNew):
        migrate(connection)
    connection.close()
