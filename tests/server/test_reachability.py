"""Reachability: the decision table, leases, and the switch."""

from collections.abc import Callable
from typing import Any

import pytest

from chat_tui.server.operations.bindings import RegisterBinding, RemoveBinding
from chat_tui.server.operations.services import UpdateService
from chat_tui.server.operations.users import DeleteUser, FetchUser
from chat_tui.server.reachability import leases, rules
from tests.server.conftest import Domain


async def marks(domain: Domain, identity: str) -> tuple[bool | None, bool | None]:
    view = await domain.run(FetchUser(domain.service_sid, identity))
    found = rules.visible_reachability(view.service, view.user)
    return found.online, found.notifiable


async def apply(domain: Domain, change: Callable[..., object], *arguments: Any) -> None:
    await domain.core.store.write(lambda tx: change(tx, *arguments))


async def test_online_is_at_least_one_live_connection(domain: Domain) -> None:
    """Null until the first, true while any lives, false after the last (contract R15–R17)."""
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
    await apply(domain, leases.end_lingering, [leases.Lingerer(0, "two", bob.user_sid)])
    assert await marks(domain, "bob") == (False, None)


async def test_notifiable_follows_registrations(domain: Domain) -> None:
    """Null before the first ever, true with one, false after the last (contract R18)."""
    bob = await domain.user("bob")
    await apply(domain, leases.begin, "one", bob.user_sid)
    binding = await domain.run(RegisterBinding(domain.service_sid, bob.user_sid, "fcm", "phone", "secret"), bob)
    assert await marks(domain, "bob") == (True, True)
    await domain.run(RemoveBinding(domain.service_sid, binding=binding.sid), bob)
    assert await marks(domain, "bob") == (True, False)


async def test_the_switch_forgets_and_remembers_who_is_there(domain: Domain) -> None:
    """Off: null for everybody. On: those connected are online, the rest null until their next transition."""
    alice, bob = await domain.user("alice"), await domain.user("bob")
    await apply(domain, leases.begin, "a", alice.user_sid)
    await apply(domain, leases.begin, "b", bob.user_sid)
    await apply(domain, leases.end, "b", bob.user_sid, 0)
    await domain.run(UpdateService(domain.service_sid, reachability_enabled=False))
    assert (await marks(domain, "alice"), await marks(domain, "bob")) == ((None, None), (None, None))
    await domain.run(UpdateService(domain.service_sid, reachability_enabled=True))
    assert (await marks(domain, "alice"), await marks(domain, "bob")) == ((True, None), (None, None))
    await apply(domain, leases.begin, "b", bob.user_sid)
    assert await marks(domain, "bob") == (True, None)


async def test_a_user_made_anew_starts_at_null(domain: Domain) -> None:
    """The user's state goes with it (contract R32)."""
    bob = await domain.user("bob")
    await apply(domain, leases.begin, "one", bob.user_sid)
    await domain.run(DeleteUser(domain.service_sid, "bob"))
    await domain.user("bob")
    assert await marks(domain, "bob") == (None, None)


async def test_after_a_restart_those_who_do_not_come_back_go_offline(domain: Domain) -> None:
    """Everybody is suspect for half a minute; one batch ends the rest."""
    alice, bob = await domain.user("alice"), await domain.user("bob")
    for name, actor in (("a", alice), ("b", bob)):
        await apply(domain, leases.begin, name, actor.user_sid)
    await apply(domain, leases.suspect_everybody)
    assert (await marks(domain, "alice"))[0] is True
    await apply(domain, leases.begin, "a2", alice.user_sid)
    over = [leases.Lingerer(0, name, actor.user_sid) for name, actor in (("a", alice), ("b", bob))]
    await apply(domain, leases.end_lingering, over)
    assert ((await marks(domain, "alice"))[0], (await marks(domain, "bob"))[0]) == (True, False)


@pytest.mark.parametrize(("drops", "expected"), [(1, 15), (4, 15), (5, 30), (6, 60), (9, 60)])
def test_only_flapping_links_linger_longer(drops: int, expected: int) -> None:
    """More than four drops in two minutes double the linger, up to a minute."""
    found = rules.linger_for(clean=False, offloaded=False, drops=[1000] * drops, now=1000)
    assert found == expected * 1000


def test_old_drops_are_forgotten() -> None:
    """The window is two minutes."""
    drops = [0] * 9 + [200_000]
    assert rules.linger_for(clean=False, offloaded=False, drops=drops, now=200_000) == 15_000


@pytest.mark.parametrize("base", [0, 1_000, 15_000, 30_000, 60_000])
@pytest.mark.parametrize("drops", range(12))
def test_when_somebody_is_offline_is_one_rule(base: int, drops: int) -> None:
    """A farewell counts at once unless we asked for it; who was sent away has half a minute; never over a minute."""

    def linger(*, clean: bool, offloaded: bool) -> int:
        return rules.linger_for(clean=clean, offloaded=offloaded, drops=[0] * drops, now=0, base=base)

    assert linger(clean=True, offloaded=False) == 0
    assert linger(clean=True, offloaded=True) == linger(clean=False, offloaded=True) == max(base, 30_000)
    assert base <= linger(clean=False, offloaded=False) <= 60_000


@pytest.mark.parametrize(
    ("left", "counts"),
    [(None, 30), (20, 20), (30, 30), (31, 30), (86_400, 30), (10**9, 30), (0, 0), (-1, 0), (-(10**9), 0)],
)
def test_what_lingered_at_the_stop_is_believed_up_to_half_a_minute(left: int | None, counts: int) -> None:
    """Its date may come from another clock."""
    now = 1_700_000_000_000
    assert rules.suspicion(None if left is None else now + left * 1000, now) == counts * 1000
