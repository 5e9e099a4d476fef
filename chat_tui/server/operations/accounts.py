"""Accounts and their API keys; secrets reach the store encrypted."""

from chat_tui.protocol.errors import Code, NotFound
from chat_tui.server.bus import KeyRevoked
from chat_tui.server.operations.actors import Actor
from chat_tui.server.operations.operation import Command, operation
from chat_tui.server.store.rows import Account, ApiKey
from chat_tui.server.store.transaction import Reader, Transaction


class EnsureAccount(Command):
    """``sealed_secret``: the auth token, encrypted."""

    account_sid: str
    sealed_secret: str


class EnsureKey(Command):
    account_sid: str
    key_sid: str
    friendly_name: str
    sealed_secret: str


class RevokeKey(Command):
    account_sid: str
    key_sid: str


class FindCredentials(Command):
    """``sid``: of an account or of an API key."""

    sid: str


@operation(EnsureAccount)
def ensure_account(tx: Transaction, actor: Actor, command: EnsureAccount) -> None:
    if tx.one(Account, "account_by_sid", sid=command.account_sid) is None:
        tx.run("insert_account", sid=command.account_sid, secret=command.sealed_secret, date_created=tx.now)


@operation(EnsureKey)
def ensure_key(tx: Transaction, actor: Actor, command: EnsureKey) -> None:
    if tx.one(ApiKey, "key_by_sid", sid=command.key_sid) is None:
        tx.run(
            "insert_key",
            sid=command.key_sid,
            account_sid=command.account_sid,
            friendly_name=command.friendly_name,
            secret=command.sealed_secret,
            date_created=tx.now,
        )


@operation(RevokeKey)
def revoke_key(tx: Transaction, actor: Actor, command: RevokeKey) -> None:
    """Whoever is connected by a token of this key is cut off."""
    key = tx.one(ApiKey, "key_by_sid", sid=command.key_sid)
    if key is None or key.account_sid != command.account_sid:
        raise NotFound(f"API key {command.key_sid} was not found", Code.NOT_FOUND)
    tx.run("revoke_key", sid=key.sid, now=tx.now)
    tx.publish(KeyRevoked(key.sid))


@operation(FindCredentials, writes=False)
def find_credentials(tx: Reader, actor: Actor, command: FindCredentials) -> Account | ApiKey | None:
    """An account, or a key that is not revoked."""
    if command.sid.startswith("AC"):
        return tx.one(Account, "account_by_sid", sid=command.sid)
    key = tx.one(ApiKey, "key_by_sid", sid=command.sid)
    return None if key is None or key.date_revoked is not None else key
