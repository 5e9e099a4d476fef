"""`ChatClient` against a real service: what an application sees."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chat_tui.client import ChatClient, ChatError, NotificationLevel, Phase, SendState, UpdateReason, events
from chat_tui.client.admin import AdminClient
from chat_tui.client.link.timing import Timing
from chat_tui.protocol.errors import Conflict, NotFound, Unauthenticated
from chat_tui.protocol.tokens import encode_token
from chat_tui.protocol.values import ChannelStatus
from tests.client.conftest import Connect, until
from tests.support.service import ServiceProcess, Tenant


async def test_a_message_arrives_once_and_in_order(connect: Connect) -> None:
    """Ten sends, ten events, ten messages, the same indices on both sides."""
    alice, bob = await connect("alice"), await connect("bob")
    theirs, mine = bob.channels.find("general"), alice.channels.find("general")
    opened, stream = await bob.open_channel(theirs), bob.events()
    for number in range(10):
        assert (await alice.messages.send(mine, str(number))).index == number
    await until(lambda: len(opened.messages) == 10, stream)
    assert [(m.index, m.body, m.author) for m in opened.messages] == [(n, str(n), "alice") for n in range(10)]


async def test_a_user_is_followed_with_the_proper_reasons(connect: Connect) -> None:
    """Online, notifiable and name each come with their reason; a descriptor stays as it was (contract R21, R26)."""
    alice, bob = await connect("alice"), await connect("bob")
    user, stream = await alice.get_user("bob"), alice.events()
    snapshot = await alice.get_user_descriptor("bob")
    assert (user.is_online, user.is_notifiable) == (True, None)
    seen: list[frozenset[UpdateReason]] = []

    async def next_reasons() -> None:
        async for event in stream:
            if isinstance(event, events.UserUpdated) and event.user is user:
                seen.append(event.update_reasons)
                return

    for change in (bob.push.register("phone"), bob.push.unregister(), bob.update_user(friendly_name="Bobby")):
        await change
        await asyncio.wait_for(next_reasons(), 10)
    await bob.close()
    await asyncio.wait_for(next_reasons(), 10)
    notifiable, online = frozenset({UpdateReason.NOTIFIABLE}), frozenset({UpdateReason.ONLINE})
    assert seen == [notifiable, notifiable, frozenset({UpdateReason.FRIENDLY_NAME}), online]
    assert (user.is_online, user.is_notifiable, user.friendly_name) == (False, False, "Bobby")
    assert (snapshot.is_online, snapshot.is_notifiable, snapshot.friendly_name) == (True, None, None)


async def test_a_followed_user_who_is_deleted_is_told_as_gone(connect: Connect, tenant: Tenant) -> None:
    """Asking for them again finds nobody, until somebody else has the name, who is followed like anybody."""
    tenant.post(f"{tenant.path}/Users", Identity="zoe")
    alice = await connect("alice")
    zoe, stream = await alice.get_user("zoe"), alice.events()
    assert tenant.http.delete(f"{tenant.path}/Users/zoe").is_success
    async with asyncio.timeout(10):
        told = await anext(event async for event in stream if isinstance(event, events.UserDeleted))
    assert told.user is zoe
    assert (zoe.is_subscribed, alice.people.followed()) == (False, [])
    with pytest.raises(NotFound):
        await alice.get_user("zoe")
    tenant.post(f"{tenant.path}/Users", Identity="zoe", FriendlyName="Zoe the second")
    assert (await alice.get_user("zoe")).friendly_name == "Zoe the second"


async def test_push_is_turned_off_after_a_restart(connect: Connect, tenant: Tenant) -> None:
    """The device's own id is enough; what is not registered is not missed."""
    first = await connect("bob")
    await first.push.register("phone")
    await first.close()
    second = await connect("bob")
    assert second.user.is_notifiable is True
    await second.push.unregister("phone")
    assert tenant.get(f"{tenant.path}/Users/bob")["is_notifiable"] is False
    await second.push.unregister("phone")
    await second.push.unregister()


