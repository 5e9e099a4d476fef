"""The realtime face over real sockets: replay, revocation, back-pressure, drain, bounds."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chat_tui.protocol.twilsock import Header, HttpRequest, decode
from chat_tui.server.network.bucket import Bucket
from chat_tui.server.network.limits import Limits
from tests.bench.raw_socket import RawSocket
from tests.support.service import ServiceProcess, Tenant, serving

WITHIN = 10.0


class Watcher:
    """A raw connection whose notifications are kept."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self.socket: RawSocket

    async def open(self, tenant: Tenant, identity: str) -> "Watcher":
        self.socket = await RawSocket.open(tenant.url, tenant.token(identity), self._on_notification)
        return self

    def _on_notification(self, packet: bytes) -> None:
        payload = decode(packet).payload
        self.seen.append(msgspec.json.decode(payload))
        self._news.set()

    async def see(self, event_type: str, count: int = 1) -> list[dict[str, Any]]:
        """``count`` events of a type, past or to come."""
        async with asyncio.timeout(WITHIN):
            while True:
                found = [seen["event"] for seen in self.seen if seen.get("event_type") == event_type]
                if len(found) >= count:
                    return found
                self._news.clear()
                await self._news.wait()

    async def follow(self, sid: str, kind: str = "list", after: int | None = None) -> None:
        body = {
            "action": "establish",
            "requests": [{"object_sid": sid, "object_type": kind, "last_event_id": after}],
            "correlation_id": 7,
            "event_protocol_version": 4,
        }
        await self.socket.request("POST", "/v4/Subscriptions", body)


Watch = Callable[[str], Awaitable[Watcher]]


@pytest.fixture
async def watch(tenant: Tenant) -> AsyncIterator[Watch]:
    """Opens connections that are gone after the test."""
    opened: list[Watcher] = []

    async def open_one(identity: str) -> Watcher:
        opened.append(await Watcher().open(tenant, identity))
        return opened[-1]

    yield open_one
    for watcher in opened:
        watcher.socket.transport.abort()
        await watcher.socket.closed()


async def messages_list(watcher: Watcher) -> str:
    """The SID of ``general``'s list of messages."""
    found = await watcher.socket.request("GET", "/Client/v2/Conversations/general")
    listing = await watcher.socket.request("GET", f"/v3/Lists/{found['sync_objects']['messages']}")
    return str(listing["sid"])


async def test_what_was_missed_is_replayed_in_order_and_then_it_is_live(watch: Watch) -> None:
    """From the last id named, each event once, before the subscription is said to be established."""
    alice = await watch("alice")
    sid = await messages_list(alice)
    for number in range(140):
        await alice.socket.send("general", str(number))
    await alice.follow(sid, after=100)
    established = await alice.see("subscription_established")
    added = await alice.see("list_item_added", 40)
    assert [event["id"] for event in added] == list(range(101, 141))
    assert (established[0]["replay_status"], established[0]["last_event_id"]) == ("completed", 140)
    await alice.socket.send("general", "live")
    assert (await alice.see("list_item_added", 41))[-1]["item_data"]["text"] == "live"


async def test_a_request_that_speaks_of_replies_is_answered(tenant: Tenant, watch: Watch) -> None:
    """In the body, in a parameter, in the path: only the packet's own method says what it is."""
    alice = await watch("alice")
    lies = {"method": "reply", "attributes": '{"method":"reply"}', "body": '"method":"reply"', "x": {"method": "reply"}}
    async with asyncio.timeout(WITHIN):
        sent = await alice.socket.request("POST", "/Client/v2/Conversations/general/Messages", lies)
        request = HttpRequest("h", "/Client/v2/Users", "GET", params={"method": "reply", "ConversationSid": "general"})
        listed = await alice.socket.exchange(Header("message", http_request=request))
    assert (sent["body"], sent["attributes"]) == (lies["body"], lies["attributes"])
    assert listed.header.http_status is not None
    assert listed.header.http_status.code == 200


