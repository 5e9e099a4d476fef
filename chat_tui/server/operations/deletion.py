"""What was deleted goes in two steps: out of sight at once, and off the disk in small pieces that hold up nobody.

A deleted service belongs to an account of its own, a deleted channel to its service, a deleted object to that as
owner: no query of anybody's finds them there, and after a crash they are found by who clears them away.
"""

from chat_tui.server.store.rows import Channel, Service, User
from chat_tui.server.store.transaction import Reader, Transaction

ACCOUNT = "AC" + "0" * 32
SERVICE = "IS" + "0" * 32
"""Queries name both."""

STEP = 100
"""Rows that one step takes away: they may be large."""


def mark_service_deleted(tx: Transaction, service: Service) -> None:
    """No lookup finds the service any more, and so nothing in it."""
    _ensure_keepers(tx)
    tx.run("mark_service_deleted", sid=service.sid)
    tx.run("forget_default_service", sid=service.sid)


def mark_channel_deleted(tx: Transaction, channel: Channel) -> None:
    """Its seats go at once, since users count them; its messages stay until they are cleared away."""
    _ensure_keepers(tx)
    tx.run("delete_members_of_channel", channel_sid=channel.sid)
    tx.run("delete_invites_of_channel", channel_sid=channel.sid)
    tx.run("mark_channel_deleted", sid=channel.sid)


def _ensure_keepers(tx: Transaction) -> None:
    """The account and the service that keep what is deleted, which have settings since every row has."""
    tx.run("insert_account_of_deleted", now=tx.now)
    tx.run("insert_service_of_deleted", now=tx.now)


def is_any_left(reader: Reader) -> bool:
    """Whether something is to be cleared away."""
    return bool(reader.value("any_deleted"))


def clear(tx: Transaction) -> bool:
    """One step. Returns whether there was anything to do."""
    return _clear_channel(tx) or _clear_user(tx) or _clear_object(tx) or _clear_service(tx)


def _clear_channel(tx: Transaction) -> bool:
    sid = tx.value("deleted_channel")
    if sid is None:
        return False
    if tx.tuples("clear_messages", channel_sid=sid, limit=STEP) or tx.tuples(
        "clear_tombstones", channel_sid=sid, limit=STEP
    ):
        return True
    tx.run("mark_objects_deleted", owner_sid=sid)
    tx.run("delete_channel", sid=sid)
    return True


def _clear_user(tx: Transaction) -> bool:
    user = tx.one(User, "deleted_user")
    if user is None:
        return False
    tx.run("mark_objects_deleted", owner_sid=user.sid)
    tx.run("delete_user", sid=user.sid)
    return True


def _clear_object(tx: Transaction) -> bool:
    sid = tx.value("deleted_object")
    if sid is None:
        return False
    if not tx.tuples("clear_events", object_sid=sid, limit=STEP):
        tx.run("delete_object", sid=sid)
    return True


def _clear_service(tx: Transaction) -> bool:
    sid = tx.value("deleted_service")
    if sid is None:
        return False
    tx.run("delete_service", sid=sid)
    return True