async def test_the_feature_switch_is_told_apart_from_unknown(connect: Connect, tenant: Tenant) -> None:
    """``ClientUpdated`` with reachabilityEnabled, both ways."""
    alice = await connect("alice")
    stream = alice.events()
    assert alice.reachability_enabled
    tenant.post(tenant.path, ReachabilityEnabled="false")
    await until(lambda: not alice.reachability_enabled and alice.user.is_online is None, stream)
    tenant.post(tenant.path, ReachabilityEnabled="true")
    await until(lambda: alice.reachability_enabled and alice.user.is_online, stream)


async def test_only_a_limited_number_is_followed_first_in_first_out(connect: Connect) -> None:
    """The oldest is let go, and said so."""
    alice = await connect("alice")
    for name in ("bob", "carl", "dan"):
        await connect(name)
    alice.people.limit = 2
    stream = alice.events()
    for name in ("bob", "carl", "dan"):
        await alice.get_user(name)
    assert [user.identity for user in alice.people.followed()] == ["carl", "dan"]
    gone: list[str] = []
    while not gone:
        gone += [e.user.identity for e in await stream.batch() if isinstance(e, events.UserUnsubscribed)]
    assert gone == ["bob"]
    assert await alice.get_user("alice") is alice.user


async def test_unread_counts_follow_messages_and_horizon(connect: Connect) -> None:
    """Null, then live: growth, advancing, deleting, and another device."""
    alice, bob = await connect("alice"), await connect("bob")
    phone = await connect("bob")
    channel, stream = bob.channels.find("general"), bob.events()
    sender = alice.channels.find("general")
    await alice.messages.send(sender, "zero")
    await until(lambda: channel.last_index == 0, stream)
    assert channel.unread_messages_count is None
    assert await bob.channels.set_consumption_horizon(channel, 0) == 0
    for number in range(4):
        await alice.messages.send(sender, str(number))
    await until(lambda: channel.unread_messages_count == 4, stream)
    await phone.channels.set_consumption_horizon(phone.channels.find("general"), 4)
    await until(lambda: channel.unread_messages_count == 0, stream)


async def test_mute_is_shown_at_once_and_taken_back_when_refused(connect: Connect, tenant: Tenant) -> None:
    """The service has the last word."""
    alice = await connect("alice")
    channel = alice.channels.find("general")
    muting = asyncio.create_task(alice.channels.set_notification_level(channel, NotificationLevel.MUTED))
    await asyncio.sleep(0)
    assert channel.is_muted
    await muting
    assert tenant.get(f"{tenant.path}/Users/alice/Channels/general")["notification_level"] == "muted"
    tenant.http.delete(f"{tenant.path}/Channels/general/Members/alice")
    with pytest.raises(ChatError):
        await alice.channels.set_notification_level(channel, NotificationLevel.DEFAULT)
    assert channel.is_muted


async def test_invitations_come_and_are_answered(connect: Connect) -> None:
    """Invited, accepted by joining, declined; the inviter is named."""
    alice, bob = await connect("alice"), await connect("bob")
    stream = bob.events()
    for name in ("one", "two"):
        await alice.channels.invite(await alice.channels.create(unique_name=name), "bob")
    await until(lambda: len(bob.channels) == 3, stream)
    one, two = bob.channels.find("one"), bob.channels.find("two")
    assert one.status is ChannelStatus.INVITED
    await bob.channels.join("one")
    await until(lambda: one.is_joined, stream)
    await bob.channels.decline(two)
    await until(lambda: two.sid not in bob.channels, stream)
    with pytest.raises(Conflict):
        await alice.channels.invite(alice.channels.find("one"), "bob")


