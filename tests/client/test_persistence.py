"""What a client keeps: what an earlier start knew is shown without a network, and is right once the replay is done."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chat_tui.client import ChatClient, events
from chat_tui.client.link.token_source import TokenSource
from chat_tui.client.state.open_channel import SavedMessages
from chat_tui.protocol.errors import Code, TransportError, Unauthenticated
from chat_tui.protocol.tokens import encode_token
from tests.client.conftest import noting, until
from tests.client.fast import new_client
from tests.support.fake_service import FakeService
from tests.support.service import FAST_LINGER, ServiceProcess, Tenant

ROOMS = 12


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ServiceProcess]:
    made = ServiceProcess(tmp_path / "data", "--linger", str(FAST_LINGER), "--rate", "10000")
    yield made
    made.stop()


@pytest.fixture
def tenant(service: ServiceProcess) -> Iterator[Tenant]:
    made = Tenant(service.start())
    for number in range(ROOMS):
        made.post(f"{made.path}/Channels", UniqueName=f"room-{number}")
        made.post(f"{made.path}/Channels/room-{number}/Members", Identity="alice")
    made.post(f"{made.path}/Channels/room-0/Members", Identity="bob")
    for number in range(5):
        made.post(f"{made.path}/Channels/room-0/Messages", Body=str(number), From="bob")
    yield made
    made.close()


def shown(client: ChatClient) -> dict[str, Any]:
    """What a screen would show."""
    return {
        channel.title: [
            channel.status,
            channel.friendly_name,
            channel.notification_level,
            channel.last_index,
            channel.unread_messages_count,
        ]
        for channel in client.channels.values()
    }


async def visit(tenant: Tenant, keep: Path) -> dict[str, Any]:
    """A first start: alice opens room-0 and follows bob; what was shown when she quit."""
    async with ChatClient(tenant.url, tenant.token("alice"), keep=keep) as alice:
        opened = await alice.open_channel(alice.channels.find("room-0"))
        await alice.people.follow_members(opened.members.values())
        await until(lambda: len(alice.state.channels.documents) == ROOMS, alice.events())
        return shown(alice)


async def test_a_start_without_a_network_shows_what_was_known(
    tenant: Tenant, service: ServiceProcess, tmp_path: Path
) -> None:
    """Channels, messages, members and marks, with the time at which it was so."""
    before = await visit(tenant, tmp_path / "keep")
    service.kill()
    client = ChatClient(tenant.url, tenant.token("alice"), keep=tmp_path / "keep")
    stream = client.events()
    client.start_soon()
    try:
        await until(lambda: client.date_known is not None, stream)
        assert shown(client) == before
        assert (client.identity, client.reachability_enabled) == ("alice", True)
        opened = client.channels.open.get(client.channels.find("room-0").sid)
        assert opened is not None
        assert [message.body for message in opened.messages] == ["0", "1", "2", "3", "4"]
        assert sorted(member.identity for member in opened.members.values()) == ["alice", "bob"]
        bob = client.people.known("bob")
        assert bob is not None
        assert bob.date_refreshed is not None
    finally:
        await client.close()


SOURCE = "https://tokens.example.com/mine"


def from_source(tenant: Tenant, keep: Path, token: TokenSource) -> ChatClient:
    return ChatClient(tenant.url, token, keep=keep, token_source=SOURCE)


async def test_a_start_without_a_token_shows_and_keeps_as_well(tenant: Tenant, tmp_path: Path) -> None:
    """Where tokens come from cannot be reached: whom the last one was for is known, and what is written is sent when
    there is one again."""

    async def answering() -> str:
        return tenant.token("alice")

    async def silent() -> str:
        raise TransportError("nobody answers there", Code.UNAVAILABLE)

    async with from_source(tenant, tmp_path, answering) as first:
        before = shown(first)
    client = from_source(tenant, tmp_path, silent)
    stream = client.events()
    client.start_soon()
    await until(lambda: client.date_known is not None, stream)
    assert shown(client) == before
    client.messages.submit(client.channels.find("room-0"), "written without a token")
    await client.close()
    async with from_source(tenant, tmp_path, answering) as third:
        opened = await third.open_channel(third.channels.find("room-0"))
        await until(lambda: len(opened.messages) == 6, third.events())
    stored = tenant.get(f"{tenant.path}/Channels/room-0/Messages")["messages"]
    assert [message["body"] for message in stored][5:] == ["written without a token"]


async def test_a_source_that_answers_for_somebody_else_shows_nobody_the_wrong_things(
    tenant: Tenant, tmp_path: Path
) -> None:
    """It is said, nothing goes out under the other name, and the next start is the other's."""
    who = "alice"

    async def answering() -> str:
        return tenant.token(who)

    async with from_source(tenant, tmp_path, answering) as first:
        assert first.identity == "alice"
    who = "bob"
    client = from_source(tenant, tmp_path, answering)
    with pytest.raises(Unauthenticated, match="for bob now, and this is alice: start again"):
        await client.start()
    await client.close()
    async with from_source(tenant, tmp_path, answering) as third:
        assert third.identity == "bob"


