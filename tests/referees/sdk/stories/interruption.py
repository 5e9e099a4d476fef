"""A link that breaks while things happen: each is told once when it is back, and nothing is missing."""

from tests.checker.proxy import Fault
from tests.referees.sdk.stories import Story


class Interruption(Story):
    async def run(self) -> None:
        await self.meet("side")
        await self.meet()
        await self.bob.do("user", identity="alice")
        for body in ("one", "two", "three"):
            await self.alice.do("send", name="team", body=body)
        await self.bob.see("messageAdded", lambda found: found["body"] == "three")
        self.bob.forget()
        self.link.inflict(Fault.HALF_OPEN)
        await self.happen()
        # What came before the break may still be told: the channel's update by the third message is one such.
        seen = self.bob.seen("messageAdded") + self.bob.seen("channelUpdated", title="The team")
        self.tell("seen while the link is broken", seen)
        self.link.heal()
        await self.catch_up()

    async def happen(self) -> None:
        """What bob does not see yet."""
        await self.alice.do("send", name="team", body="four")
        await self.alice.do("send", name="team", body="five")
        await self.alice.do("edit", name="team", index=0, body="one, edited")
        await self.alice.do("erase", name="team", index=1)
        await self.alice.do("retitle", name="team", title="The team")
        await self.post("/Users", Identity="carl")
        await self.alice.do("add", name="team", identity="carl")
        await self.alice.do("rename", name="Alicia")
        await self.alice.do("push", device="phone")
        await self.alice.do("remove", name="side", identity="bob")

    async def catch_up(self) -> None:
        """Everything, and each message once; then life goes on."""
        await self.see(self.bob, "messageAdded", "index", body="four")
        await self.see(self.bob, "messageAdded", "index", body="five")
        await self.see(self.bob, "messageUpdated", index=0, body="one, edited")
        await self.see(self.bob, "messageRemoved", index=1)
        await self.see(self.bob, "channelUpdated", name="team", title="The team")
        await self.see(self.bob, "memberJoined", identity="carl")
        await self.see(self.bob, "userUpdated", identity="alice", name="Alicia")
        await self.see(self.bob, "userUpdated", identity="alice", notifiable=True)
        await self.see(self.bob, "channelLeft", name="side")
        self.tell("page", (await self.bob.do("page", name="team", size=30))["indices"])
        self.tell("members", [found["identity"] for found in await self.bob.do("members", name="team")])
        self.tell("send", await self.bob.do("send", name="team", body="back again"))
        await self.see(self.alice, "messageAdded", "author", body="back again")
        await self.alice.do("send", name="team", body="welcome")
        await self.see(self.bob, "messageAdded", "index", body="welcome")
        counted = [self.bob.seen("messageAdded", body=body) for body in ("four", "five", "back again", "welcome")]
        self.tell("each seen", counted)