async def test_members_and_typing_are_live(connect: Connect) -> None:
    """Who joins and leaves is seen; typing begins, and ends with the message."""
    alice, bob = await connect("alice"), await connect("bob")
    channel = alice.channels.find("general")
    opened, stream = await alice.open_channel(channel), alice.events()
    carl = await connect("carl")
    await until(lambda: "carl" in {member.identity for member in opened.members.values()}, stream)
    bob.typing.keystroke(bob.channels.find("general"))
    await until(lambda: alice.typing.active(channel) == ["bob"], stream)
    await bob.messages.send(bob.channels.find("general"), "done")
    await until(lambda: alice.typing.active(channel) == [], stream)
    await carl.channels.leave(carl.channels.find("general"))
    await until(lambda: "carl" not in {member.identity for member in opened.members.values()}, stream)


async def test_older_pages_join_without_gap_or_repeat(connect: Connect, tenant: Tenant) -> None:
    """120 messages in pages."""
    for number in range(120):
        tenant.post(f"{tenant.path}/Channels/general/Messages", Body=str(number))
    alice = await connect("alice")
    opened = await alice.open_channel(alice.channels.find("general"))
    while opened.has_older:
        await opened.load_older(30)
    assert [message.index for message in opened.messages] == list(range(120))


async def test_edits_and_deletions_are_seen_with_reasons(connect: Connect) -> None:
    """An edit carries ``body``; a deletion takes the message away and keeps the others' indices."""
    alice, bob = await connect("alice"), await connect("bob")
    opened, stream = await bob.open_channel(bob.channels.find("general")), bob.events()
    mine = await alice.open_channel(alice.channels.find("general"))
    for text in ("a", "b", "c"):
        await alice.messages.send(mine.channel, text)
    await until(lambda: len(opened.messages) == 3, stream)
    await until(lambda: len(mine.messages) == 3, alice.events())
    await alice.messages.update(mine.messages[0], body="A")
    await alice.messages.delete(mine.messages[1])
    await until(lambda: [(m.index, m.body) for m in opened.messages] == [(0, "A"), (2, "c")], stream)
    assert opened.messages[0].was_edited


async def test_a_killed_service_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """``kill -9`` between sends: what was acknowledged is there once; what waited is sent; both see the same."""
    service = ServiceProcess(tmp_path / "data", "--log-level", "warning")
    running = service.start()
    tenant = Tenant(running)

    async def address() -> str:
        return running.url

    clients = [ChatClient("", tenant.token(name), address=address) for name in ("alice", "bob")]
    alice, bob = clients
    for client in clients:
        await client.start()
    channel, opened = alice.channels.find("general"), await bob.open_channel(bob.channels.find("general"))
    stream, mine = bob.events(), alice.events()
    for number in range(20):
        await alice.messages.send(channel, f"acknowledged {number}")
    service.kill()
    waiting = [alice.messages.submit(channel, f"waiting {number}") for number in range(5)]
    assert {pending.state for pending in waiting} == {SendState.QUEUED}
    running = await asyncio.to_thread(service.start)
    for client in clients:
        client.reconnect_now()
    await until(lambda: len(opened.messages) >= 25, stream)
    expected = [f"acknowledged {n}" for n in range(20)] + [f"waiting {n}" for n in range(5)]
    assert [message.body for message in opened.messages] == expected
    await until(lambda: alice.outbox.unsent_in(channel.sid) == [], mine)
    for client in clients:
        await client.close()
    tenant.close()
    service.stop()


async def test_sigterm_brings_everybody_back_to_the_next_service(tmp_path: Path) -> None:
    """A drained client returns by itself, on the same streams."""
    service = ServiceProcess(tmp_path / "data", "--log-level", "warning")
    running = service.start()

    async def address() -> str:
        return running.url

    async with ChatClient("", running.token_for("alice"), address=address) as alice:
        stream = alice.events()
        assert service.process is not None
        os.kill(service.process.pid, signal.SIGTERM)
        await until(lambda: alice.connection.phase is Phase.WAITING, stream)
        await asyncio.to_thread(service.process.wait, 10)
        running = await asyncio.to_thread(service.start)
        alice.reconnect_now()
        await until(lambda: alice.connection.phase is Phase.CONNECTED, stream)
        assert (await alice.messages.send(alice.channels.find("general"), "back")).index == 0
    service.stop()


