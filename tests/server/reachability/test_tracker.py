"""What leases, registrations and the switch make of a user's reachability."""

from chat_tui.server.operations.bindings import RegisterBinding, RemoveBinding
from chat_tui.server.operations.services import CreateService, UpdateService
from chat_tui.server.operations.users import CreateUser, DeleteUser, FetchUser
from chat_tui.server.reachability import leases, rules
from tests.server.conftest import Domain
from tests.server.reachability.seen import apply, marks


async def test_notifiable_follows_registrations(domain: Domain) -> None:
    """Null before the first ever, true with one, false after the last (contract R2, R18)."""
    bob = await domain.user("bob")
    await apply(domain, leases.begin, "one", bob.user_sid)
    binding = await domain.run(RegisterBinding(domain.service_sid, bob.user_sid, "fcm", "phone", "secret"), bob)
    assert await marks(domain, "bob") == (True, True)
    await domain.run(RemoveBinding(domain.service_sid, binding=binding.sid), bob)
    assert await marks(domain, "bob") == (True, False)


async def test_the_switch_forgets_and_remembers_who_is_there(domain: Domain) -> None:
    """Off: null for everybody. On: those connected are online, the rest null until their next transition (contract R8,
    R14, R15, 9.2, 9.3)."""
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


async def test_services_know_nothing_of_each_other(domain: Domain) -> None:
    """A fresh one has the feature off, switching it on is for it alone, and so is who is online there (contract R3, R5,
    R6)."""
    bob = await domain.user("bob")
    other = await domain.run(CreateService(domain.account.account_sid, "other"))
    await domain.run(CreateUser(other.sid, "bob"))
    assert other.reachability_enabled is False
    await apply(domain, leases.begin, "one", bob.user_sid)
    await domain.run(UpdateService(other.sid, reachability_enabled=True))
    there = await domain.run(FetchUser(other.sid, "bob"))
    assert rules.visible_reachability(there.service, there.user) == rules.UNKNOWN
    await domain.run(UpdateService(other.sid, reachability_enabled=False))
    assert await marks(domain, "bob") == (True, None)


async def test_a_user_made_anew_starts_at_null(domain: Domain) -> None:
    """The user's state goes with it (contract R32)."""
    bob = await domain.user("bob")
    await apply(domain, leases.begin, "one", bob.user_sid)
    await domain.run(DeleteUser(domain.service_sid, "bob"))
    await domain.user("bob")
    assert await marks(domain, "bob") == (None, None)
