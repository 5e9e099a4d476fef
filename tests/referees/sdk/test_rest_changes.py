"""What the owner does over REST, as the newest SDK sees it."""

from collections.abc import AsyncIterator

import pytest

from tests.referees.sdk.official import NEWEST
from tests.referees.sdk.parties import Party, ready_party
from tests.support.service import Tenant

pytestmark = pytest.mark.node


@pytest.fixture
async def pair(tenant: Tenant) -> AsyncIterator[tuple[Party, Party]]:
    """Alice and Bob, both in ``general``."""
    async with ready_party(NEWEST, tenant, "alice") as alice, ready_party(NEWEST, tenant, "bob") as bob:
        for client in (alice, bob):  # an SDK tells only what comes after it has loaded messages and participants
            await client.do("page", name="general", size=1)
            if len(await client.do("members", name="general")) < 2:
                await client.see("memberJoined")
        yield alice, bob


async def test_what_rest_deletes_is_gone_from_an_sdk(pair: tuple[Party, Party], tenant: Tenant) -> None:
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
    await alice.see("memberLeft", lambda event: event["identity"] == "bob")
    await bob.see("channelLeft")
    tenant.http.delete(f"{path}/Channels/general").raise_for_status()
    await alice.see("channelLeft")
    tenant.http.delete(f"{path}/Users/bob").raise_for_status()
    await bob.see("connection", lambda event: event["state"] == "disconnected")


async def test_a_conversation_is_closed_for_good(pair: tuple[Party, Party], tenant: Tenant) -> None:
    """Its state reaches the SDK; what is sent after that is refused with Conversations' code."""
    alice, _ = pair
    talk = f"/conversations/v1/Services/{tenant.service_sid}/Conversations/general"
    tenant.post(talk, State="inactive")
    await alice.see("channelUpdated", lambda event: "state" in event["reasons"] and event["state"] == "inactive")
    await alice.do("send", name="general", body="wake up")
    await alice.see("channelUpdated", lambda event: event["state"] == "active")
    tenant.post(talk, State="closed")
    await alice.see("channelUpdated", lambda event: event["state"] == "closed")
    refused = await alice.attempt("send", name="general", body="still open?")
    assert (refused["error"]["status"], refused["error"]["code"]) == (409, 50377)