async def test_an_id_from_the_future_interrupts(watch: Watch) -> None:
    """Ahead of the object's last id (a restored copy): the client must reload (guarantees, Follow 4)."""
    alice = await watch("alice")
    await alice.follow(await messages_list(alice), after=10_000)
    assert (await alice.see("subscription_established"))[0]["replay_status"] == "interrupted"


async def test_who_asks_again_for_what_cannot_be_replayed_is_not_interrupted_again(watch: Watch) -> None:
    """An official SDK asks at once with the same id, for ever; another id, or another time, is another question."""
    alice = await watch("alice")
    sid = await messages_list(alice)
    told: list[str] = []
    for after in (10_000, 10_000, 20_000, 10_000):
        await alice.follow(sid, after=after)
        told.append((await alice.see("subscription_established", len(told) + 1))[-1]["replay_status"])
    assert told == ["interrupted", "completed", "interrupted", "interrupted"]


async def test_a_stranger_may_follow_nothing_private(tenant: Tenant, watch: Watch) -> None:
    """Another's own channels, and a private channel's objects, answer like what does not exist."""
    channel = tenant.post(f"{tenant.path}/Channels", UniqueName="secret", Type="private")
    tenant.post(f"{tenant.path}/Channels/secret/Members", Identity="bob")
    user = tenant.get(f"{tenant.path}/Users/bob")
    alice = await watch("alice")
    for path in (
        f"/v3/Maps/{user['sid']}.channels",
        f"/v3/Documents/{channel['sid']}.channel",
        f"/v3/Lists/{channel['sid']}.messages",
        f"/v3/Maps/{channel['sid']}.roster",
    ):
        with pytest.raises(AssertionError, match="not found"):
            await alice.socket.request("GET", path)
    await alice.follow("ES" + "0" * 32)
    assert (await alice.see("subscription_failed"))[0]["error"]["status"] == 404


async def test_a_removed_member_hears_no_more(tenant: Tenant, watch: Watch) -> None:
    """Delivery stops in the same step, on sockets that stay open (guarantees, Access 3)."""
    alice, bob = await watch("alice"), await watch("bob")
    sid = await messages_list(bob)
    await bob.follow(sid)
    await bob.see("subscription_established")
    await alice.socket.send("general", "before")
    await bob.see("list_item_added")
    tenant.http.delete(f"{tenant.path}/Channels/general/Members/bob")
    await alice.socket.send("general", "after")
    await bob.follow(sid)
    await bob.see("subscription_failed")
    assert len(await bob.see("list_item_added")) == 1


def test_one_connection_changes_ten_things_a_second_after_a_burst() -> None:
    """By default, and 150 at once."""
    limits = Limits()
    bucket = Bucket(limits.session_rate, limits.session_burst, 0.0)
    passed = [sum(bucket.take(now) for _ in range(200)) for now in (0.0, 0.05, 0.1, 1.1, 100.0)]
    assert passed == [150, 0, 1, 10, 150]


async def test_what_is_over_the_budget_of_a_connection_is_refused(tmp_path: Path) -> None:
    """Of whatever kind it is: 429 until there is budget again. Reading goes on."""
    with serving(tmp_path, "--session-rate", "1e-6", "--rate", "1e6") as process:
        tenant = Tenant(process)
        alice = await Watcher().open(tenant, "alice")
        user = await alice.socket.request("GET", "/Client/v2/Users/alice")
        answers: list[str] = []
        for number in range(170):
            path = "/Client/v2/Conversations/general/Messages" if number % 2 else f"/Client/v2/Users/{user['sid']}"
            try:
                await alice.socket.request("POST", path, {"body": "x"} if number % 2 else {"attributes": "{}"})
            except AssertionError as error:
                answers.append(str(error))
        assert len(answers) == 20
        assert all("20429" in answer for answer in answers)
        await alice.socket.request("GET", "/Client/v2/Configuration")
        alice.socket.transport.abort()
        await alice.socket.closed()
        tenant.close()


