"""Channels, messages, paging, horizons, typing."""

from tests.referees.sdk.stories import Story

TYPING_TIMEOUT = "2"
"""Seconds; what the service says is what an indicator follows."""


class Talk(Story):
    async def run(self) -> None:
        await self.post("", TypingIndicatorTimeout=TYPING_TIMEOUT)
        await self.gather()
        await self.talk()
        await self.page()
        await self.read()
        await self.signal()
        await self.part()

    async def gather(self) -> None:
        """Create, join, add; titles and attributes."""
        for who in (self.alice, self.bob):
            me = await who.do("me")
            self.tell("me", [me["identity"], me["reachability"]])
        self.tell("create", await self.alice.do("create", name="team", title="Team"))
        await self.alice.do("join", name="team")
        await self.alice.do("add", name="team", identity="bob")
        await self.see(self.bob, "channelJoined", name="team", title="Team")
        for who in (self.alice, self.bob):
            await self.both_are_in(who, "team")
            self.tell("members", await who.do("members", name="team"))
            await who.do("page", name="team", size=1)
        await self.alice.do("retitle", name="team", title="The team")
        await self.see(self.bob, "channelUpdated", reasons=["friendlyName"], title="The team")
        await self.alice.do("describe", name="team", attributes={"topic": "pie"})
        await self.see(self.bob, "channelUpdated", reasons=["attributes"])

    async def talk(self) -> None:
        """Send, edit, attributes, delete."""
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

    async def page(self) -> None:
        """120 messages in pages of 30, back and forth: no gap, no repeat."""
        for number in range(117):
            await self.post("/Channels/team/Messages", Body=str(number), From="alice")
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
        stored = (await self.get("/Users/bob/Channels/team"))["notification_level"]
        self.tell("level", [await self.bob.do("level", name="team"), stored])

    async def signal(self) -> None:
        """Typing with the service's time-out."""
        await self.alice.do("typing", name="team")
        await self.see(self.bob, "typingStarted", identity="alice")
        await self.see(self.bob, "typingEnded", identity="alice")

    async def part(self) -> None:
        """Left, removed, gone."""
        await self.alice.do("remove", name="team", identity="bob")
        await self.see(self.bob, "channelLeft", name="team")
        await self.see(self.alice, "memberLeft", identity="bob")
        refused = await self.bob.attempt("send", name="team", body="still here?")
        self.tell("send when gone", "error" in refused)
        await self.bob.do("leave", name="general")
        await self.see(self.bob, "channelLeft", name="general")
        await self.alice.do("destroy", name="team")
        await self.see(self.alice, "channelLeft", name="team")
