"""What leases, registrations and the switch make of a user's reachability."""

from chat_tui.server.operations.bindings import RegisterBinding, RemoveBinding
from chat_tui.server.operations.services import UpdateService
from chat_tui.server.operations.users import DeleteUser
from chat_tui.server.reachability import leases
from tests.server.conftest import Domain
from tests.server.reachability.seen import apply, marks


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
