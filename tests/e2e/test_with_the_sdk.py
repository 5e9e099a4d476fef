"""Our terminal and the official JavaScript SDK in one channel."""

import asyncio

import pytest

from tests.e2e.conftest import Machine
from tests.referees.sdk.official import SdkClient

pytestmark = pytest.mark.node


class LocalTenant:
    """What `SdkClient` asks of a service."""

    def __init__(self, machine: Machine) -> None:
        self._service = machine.service

    @property
    def url(self) -> str:
        return self._service.url

    def token(self, identity: str) -> str:
        return self._service.token_for(identity)


async def test_messages_horizons_typing_and_reachability_pass_both_ways(machine: Machine) -> None:
    """Each is seen on the other side, with the SDK's own words."""
    alice = machine.open("alice")

    async def see(*words: str) -> None:
        await asyncio.to_thread(alice.see, *words)

    async with SdkClient(LocalTenant(machine), "bob") as bob:
        await bob.see("state", lambda seen: seen["state"] == "initialized")
        await bob.do("page", name="general", size=1)
        await bob.do("members", name="general")
        await see("● ? bob")
        assert (await bob.do("user", identity="alice"))["online"] is True
        await bob.do("send", name="general", body="hello from the SDK")
        await see("hello from the SDK")
        read = await bob.see("memberUpdated", lambda seen: seen["identity"] == "alice" and seen["read"] == 0)
        assert "lastReadMessageIndex" in read["raw"]
        alice.say("hello from the terminal")
        assert (await bob.see("messageAdded", lambda seen: seen["author"] == "alice"))["index"] == 1
        await bob.do("read", name="general", index=1)
        await bob.do("typing", name="general")
        await see("bob is typing")
        alice.type("x")
        assert (await bob.see("typingStarted"))["identity"] == "alice"
        await bob.do("push", device="phone")
        await see("● ▲ bob")
        bob.forget()
        assert await asyncio.to_thread(alice.quit) == 0
        gone = await bob.see("userUpdated", lambda seen: seen["identity"] == "alice")
        assert (gone["online"], gone["raw"]) == (False, ["reachabilityOnline"])
        await bob.do("shutdown")
    found = machine.get("/Users/bob")
    assert (found["is_online"], found["is_notifiable"]) == (False, True)
