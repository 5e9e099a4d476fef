"""What the unmodified official JavaScript SDK, @twilio/conversations 3.0.1, makes of the realtime side."""

from collections.abc import AsyncIterator

import pytest

from tests.referees.official_js import JsClient
from tests.support.service import Tenant

pytestmark = pytest.mark.node


@pytest.fixture
async def pair(tenant: Tenant) -> AsyncIterator[tuple[JsClient, JsClient]]:
    """Alice and Bob, initialised, both in ``general``."""
    async with JsClient(tenant, "alice") as alice, JsClient(tenant, "bob") as bob:
        for client in (alice, bob):
            await client.see("state", lambda seen: seen["state"] == "initialized")
        for client in (alice, bob):  # an SDK tells only what comes after it has loaded messages and participants
            await client.do("page", name="general", size=1)
            here = {found["identity"] for found in await client.do("participants", name="general")}
            if len(here) < 2:  # an SDK ignores who types and is not known to it yet
                await client.see("participantJoined")
        yield alice, bob


async def test_messages_and_horizons_pass_between_two_sdk_clients(pair: tuple[JsClient, JsClient]) -> None:
    """Send, receive, count, advance, edit, delete, page."""
    alice, bob = pair
    assert await alice.do("send", name="general", body="hello") == 0
    seen = await bob.see("messageAdded", lambda event: event["body"] == "hello")
    assert (seen["index"], seen["author"]) == (0, "alice")
    assert await bob.do("unread", name="general") is None
    assert await bob.do("setRead", name="general", index=0) == 0
    await alice.do("send", name="general", body="two")
    await bob.do("send", name="general", body="three")
    assert await bob.do("unread", name="general") == 2
    assert await bob.do("advance", name="general", index=2) == 0
    await alice.see("participantUpdated", lambda event: event["identity"] == "bob" and event["read"] == 2)
    await alice.do("edit", name="general", index=0, body="hello, all")
    edited = await bob.see("messageUpdated", lambda event: event["body"] == "hello, all")
    assert "body" in edited["updateReasons"]
    page = await bob.do("page", name="general", size=2)
    assert [item["index"] for item in page["items"]] == [1, 2]
    assert (page["before"], page["after"]) == (True, False)
    await alice.do("erase", name="general", index=1)
    assert (await bob.see("messageRemoved"))["index"] == 1


async def test_reachability_follows_connection_and_push(pair: tuple[JsClient, JsClient]) -> None:
    """R-rules as an SDK reports them: online, notifiable, with Conversations' reasons; offline after a shutdown."""
    alice, bob = pair
    assert (await alice.do("me"))["reachabilityEnabled"] is True
    assert await alice.do("user", identity="bob") == {
        "identity": "bob",
        "online": True,
        "notifiable": None,
        "name": None,
    }
    await bob.do("push", device="phone-1")
    seen = await alice.see("userUpdated", lambda event: event["identity"] == "bob" and event["notifiable"] is True)
    assert seen["updateReasons"] == ["reachabilityNotifiable"]
    await bob.do("unpush")
    await alice.see("userUpdated", lambda event: event["identity"] == "bob" and event["notifiable"] is False)
    await bob.do("shutdown")
    gone = await alice.see("userUpdated", lambda event: event["identity"] == "bob" and event["online"] is False)
    assert gone["updateReasons"] == ["reachabilityOnline"]


async def test_typing_begins_and_ends(pair: tuple[JsClient, JsClient]) -> None:
    """The indicator comes, and goes by itself."""
    alice, bob = pair
    await bob.do("typing", name="general")
    assert (await alice.see("typingStarted"))["identity"] == "bob"
    assert (await alice.see("typingEnded"))["identity"] == "bob"


async def test_members_come_and_go(pair: tuple[JsClient, JsClient]) -> None:
    """A removed member is told, and may neither read nor write any more; a refusal keeps its code."""
    alice, bob = pair
    await alice.do("create", name="side", title="Side")
    await alice.do("join", name="side")
    await alice.do("add", name="side", identity="bob")
    await bob.see("joined", lambda event: event["name"] == "side")
    again = await alice.attempt("add", name="side", identity="bob")
    assert (again["error"]["status"], again["error"]["body"]["code"]) == (409, 50404)
    await alice.do("remove", name="side", identity="bob")
    await bob.see("left")
    refused = await bob.attempt("send", name="side", body="still here?")
    assert refused["error"]["status"] in (403, 404)


async def test_a_token_is_renewed_on_the_same_socket(pair: tuple[JsClient, JsClient], tenant: Tenant) -> None:
    """An update of the token keeps the session; notification levels stay the server's."""
    _, bob = pair
    await bob.do("token", token=tenant.token("bob"))
    await bob.do("mute", name="general", level="muted")
    assert await bob.do("level", name="general") == "muted"
    found = tenant.get(f"{tenant.path}/Users/bob/Channels/general")
    assert found["notification_level"] == "muted"


async def test_a_bad_token_is_denied(tenant: Tenant) -> None:
    """An expired token ends in ``denied`` and tokenExpired, not in a loop."""
    async with JsClient(tenant, "alice", token=tenant.token("alice", lifetime=-60)) as alice:
        await alice.see("connection", lambda event: event["state"] == "denied")
        await alice.see("tokenExpired")


async def test_what_rest_deletes_is_gone_from_an_sdk(pair: tuple[JsClient, JsClient], tenant: Tenant) -> None:
    """A binding, a member, a conversation and a user: an SDK is told of each at once; the deleted user's link ends."""
    alice, bob = pair
    path = tenant.path
    await alice.do("user", identity="bob")
    await bob.do("push", device="phone-1")
    await alice.see("userUpdated", lambda event: event["identity"] == "bob" and event["notifiable"] is True)
    binding = tenant.get(f"{path}/Users/bob/Bindings")["bindings"][0]
    tenant.http.delete(f"{path}/Users/bob/Bindings/{binding['sid']}").raise_for_status()
    await alice.see("userUpdated", lambda event: event["identity"] == "bob" and event["notifiable"] is False)
    tenant.http.delete(f"{path}/Channels/general/Members/bob").raise_for_status()
    await alice.see("participantLeft", lambda event: event["identity"] == "bob")
    await bob.see("left")
    tenant.http.delete(f"{path}/Channels/general").raise_for_status()
    await alice.see("left")
    tenant.http.delete(f"{path}/Users/bob").raise_for_status()
    await bob.see("connection", lambda event: event["state"] == "disconnected")


async def test_a_conversation_is_closed_for_good(pair: tuple[JsClient, JsClient], tenant: Tenant) -> None:
    """Its state reaches the SDK; what is sent after that is refused with Conversations' code."""
    alice, _ = pair
    talk = f"/conversations/v1/Services/{tenant.service_sid}/Conversations/general"
    tenant.post(talk, State="inactive")
    await alice.see(
        "conversationUpdated", lambda event: "state" in event["updateReasons"] and event["state"] == "inactive"
    )
    await alice.do("send", name="general", body="wake up")
    await alice.see("conversationUpdated", lambda event: event["state"] == "active")
    tenant.post(talk, State="closed")
    await alice.see("conversationUpdated", lambda event: event["state"] == "closed")
    refused = await alice.attempt("send", name="general", body="still open?")
    assert (refused["error"]["status"], refused["error"]["body"]["code"]) == (409, 50377)
