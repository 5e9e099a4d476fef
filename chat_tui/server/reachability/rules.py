"""What may be shown of a user's reachability: a decision table (contract R14–R18), and how long a broken link
lingers."""

from collections.abc import Sequence

from chat_tui.protocol.defaults import LINGER, MAX_LINGER
from chat_tui.protocol.values import Reachability
from chat_tui.server.store.rows import Service, User

UNKNOWN = Reachability(None, None)

OFFLOAD_LINGER = 30_000
SUSPECT_LINGER = 30_000
"""After a restart, how long users who were online have to come back."""

FLAP_WINDOW = 120_000
FLAPS_FREE = 4


def visible_reachability(service: Service, user: User) -> Reachability:
    """The value REST, Sync and every client show for ``user`` (guarantees, Reachability 6).

    Null while the feature is off, and before the user was online since it was enabled (contract R14, R15, 9.4);
    notifiable also while the user never had a registration (contract R18).
    """
    if not service.reachability_enabled or user.online_epoch != service.reachability_epoch:
        return UNKNOWN
    return Reachability(user.is_online, user.bindings_count > 0 if user.ever_registered else None)


def linger_for(*, clean: bool, offloaded: bool, drops: Sequence[int], now: int, base: int = LINGER * 1000) -> int:
    """Milliseconds that a user whose last connection ended still counts as online: the whole rule of when somebody is
    offline. ``clean``: the client said that it leaves; ``offloaded``: we had sent it away, so it means to come back.
    Else the link broke: ``drops`` are the times of the user's breaks, this one included, by a clock that nobody sets;
    more than four within two minutes double the linger, again for every further one, up to a minute (guarantees,
    Reachability 3, 4, 5)."""
    if offloaded:
        return max(base, OFFLOAD_LINGER)
    if clean:
        return 0
    recent = sum(1 for drop in drops if drop > now - FLAP_WINDOW)
    doublings = min(max(0, recent - FLAPS_FREE), 8)
    return max(base, min(base << doublings, MAX_LINGER * 1000))


def linger_after_restart(expires: int | None, now: int) -> int:
    """Milliseconds that a lease found at the start counts: one that lived, half a minute; one that lingered, what it
    had left, as far as the dates can be believed. Nobody is kept online for longer by a clock that was set."""
    return SUSPECT_LINGER if expires is None else min(max(0, expires - now), SUSPECT_LINGER)
