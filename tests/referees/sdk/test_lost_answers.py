"""A message that was stored, and an acknowledgement that never came."""

import asyncio
from urllib.parse import urlsplit

import pytest

from tests.checker.proxy import Fault, Proxy
from tests.referees.sdk.parties import MAKES, OWN, Detour, ready_party
from tests.support.service import Tenant


@pytest.mark.parametrize("make", MAKES)
async def test_a_send_whose_answer_is_lost_is_stored_and_shown_once(make: str, tenant: Tenant) -> None:
    """Our client sends it again under its mutation id and is answered; an SDK says that it was disconnected. The
    next message is the next one."""
    link = Proxy(urlsplit(tenant.url).port or 80, seed=1)
    detour, path = Detour(tenant, await link.start()), f"{tenant.path}/Channels/general/Messages"
    async with ready_party(make, detour, "alice") as alice, ready_party(OWN, tenant, "bob") as bob:
        await bob.do("page", name="general", size=1)
        await alice.do("page", name="general", size=1)
        await alice.do("hold", name="general")
        link.inflict(Fault.DEAF)
        sending = asyncio.create_task(alice.attempt("sendHeld", body="lost"))
        await bob.see("messageAdded", lambda found: found["body"] == "lost")
        link.heal()
        answer = await sending
        assert answer["ok"] == 0 if make == OWN else "error" in answer
        await alice.see("messageAdded", lambda found: found["body"] == "lost")
        assert await alice.do("send", name="general", body="next") == 1
        for one in (alice, bob):
            await one.see("messageAdded", lambda found: found["body"] == "next")
            assert one.seen("messageAdded", body="lost") == 1
    assert [message["body"] for message in tenant.get(path)["messages"]] == ["lost", "next"]
    await link.close()
