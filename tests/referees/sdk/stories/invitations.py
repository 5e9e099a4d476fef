"""Invited, accepted, declined: between those who know invitations."""

from tests.referees.sdk.stories import Story


class Invitations(Story):
    async def run(self) -> None:
        for name in ("first", "second"):
            await self.alice.do("create", name=name, title=name.title())
            await self.alice.do("join", name=name)
            await self.alice.do("members", name=name)
            await self.alice.do("page", name=name, size=1)
            await self.alice.do("invite", name=name, identity="bob")
            await self.see(self.bob, "channelInvited", "title", name=name, status="invited")
        await self.refused("invite again", self.alice, "invite", name="first", identity="bob")
        await self.accept()
        await self.decline()

    async def accept(self) -> None:
        await self.bob.do("join", name="first")
        await self.see(self.bob, "channelJoined", name="first", status="joined")
        await self.see(self.alice, "memberJoined", identity="bob", name="first")
        await self.refused("invite a member", self.alice, "invite", name="first", identity="bob")
        await self.alice.do("send", name="first", body="welcome")
        await self.bob.do("page", name="first", size=1)
        self.tell("read", await self.bob.do("readAll", name="first"))

    async def decline(self) -> None:
        await self.bob.do("decline", name="second")
        await self.see(self.alice, "messageAdded", body="welcome")
        self.tell("members", [found["identity"] for found in await self.alice.do("members", name="second")])
        refused = await self.bob.attempt("send", name="second", body="after all")
        self.tell("send when declined", "error" in refused)
        await self.alice.do("invite", name="second", identity="bob")
        self.tell("invited again", (await self.get("/Users/bob/Channels/second"))["status"])
