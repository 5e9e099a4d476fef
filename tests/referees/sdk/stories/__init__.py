"""What clients do with each other, each story written once: every make in every part must tell the same."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.checker.proxy import Proxy
from tests.referees.sdk.event_recorder import Event
from tests.referees.sdk.parties import Party
from tests.support.service import Tenant


def _told(event: Event, name: str) -> Any:
    """A field of an event. Two changes within a millisecond bear one date, so that it is no reason of the second."""
    found = event.get(name)
    return [reason for reason in found if reason != "dateUpdated"] if name == "reasons" and found else found


class Story:
    """``told`` is the transcript: what was asked and seen, in order. Bob's ``link`` can be broken; ``another`` brings
    in one more client of his make. Subclasses tell it in `run`."""

    def __init__(
        self, alice: Party, bob: Party, tenant: Tenant, link: Proxy, another: Callable[[str], Awaitable[Party]]
    ) -> None:
        self.alice = alice
        self.bob = bob
        self.tenant = tenant
        self.link = link
        self.another = another
        self.told: list[Any] = []

    async def run(self) -> None:
        raise NotImplementedError

    def tell(self, what: str, found: Any) -> None:
        self.told.append([what, found])

    async def see(self, who: Party, event: str, *fields: str, **wanted: Any) -> None:
        """Wait until somebody sees an event with these fields, and tell it."""

        def fits(found: Event) -> bool:
            return all(_told(found, name) == value for name, value in wanted.items())

        seen = await who.see(event, fits)
        self.tell(f"{who.identity} sees {event}", {name: _told(seen, name) for name in (*wanted, *fields)})

    async def refused(self, what: str, who: Party, command: str, **arguments: Any) -> None:
        """Tell status and code of a refusal."""
        answer = await who.attempt(command, **arguments)
        self.tell(what, [answer["error"]["status"], answer["error"]["code"]] if "error" in answer else answer)

    async def post(self, path: str, **form: str) -> dict[str, Any]:
        """The owner does something over REST."""
        return await asyncio.to_thread(self.tenant.post, self.tenant.path + path, **form)

    async def get(self, path: str) -> dict[str, Any]:
        return await asyncio.to_thread(self.tenant.get, self.tenant.path + path)

    async def meet(self, name: str = "team") -> None:
        """Alice makes a channel that both are in, and both have it open."""
        await self.alice.do("create", name=name, title=name.title())
        await self.alice.do("join", name=name)
        await self.alice.do("add", name=name, identity="bob")
        await self.bob.see("channelJoined", lambda found: found["name"] == name)
        for who in (self.alice, self.bob):
            await self.both_are_in(who, name)
            await who.do("page", name=name, size=1)

    async def both_are_in(self, who: Party, name: str) -> None:
        """Whoever has just come may be on the way."""
        if len(await who.do("members", name=name)) < 2:
            await who.see("memberJoined", lambda found: found["name"] == name)
