"""Leases: who is connected, who lingers, and who is given up after a restart."""

import asyncio

import pytest

from chat_tui.protocol.errors import Unavailable
from chat_tui.server.core import ServiceCore
from chat_tui.server.operations.messages import SendMessage
from chat_tui.server.operations.users import FetchUser
from chat_tui.server.reachability import leases, rules
from tests.server.conftest import Domain
from tests.server.reachability.seen import apply, marks
from tests.support.connections import writer_of


async def test_online_is_at_least_one_live_connection(domain: Domain) -> None:
    """Null until the first, true while any lives, false after the last (contract R1, R15, R17, R30)."""
    bob = await domain.user("bob")
    assert await marks(domain, "bob") == (None, None)
    await apply(domain, leases.begin, "one", bob.user_sid)
    await apply(domain, leases.begin, "two", bob.user_sid)
    assert await marks(domain, "bob") == (True, None)
    await apply(domain, leases.end, "one", bob.user_sid, 0)
    assert await marks(domain, "bob") == (True, None)
    await apply(domain, leases.end, "two", bob.user_sid, 0)
    assert await marks(domain, "bob") == (False, None)


async def test_a_broken_link_lingers_and_coming_back_is_no_change(domain: Domain) -> None:
    """The lease's expiry is the linger; a return within it publishes nothing."""
    bob = await domain.user("bob")
    await apply(domain, leases.begin, "one", bob.user_sid)
    domain.published.clear()
    await apply(domain, leases.end, "one", bob.user_sid, 15_000)
    await apply(domain, leases.begin, "two", bob.user_sid)
    assert (domain.published, await marks(domain, "bob")) == ([], (True, None))
    await apply(domain, leases.end, "two", bob.user_sid, 15_000)
    await apply(domain, leases.end_lingering, [leases.LingeringLease(0, "two", bob.user_sid)])
    assert await marks(domain, "bob") == (False, None)


async def test_after_a_restart_those_who_do_not_come_back_go_offline(domain: Domain) -> None:
    """Everybody is suspect for half a minute; one batch ends the rest (guarantees, Reachability 7)."""
    alice, bob = await domain.user("alice"), await domain.user("bob")
    for name, actor in (("a", alice), ("b", bob)):
        await apply(domain, leases.begin, name, actor.user_sid)
    await apply(domain, leases.suspect_everybody)
    assert (await marks(domain, "alice"))[0] is True
    await apply(domain, leases.begin, "a2", alice.user_sid)
    over = [leases.LingeringLease(0, name, actor.user_sid) for name, actor in (("a", alice), ("b", bob))]
    await apply(domain, leases.end_lingering, over)
    assert ((await marks(domain, "alice"))[0], (await marks(domain, "bob"))[0]) == (True, False)


async def test_who_left_while_nothing_could_be_written_is_offline_in_the_end(domain: Domain) -> None:
    """A full disk postpones the end of a lease, and does not make anybody online for ever."""
    bob = await domain.user("bob")
    core: ServiceCore = domain.core
    await core.leases.connected("one", bob.user_sid)
    writer_of(core.store).pragma("query_only", True)
    leaving = asyncio.ensure_future(core.leases.disconnected("one", bob.user_sid, clean=True))
    with pytest.raises(Unavailable):  # answered after the first try of the one who leaves
        await domain.run(SendMessage(domain.service_sid, "general", "no"))
    writer_of(core.store).pragma("query_only", False)
    await asyncio.wait_for(leaving, 5)
    view = await domain.run(FetchUser(domain.service_sid, "bob"))
    assert rules.visible_reachability(view.service, view.user).online is False
