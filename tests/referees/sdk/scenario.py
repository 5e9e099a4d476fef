"""What two clients do with each other, written once: every SDK in every pair must tell the same story."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from tests.support.service import Tenant

Event = dict[str, Any]

TYPING_TIMEOUT = "2"
"""Seconds; what the service says is what an indicator follows."""


class Party(Protocol):
    """A client, of whatever make."""

    identity: str

    async def do(self, command: str, **arguments: Any) -> Any: ...
    async def attempt(self, command: str, **arguments: Any) -> dict[str, Any]: ...
    async def see(self, event: str, when: Callable[[Event], bool] = ...) -> Event: ...
    def forget(self) -> None: ...


def _told(event: Event, name: str) -> Any:
    """A field of an event. Two changes within a millisecond bear one date, so that it is no reason of the second."""
    found = event.get(name)
    return [reason for reason in found if reason != "dateUpdated"] if name == "reasons" and found else found


class Story:
    """``told`` is the transcript: what was asked and seen, in order."""

    def __init__(self, alice: Party, bob: Party, tenant: Tenant) -> None:
        self.alice = alice
        self.bob = bob
        self.tenant = tenant
        self.told: list[Any] = []

    def tell(self, what: str, found: Any) -> None:
        self.told.append([what, found])

    async def see(self, who: Party, event: str, *fields: str, **wanted: Any) -> None:
        """Wait until somebody sees an event with these fields, and tell it."""

        def fits(found: Event) -> bool:
            return all(_told(found, name) == value for name, value in wanted.items())

        seen = await who.see(event, fits)
        self.tell(f"{who.identity} sees {event}", {name: _told(seen, name) for name in (*wanted, *fields)})

    async def run(self) -> list[Any]:
        await asyncio.to_thread(self.tenant.post, self.tenant.path, TypingIndicatorTimeout=TYPING_TIMEOUT)
        await self.meet()
        await self.talk()
        await self.page()
        await self.read()
        await self.signal()
        await self.reach()
        await self.part()
        return self.told

    async def meet(self) -> None:
        """Start-up; create, join, add; titles and attributes."""
        for who in (self.alice, self.bob):
            await who.see("state", lambda found: found["state"] == "initialized")
            me = await who.do("me")
            self.tell("me", [me["identity"], me["reachability"]])
        self.tell("create", await self.alice.do("create", name="team", title="Team"))
        await self.alice.do("join", name="team")
        await self.alice.do("add", name="team", identity="bob")
        await self.see(self.bob, "channelJoined", name="team", title="Team")
        for who in (self.alice, self.bob):
            if len(await who.do("members", name="team")) < 2:  # who has just come is on the way
                await who.see("memberJoined")
            self.tell("members", await who.do("members", name="team"))
            await who.do("page", name="team", size=1)
        await self.alice.do("retitle", name="team", title="The team")
        await self.see(self.bob, "channelUpdated", reasons=["friendlyName"], title="The team")
        await self.alice.do("describe", name="team", attributes={"topic": "pie"})
        await self.see(self.bob, "channelUpdated", reasons=["attributes"])

    async def talk(self) -> None:
        """Send, edit, attributes, delete; refusals with code and status."""
        for number, body in enumerate(("one", "two", "three")):
            self.tell("send", await self.alice.do("send", name="team", body=body, attributes={"n": number}))
            await self.see(self.bob, "messageAdded", "index", "author", "attributes", body=body)
        await self.alice.do("edit", name="team", index=0, body="one, edited")
        seen = await self.bob.see("messageUpdated", lambda found: found["body"] == "one, edited")
        self.tell("edited", "body" in seen["reasons"])
        await self.alice.do("mark", name="team", index=1, attributes={"n": "new"})
        seen = await self.bob.see("messageUpdated", lambda found: found["attributes"] == {"n": "new"})
        self.tell("marked", "attributes" in seen["reasons"])
        await self.alice.do("erase", name="team", index=2)
        await self.see(self.bob, "messageRemoved", "body", index=2)
        again = await self.alice.attempt("add", name="team", identity="bob")
        self.tell("add again", [again["error"]["status"], again["error"]["code"]])
        foreign = await self.bob.attempt("edit", name="team", index=0, body="not mine")
        self.tell("edit another's", [foreign["error"]["status"], foreign["error"]["code"]])

    async def page(self) -> None:
        """120 messages in pages of 30, back and forth: no gap, no repeat."""
        path = f"{self.tenant.path}/Channels/team/Messages"
        for number in range(117):
            await asyncio.to_thread(self.tenant.post, path, Body=str(number), From="alice")
        await self.bob.see("messageAdded", lambda found: found["index"] == 119)
        pages = [await self.bob.do("page", name="team", size=30)]
        while pages[-1]["before"]:
            pages.append(await self.bob.do("older"))
        backwards = [index for found in reversed(pages) for index in found["indices"]]
        self.tell("back to the beginning", backwards == [index for index in range(120) if index != 2])
        forwards = list(pages[-1]["indices"])
        for _ in range(len(pages) - 1):
            forwards += (await self.bob.do("newer"))["indices"]
        self.tell("forth to the end", forwards == backwards)

    async def read(self) -> None:
        """Horizons and counts; the notification level."""
        self.tell("unread at first", await self.bob.do("unread", name="team"))
        self.tell("read 100", await self.bob.do("read", name="team", index=100))
        await self.see(self.alice, "memberUpdated", identity="bob", read=100)
        self.tell("unread", await self.bob.do("unread", name="team"))
        self.tell("advance back", await self.bob.do("advance", name="team", index=50))
        self.tell("advance", await self.bob.do("advance", name="team", index=110))
        self.tell("read back", await self.bob.do("read", name="team", index=90))
        self.tell("read all", await self.bob.do("readAll", name="team"))
        await self.bob.do("readNone", name="team")
        await self.see(self.alice, "memberUpdated", identity="bob", read=None)
        self.tell("unread again", await self.bob.do("unread", name="team"))
        await self.bob.do("mute", name="team", level="muted")
        path = f"{self.tenant.path}/Users/bob/Channels/team"
        self.tell("level", [await self.bob.do("level", name="team"), self.tenant.get(path)["notification_level"]])

    async def signal(self) -> None:
        """Typing with the service's time-out."""
        await self.alice.do("typing", name="team")
        await self.see(self.bob, "typingStarted", identity="alice")
        await self.see(self.bob, "typingEnded", identity="alice")

    async def reach(self) -> None:
        """Names and reachability of somebody who is followed; the feature off and on again."""
        await asyncio.to_thread(self.tenant.post, f"{self.tenant.path}/Users", Identity="carl")
        self.tell("unknown", await self.alice.do("user", identity="carl"))
        self.tell("known", await self.alice.do("user", identity="bob"))
        await self.bob.do("rename", name="Bobby")
        await self.see(self.alice, "userUpdated", identity="bob", name="Bobby", reasons=["friendlyName"])
        await self.bob.do("push", device="phone")
        await self.see(self.alice, "userUpdated", identity="bob", notifiable=True, online=True, reasons=["notifiable"])
        await self.bob.do("unpush")
        await self.see(self.alice, "userUpdated", identity="bob", notifiable=False, reasons=["notifiable"])
        await asyncio.to_thread(self.tenant.post, self.tenant.path, ReachabilityEnabled="false")
        await self.see(self.alice, "userUpdated", identity="bob", online=None, notifiable=None)
        self.alice.forget()
        await asyncio.to_thread(self.tenant.post, self.tenant.path, ReachabilityEnabled="true")
        await self.see(self.alice, "userUpdated", identity="bob", online=True)

    async def part(self) -> None:
        """Removed, refused, gone; offline after a shutdown."""
        await self.alice.do("remove", name="team", identity="bob")
        await self.see(self.bob, "channelLeft", name="team")
        await self.see(self.alice, "memberLeft", identity="bob")
        refused = await self.bob.attempt("send", name="team", body="still here?")
        self.tell("send when gone", "error" in refused)
        self.alice.forget()
        await self.bob.do("shutdown")
        await self.see(self.alice, "userUpdated", identity="bob", online=False, reasons=["online"])
        await self.alice.do("destroy", name="team")
        await self.see(self.alice, "channelLeft", name="team")