async def test_a_start_with_a_network_is_right_after_the_replay(tenant: Tenant, tmp_path: Path) -> None:
    """Messages, names, levels, a channel lost and one won meanwhile: as a client sees it that knew nothing."""
    path, keep = tenant.path, tmp_path / "keep"
    await visit(tenant, keep)
    for number in range(5, 8):
        tenant.post(f"{path}/Channels/room-0/Messages", Body=str(number), From="bob")
    tenant.post(f"{path}/Channels/room-1", FriendlyName="Renamed")
    tenant.post(f"{path}/Users/alice/Channels/room-2", NotificationLevel="muted")
    tenant.http.delete(f"{path}/Channels/room-3/Members/alice").raise_for_status()
    tenant.http.delete(f"{path}/Channels/room-4").raise_for_status()
    tenant.post(f"{path}/Channels", UniqueName="new")
    tenant.post(f"{path}/Channels/new/Members", Identity="alice")
    tenant.post(f"{path}/Users/bob", FriendlyName="Bobby")
    async with (
        ChatClient(tenant.url, tenant.token("alice"), keep=keep) as warm,
        ChatClient(tenant.url, tenant.token("alice")) as cold,
    ):
        stream = warm.events()
        await until(lambda: "new" in {channel.title for channel in warm.channels.values()}, stream)
        await until(lambda: shown(warm) == shown(cold), stream)
        assert warm.date_known is None
        opened = await warm.open_channel(warm.channels.find("room-0"))
        await until(lambda: len(opened.messages) == 8, stream)
        assert [message.body for message in opened.messages] == [str(number) for number in range(8)]
        bob = warm.people.known("bob")
        await until(lambda: bob is not None and bob.title == "Bobby", stream)


async def test_a_warm_start_asks_little(tenant: Tenant, tmp_path: Path) -> None:
    """The configuration, one subscription for everything, one list of counts: not a request per channel."""
    await visit(tenant, tmp_path / "keep")
    asked: list[str] = []
    client = ChatClient(tenant.url, tenant.token("alice"), keep=tmp_path / "keep", connect=noting(asked))
    try:
        await client.start()
        opened = await client.open_channel(client.channels.find("room-0"))
        await client.people.follow_members(opened.members.values())
        await asyncio.sleep(0)
        assert len(asked) <= 10, asked
    finally:
        await client.close()


async def test_a_killed_client_leaves_a_cache_that_agrees_with_itself(tenant: Tenant, tmp_path: Path) -> None:
    """Whenever it is read, the newest message is the one its position says; the next start continues from there."""
    keep = tmp_path / "keep"
    client = ChatClient(tenant.url, tenant.token("alice"), keep=keep)
    await client.start()
    await client.open_channel(client.channels.find("room-0"))
    for number in range(5, 25):
        await asyncio.to_thread(tenant.post, f"{tenant.path}/Channels/room-0/Messages", Body=str(number))
        await client.persistence.save()
        [file] = keep.glob("*/client-0.db")
        copy = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        [(position, data)] = copy.execute("SELECT position, data FROM cache WHERE name LIKE 'messages %'").fetchall()
        copy.close()
        newest = msgspec.msgpack.decode(data, type=SavedMessages)
        assert newest.messages[-1].index + 1 == position
    await client.link.close()  # and no farewell to the disk
    async with ChatClient(tenant.url, tenant.token("alice"), keep=keep) as again:
        opened = await again.open_channel(again.channels.find("room-0"))
        await until(lambda: len(opened.messages) == 25, again.events())
        assert [message.index for message in opened.messages] == list(range(25))
    await client.close()


