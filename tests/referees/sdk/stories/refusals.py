"""What the service refuses reaches the application with its status and its code (contract 1.8)."""

from tests.referees.sdk.stories import Story

BODY_BYTES = 32 * 1024


class Refusals(Story):
    async def run(self) -> None:
        await self.meet()
        await self.alice.do("send", name="team", body="hello")
        await self.bob.see("messageAdded", lambda found: found["body"] == "hello")
        await self.things_that_are_not_there()
        await self.things_that_are_there_already()
        await self.things_one_may_not_do()
        await self.things_that_do_not_fit()
        await self.limits()
        self.tell("and then", await self.alice.do("send", name="team", body="still well"))

    async def things_that_are_not_there(self) -> None:
        await self.refused("join nothing", self.alice, "join", name="nowhere")
        await self.refused("follow nobody", self.alice, "user", identity="nobody")
        await self.refused("remove a stranger", self.alice, "remove", name="team", identity="nobody")

    async def things_that_are_there_already(self) -> None:
        await self.refused("create again", self.alice, "create", name="team", title="Again")
        await self.refused("add again", self.alice, "add", name="team", identity="bob")

    async def things_one_may_not_do(self) -> None:
        await self.refused("edit another's", self.bob, "edit", name="team", index=0, body="not mine")
        await self.refused("mark another's", self.bob, "mark", name="team", index=0, attributes={"not": "mine"})
        await self.refused("erase another's", self.bob, "erase", name="team", index=0)
        await self.refused("remove the creator", self.bob, "remove", name="team", identity="alice")
        await self.refused("destroy", self.bob, "destroy", name="team")
        await self.refused("retitle", self.bob, "retitle", name="team", title="Mine")

    async def things_that_do_not_fit(self) -> None:
        await self.refused("too long", self.alice, "send", name="team", body="x" * (BODY_BYTES + 1))
        attributes = {"much": "x" * BODY_BYTES}
        await self.refused("too much", self.alice, "send", name="team", body="x", attributes=attributes)
        await self.refused("too long a title", self.alice, "retitle", name="team", title="x" * 257)

    async def limits(self) -> None:
        """Of the service: members of a channel, channels of a user."""
        await self.post("", **{"Limits.ChannelMembers": "2", "Limits.UserChannels": "2"})
        await self.post("/Users", Identity="carl")
        await self.refused("one member too many", self.alice, "add", name="team", identity="carl")
        await self.post("/Channels", UniqueName="third")
        await self.refused("one channel too many", self.alice, "join", name="third")