async def test_bad_input_is_refused_and_closes_nothing(watch: Watch) -> None:
    """A lone surrogate, NUL, no JSON: 400, and the next request is served."""
    alice = await watch("alice")
    path = "/Client/v2/Conversations/general/Messages"
    for payload in (b'{"body":"\\ud800"}', b'{"body":"a\\u0000b"}', b"nonsense", b"[1]", b'{"body":5}'):
        request = HttpRequest("aim.local", path, "POST", {}, {"Content-Type": "application/json"})
        header = Header("message", "TM-x", http_request=request)
        status = (await alice.socket.exchange(header, payload)).header.http_status
        assert status is not None
        assert status.code == 400, payload
    assert (await alice.socket.send("general", "fine"))["index"] == 0


async def test_a_peer_that_stops_reading_is_let_go_and_the_others_are_not(tmp_path: Path) -> None:
    """In mid-burst, with every buffer full: the connection is aborted, and reachability follows (guarantees, Liveness
    2)."""
    with serving(tmp_path, "--rate", "1e6", "--session-rate", "1e6", "--linger", "0.2") as process:
        tenant = Tenant(process)
        alice, bob, carl = [await Watcher().open(tenant, name) for name in ("alice", "bob", "carl")]
        for watcher in (bob, carl):
            await watcher.follow(await messages_list(watcher))
            await watcher.see("subscription_established")
        bob.socket.transport.pause_reading()
        body = "x" * 30_000
        for _ in range(20):
            await asyncio.gather(*(alice.socket.send("general", body) for _ in range(30)))
        await carl.see("list_item_added", 600)
        user = await alice.socket.request("GET", "/Client/v2/Users/bob")
        info = await alice.socket.request("GET", f"/v3/Maps/{user['sync_objects']['user_info_map']}")
        await alice.follow(info["sid"], "map", after=0)
        marks = [event["item_data"] for event in await alice.see("map_item_updated", 2)]
        assert marks[-1] == {"online": False, "notifiable": None}
        for watcher in (alice, bob, carl):
            watcher.socket.transport.abort()
            await watcher.socket.closed()
        tenant.close()


async def test_sigterm_asks_clients_to_come_back(tmp_path: Path) -> None:
    """A close packet 308 with a back-off, then the end; the exit status is 0."""
    service = ServiceProcess(tmp_path / "data", "--log-level", "warning")
    tenant = Tenant(service.start())
    closes: list[Any] = []

    class Listening(RawSocket):
        def _packet(self, payload: bytes, acks: list[bytes]) -> None:
            packet = decode(payload)
            if packet.header.method == "close":
                closes.append((packet.header.status, packet.json()))
            super()._packet(payload, acks)

    alice = await Listening.open(tenant.url, tenant.token("alice"))
    assert service.process is not None
    os.kill(service.process.pid, signal.SIGTERM)
    assert await asyncio.to_thread(service.process.wait, 10) == 0
    alice.transport.abort()
    await alice.closed()
    assert closes[0][0].code == 308
    assert closes[0][1]["backoff_policy"]["reconnect_min_ms"] >= 0
    assert not (tmp_path / "data" / "service.json").exists()
    tenant.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ("Host: evil.example\r\n", b"421"),
        ("Host: localhost\r\nOrigin: https://evil.example\r\n", b"403"),
        ("Host: localhost\r\nOrigin: http://localhost:3000\r\n", b"101"),
        ("Host: 127.0.0.1:1\r\n", b"101"),
    ],
)
async def test_foreign_hosts_and_origins_are_refused(tenant: Tenant, headers: str, status: bytes) -> None:
    """Absent is fine, loopback is fine, others need a setting."""
    address, port = tenant.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(address, int(port))
    writer.write(
        f"GET /v3/wsconnect HTTP/1.1\r\n{headers}Upgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    assert (await reader.readline()).split()[1] == status
    writer.close()
    await writer.wait_closed()