@pytest.mark.parametrize("harm", ["nonsense", "another client's", "half of it"])
async def test_a_cache_that_cannot_be_used_is_as_good_as_none(harm: str, tenant: Tenant, tmp_path: Path) -> None:
    """The start is a cold one, and right."""
    keep = tmp_path / "keep"
    before = await visit(tenant, keep)
    [file] = keep.glob("*/client-0.db")
    database = sqlite3.connect(file)
    with database:
        if harm == "nonsense":
            database.execute("UPDATE cache SET data = x'c1c1'")
        elif harm == "half of it":
            database.execute("DELETE FROM cache WHERE name IN ('own channels', 'user alice')")
        else:
            database.execute("UPDATE cache SET data = x'80' WHERE name LIKE 'channel %'")
    database.close()
    async with ChatClient(tenant.url, tenant.token("alice"), keep=keep) as alice:
        await until(lambda: shown(alice) == before, alice.events())


async def test_a_database_made_anew_is_not_the_one_that_was_known(tmp_path: Path) -> None:
    """Nothing of the old one is shown once the link is up."""
    data, keep = tmp_path / "data", tmp_path / "keep"
    first = ServiceProcess(data)
    tenant = Tenant(first.start())
    async with ChatClient(tenant.url, tenant.token("alice"), keep=keep) as alice:
        await until(lambda: len(alice.channels) == 1, alice.events())
    tenant.http.delete(f"{tenant.path}/Users/alice").raise_for_status()
    async with ChatClient(tenant.url, tenant.token("alice"), keep=keep) as again:
        await until(lambda: [channel.members_count for channel in again.channels.values()] == [1], again.events())
        assert again.user.info_map != alice.user.info_map
    tenant.close()
    first.stop()


async def test_what_a_killed_client_wrote_offline_is_sent_once(tmp_path: Path) -> None:
    """Written without a service, killed, started again: every message arrives once, in order."""
    service = ServiceProcess(tmp_path / "data", "--linger", str(FAST_LINGER))
    tenant = Tenant(service.start())
    keep, path = tmp_path / "keep", f"{tenant.path}/Channels/general"
    tenant.post(f"{path}/Members", Identity="alice")
    channel = tenant.get(path)["sid"]
    token = encode_token(
        account_sid=tenant.process.account_sid,
        key_sid=tenant.process.api_key_sid,
        key_secret=tenant.process.api_key_secret,
        identity="alice",
        service_sid=tenant.service_sid,
    )
    service.kill()
    script = (
        "import asyncio, os, signal, sys; from pathlib import Path; from chat_tui.client import ChatClient\n"
        "async def main(url, token, keep, channel):\n"
        "    client = ChatClient(url, token, keep=Path(keep)); client.start_soon()\n"
        "    for number in range(10): client.outbox.submit(channel, str(number))\n"
        "    await asyncio.wait_for(client.outbox.flush(), 20)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main(*sys.argv[1:]))"
    )
    arguments = [tenant.url, token, str(keep), channel]
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script, *arguments], timeout=60, check=False, env=os.environ
    )
    assert done.returncode == -signal.SIGKILL
    again = service.start()
    try:
        async with ChatClient(again.url, token, keep=keep) as alice:
            await alice.persistence.wait_restored()
            while unsent := alice.outbox.unsent():
                await asyncio.wait_for(alice.outbox.receipt(unsent[-1]), 10)
        bodies = [message["body"] for message in Tenant.reading(again, f"{path}/Messages")["messages"]]
        assert bodies == [str(number) for number in range(10)]
    finally:
        service.stop()
        tenant.close()


async def test_a_folder_that_cannot_be_leaves_a_client_that_connects(tmp_path: Path) -> None:
    """And says that nothing is kept."""
    (tmp_path / "file").write_text("in the way")
    client = new_client(FakeService(), tmp_path / "file" / "below")
    stream = client.events()
    await asyncio.wait_for(client.start(), 5)
    assert any(isinstance(event, events.OutboxNotKept) for event in await stream.batch())
    await client.close()
