"""What is not the same for every make: the words of each SDK for a change, and descriptors, which only chat has."""

import pytest

from tests.referees.sdk.parties import CHATS, MAKES, ready_party
from tests.support.service import Tenant


@pytest.mark.parametrize("make", MAKES)
async def test_reasons_are_spelt_as_each_sdk_spells_them(make: str, tenant: Tenant) -> None:
    """Chat, and our client: ``online``, ``notifiable``; Conversations: ``reachabilityOnline``… (contract R24, R26)."""
    prefixed = make.startswith("conversations")
    async with ready_party(make, tenant, "alice") as alice, ready_party(make, tenant, "bob") as bob:
        await alice.do("user", identity="bob")
        await bob.do("push", device="phone")
        seen = await alice.see("userUpdated", lambda found: found["identity"] == "bob" and found["notifiable"])
        assert seen["raw"] == (["reachabilityNotifiable"] if prefixed else ["notifiable"])
        await bob.do("shutdown")
        seen = await alice.see("userUpdated", lambda found: found["identity"] == "bob" and not found["online"])
        assert seen["raw"] == (["reachabilityOnline"] if prefixed else ["online"])


@pytest.mark.parametrize("make", CHATS)
async def test_a_descriptor_is_a_snapshot(make: str, tenant: Tenant) -> None:
    """It stays what it was, also while its user is followed (contract R21)."""
    async with ready_party(make, tenant, "alice") as alice, ready_party(make, tenant, "bob") as bob:
        then = {"identity": "bob", "online": True, "notifiable": None, "name": None}
        assert await alice.do("describeUser", identity="bob") == then
        await alice.do("user", identity="bob")
        await bob.do("push", device="phone")
        await alice.see("userUpdated", lambda found: found["identity"] == "bob" and found["notifiable"])
        assert await alice.do("descriptor") == then
        assert (await alice.do("describeUser", identity="bob"))["notifiable"] is True