async def test_a_service_made_anew_is_noticed(tmp_path: Path) -> None:
    """Its database is gone: the client begins anew instead of showing what is no more."""
    service = ServiceProcess(tmp_path / "data", "--log-level", "warning")
    running = service.start()

    async def address() -> str:
        return running.url

    async def token() -> str:
        return running.token_for("alice")

    async with ChatClient("", token, address=address) as alice:
        stream, old = alice.events(), alice.channels.find("general")
        await alice.messages.send(old, "in the old world")
        service.kill()
        for path in (tmp_path / "data").glob("chat.db*"):
            path.unlink()
        running = await asyncio.to_thread(service.start)
        alice.reconnect_now()
        await until(lambda: alice.connection.phase is Phase.CONNECTED and old.sid not in alice.channels, stream)
        general = alice.channels.find("general")
        assert (await alice.open_channel(general)).messages == []
        assert (await alice.messages.send(general, "in the new world")).index == 0
    service.stop()


async def test_a_new_token_ends_a_denial(tenant: Tenant) -> None:
    """The client connects with it."""
    client = ChatClient(tenant.url, tenant.token("alice", lifetime=-5))
    with pytest.raises(Unauthenticated):
        await client.start()
    await client.update_token(tenant.token("alice"))
    assert (client.connection.phase, [c.title for c in client.channels.values()]) == (Phase.CONNECTED, ["general"])
    await client.close()


async def test_a_refused_token_is_said_and_not_tried_again(tenant: Tenant) -> None:
    """Denied, with the reason."""
    client = ChatClient(tenant.url, tenant.token("alice", lifetime=-5))
    with pytest.raises(Unauthenticated, match="expired"):
        await client.start()
    assert client.connection.phase is Phase.DENIED
    await client.close()


async def test_a_token_source_renews_without_a_break(tenant: Tenant) -> None:
    """A token that was warned of, at half of its short life, is renewed on the same socket."""
    asked: list[int] = []
    renewed = asyncio.Event()

    async def source() -> str:
        asked.append(1)
        if len(asked) == 2:
            renewed.set()
        return tenant.token("alice", lifetime=6 if len(asked) == 1 else 3600)

    async with ChatClient(tenant.url, source, timing=Timing(fetch_apart=0.05)) as client:
        await asyncio.wait_for(renewed.wait(), 10)
        assert client.connection.phase is Phase.CONNECTED


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("chat_tui.client", ["textual", "httpx", "chat_tui.server", "starlette"]),
        ("chat_tui.server.runner", ["textual", "httpx", "chat_tui.client"]),
        ("chat_tui.cli", ["textual", "httpx", "websockets", "starlette", "uvicorn", "apsw"]),
        ("chat_tui.tui.app", ["httpx", "chat_tui.server", "uvicorn", "cryptography", "jwt"]),
    ],
)
def test_importing_a_part_loads_no_other(module: str, unwanted: list[str]) -> None:
    """In a fresh interpreter."""
    code = f"import sys, {module}; print([name for name in {unwanted!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_a_revoked_key_cuts_off_who_came_by_it(tenant: Tenant) -> None:
    """A token of a key works until the key is revoked; then the open connection ends, and no other one is let in."""
    async with AdminClient(tenant.url, tenant.process.account_sid, tenant.process.auth_token) as admin:
        made = await admin.create_key("short-lived")
        token = encode_token(
            account_sid=tenant.process.account_sid,
            key_sid=made["sid"],
            key_secret=made["secret"],
            identity="alice",
            service_sid=tenant.service_sid,
            lifetime=3600,
        )
        async with ChatClient(tenant.url, token) as alice:
            stream = alice.events()
            await admin.revoke_key(made["sid"])
            await until(lambda: alice.connection.phase is Phase.DENIED, stream)
        with pytest.raises(Unauthenticated):
            async with ChatClient(tenant.url, token):
                pass
