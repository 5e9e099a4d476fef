"""Applies the reachability rules inside a transaction: leases and registrations in, published changes out (contract R4,
R28)."""

from chat_tui.server.changes import ReachabilityChanged
from chat_tui.server.reachability import rules
from chat_tui.server.store.rows import Service, User
from chat_tui.server.store.transaction import Reader, Transaction


def _reload(tx: Reader, user: User) -> User:
    return tx.one(User, "user_by_sid_alone", sid=user.sid) or user


def announce(tx: Transaction, service: Service, before: User) -> User:
    """Record a change if what may be shown of the user is no longer what it was. Returns the user as it is now."""
    after = _reload(tx, before)
    now = rules.visible_reachability(service, after)
    if now != rules.visible_reachability(service, before):
        tx.record(ReachabilityChanged(after, now))
    return after


def apply_leases(tx: Transaction, user_sid: str) -> None:
    """Bring a user's online state in line with the leases. Nothing moves while the feature is off (contract R7)."""
    user = tx.one(User, "user_by_sid_alone", sid=user_sid)
    service = None if user is None else tx.one(Service, "service_by_sid", sid=user.service_sid)
    if user is None or service is None or not service.reachability_enabled:
        return
    is_online = tx.value("count_leases", user_sid=user_sid) > 0
    was_online = user.is_online and user.online_epoch == service.reachability_epoch
    if is_online == was_online:
        return
    if not is_online:  # the epoch stays: the user was online in it (contract R17)
        tx.run("set_user_online", sid=user_sid, is_online=False, epoch=user.online_epoch)
    else:
        tx.run("set_user_online", sid=user_sid, is_online=True, epoch=service.reachability_epoch)
    announce(tx, service, user)


def apply_bindings(tx: Transaction, service: Service, user: User) -> User:
    """Count a user's registrations anew and announce what that changes (contract R18)."""
    tx.run("set_user_bindings", sid=user.sid, count=tx.value("count_bindings", user_sid=user.sid))
    return announce(tx, service, user)


def switch(tx: Transaction, before: Service, after: Service) -> None:
    """The feature was switched: on, whoever is connected becomes online in a new epoch (contract R8, 9.2); off,
    everybody known turns to null for subscribers too (contract 9.3; guarantees, Reachability 8)."""
    if after.reachability_enabled:
        for user in tx.all(User, "users_connected", service_sid=after.sid):
            tx.run("set_user_online", sid=user.sid, is_online=True, epoch=after.reachability_epoch)
            announce(tx, after, user)
        return
    for user in tx.all(User, "users_in_epoch", service_sid=before.sid, epoch=before.reachability_epoch):
        tx.record(ReachabilityChanged(user, rules.UNKNOWN))
