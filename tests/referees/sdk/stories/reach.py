"""Reachability in full: own and others', followed and not, two devices, the feature off and on, the limit of users."""

from tests.referees.sdk.stories import Story

FOLLOWED_AT_MOST = 100


class Reach(Story):
    async def run(self) -> None:
        await self.see_oneself()
        await self.follow()
        await self.two_devices()
        await self.switch()
        await self.follow_many()
        await self.part()

    async def see_oneself(self) -> None:
        """One's own user is followed by itself; somebody else's is not (contract R20, R27)."""
        await self.bob.do("rename", name="Bobby")
        await self.see(self.bob, "userUpdated", identity="bob", name="Bobby", reasons=["friendlyName"])
        await self.alice.do("me")
        self.tell("seen of who is not followed", self.alice.seen("userUpdated", identity="bob"))

    async def follow(self) -> None:
        """Registering for push changes the state of who is followed, and one's own (contract R18, R28)."""
        await self.post("/Users", Identity="carl")
        self.tell("never online", await self.alice.do("user", identity="carl"))
        self.tell("online", await self.alice.do("user", identity="bob"))
        await self.bob.do("push", device="phone")
        for who in (self.alice, self.bob):
            await self.see(who, "userUpdated", identity="bob", notifiable=True, online=True, reasons=["notifiable"])

    async def two_devices(self) -> None:
        """Only the last connection's end is one (contract R30); both see what is sent once."""
        await self.meet()
        other = await self.another("bob")
        await other.do("page", name="team", size=1)
        await self.alice.do("send", name="team", body="to both")
        for device in (self.bob, other):
            await device.see("messageAdded", lambda found: found["body"] == "to both")
            self.tell("seen on a device", device.seen("messageAdded", body="to both"))
        self.alice.forget()
        await other.do("shutdown")
        self.tell("online after one is gone", (await self.get("/Users/bob"))["is_online"])
        await self.alice.do("me")
        self.tell("marks seen meanwhile", self.alice.seen("userUpdated", identity="bob"))

    async def switch(self) -> None:
        """Off and on again: null for everybody, then as it is; who began while it was off reads null (contract R7, R14,
        R15, R31)."""
        await self.post("", ReachabilityEnabled="false")
        await self.see(self.alice, "userUpdated", identity="bob", online=None, notifiable=None)
        await self.see(self.bob, "userUpdated", identity="bob", online=None, notifiable=None)
        late = await self.another("dora")
        self.tell("feature, for who comes late", (await late.do("me"))["reachability"])
        self.tell("read while it is off", await late.do("user", identity="bob"))
        await late.do("shutdown")
        self.alice.forget()
        self.bob.forget()
        await self.post("", ReachabilityEnabled="true")
        await self.see(self.alice, "userUpdated", identity="bob", online=True, notifiable=True)
        await self.see(self.bob, "userUpdated", identity="bob", online=True, notifiable=True)
        await self.see(self.alice, "userUpdated", identity="alice", online=True)

    async def follow_many(self) -> None:
        """First in, first out (contract 6.3): one more than the limit, and bob is not followed any more."""
        crowd = [f"user{number:03}" for number in range(FOLLOWED_AT_MOST)]
        for identity in crowd:
            await self.post("/Users", Identity=identity)
        await self.alice.do("follow", identities=crowd)
        await self.see(self.alice, "userUnsubscribed", identity="bob")
        self.tell("followed", await self.alice.do("followed") == crowd)
        self.alice.forget()
        await self.bob.do("rename", name="Robert")
        await self.bob.see("userUpdated", lambda found: found["name"] == "Robert")
        await self.alice.do("me")
        self.tell("seen of who is followed no more", self.alice.seen("userUpdated", identity="bob"))
        await self.alice.do("user", identity="bob")
        await self.see(self.alice, "userUnsubscribed", identity=crowd[0])

    async def part(self) -> None:
        """Deregistered; offline after a shutdown."""
        await self.bob.do("unpush")
        for who in (self.alice, self.bob):
            await self.see(who, "userUpdated", identity="bob", notifiable=False, reasons=["notifiable"])
        await self.bob.do("shutdown")
        await self.see(self.alice, "userUpdated", identity="bob", online=False, notifiable=False, reasons=["online"])
