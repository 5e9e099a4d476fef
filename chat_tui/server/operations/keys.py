"""API keys: made, listed, renamed and revoked; their secrets reach the store encrypted."""

from msgspec import UNSET, UnsetType

from chat_tui.protocol.defaults import MAX_ADMIN_NAME
from chat_tui.protocol.errors import Code, Forbidden, NotFound
from chat_tui.server.bus import KeyRevoked
from chat_tui.server.operations import checks
from chat_tui.server.operations.actors import AccountActor, Actor
from chat_tui.server.operations.operation import Command, operation
from chat_tui.server.operations.pages import Page, PageQuery, page
from chat_tui.server.store.rows import ApiKey
from chat_tui.server.store.transaction import Reader, Transaction


class EnsureKey(Command):
    """``sealed_secret``: encrypted, as it is kept."""

    account_sid: str
    key_sid: str
    friendly_name: str
    sealed_secret: str


class FetchKey(Command):
    account_sid: str
    key_sid: str


class ListKeys(Command):
    account_sid: str
    page: PageQuery = PageQuery()


class RenameKey(Command):
    account_sid: str
    key_sid: str
    friendly_name: str | UnsetType = UNSET


class RevokeKey(Command):
    account_sid: str
    key_sid: str


def _check_holder(actor: Actor, account_sid: str) -> None:
    """Keys are the account's to give, not another key's. Raises Forbidden, or NotFound for another account."""
    if not isinstance(actor, AccountActor):
        return
    if actor.account_sid != account_sid:
        raise NotFound(f"Account {account_sid} was not found", Code.NOT_FOUND)
    if actor.key_sid is not None:
        raise Forbidden("Keys are managed with the Account SID and auth token", Code.FORBIDDEN)


def _find(tx: Reader, actor: Actor, account_sid: str, sid: str) -> ApiKey:
    _check_holder(actor, account_sid)
    key = tx.one(ApiKey, "key_by_sid", sid=sid)
    if key is None or key.account_sid != account_sid or key.date_revoked is not None:
        raise NotFound(f"API key {sid} was not found", Code.NOT_FOUND)
    return key


@operation(EnsureKey)
def ensure_key(tx: Transaction, actor: Actor, command: EnsureKey) -> ApiKey:
    _check_holder(actor, command.account_sid)
    if tx.one(ApiKey, "key_by_sid", sid=command.key_sid) is None:
        tx.run(
            "insert_key",
            sid=command.key_sid,
            account_sid=command.account_sid,
            friendly_name=checks.name("FriendlyName", command.friendly_name, limit=MAX_ADMIN_NAME),
            secret=command.sealed_secret,
            date_created=tx.now,
        )
    key = tx.one(ApiKey, "key_by_sid", sid=command.key_sid)
    assert key is not None
    return key


@operation(FetchKey, writes=False)
def fetch_key(tx: Reader, actor: Actor, command: FetchKey) -> ApiKey:
    return _find(tx, actor, command.account_sid, command.key_sid)


@operation(ListKeys, writes=False)
def list_keys(tx: Reader, actor: Actor, command: ListKeys) -> Page[ApiKey]:
    """The keys that work; a revoked one is not listed."""
    _check_holder(actor, command.account_sid)
    return page(tx, ApiKey, "keys_page", command.page, account_sid=command.account_sid)


@operation(RenameKey)
def rename_key(tx: Transaction, actor: Actor, command: RenameKey) -> ApiKey:
    key = _find(tx, actor, command.account_sid, command.key_sid)
    if command.friendly_name is UNSET:
        return key
    name = checks.name("FriendlyName", command.friendly_name, limit=MAX_ADMIN_NAME)
    tx.run("rename_key", sid=key.sid, friendly_name=name)
    return _find(tx, actor, command.account_sid, key.sid)


@operation(RevokeKey)
def revoke_key(tx: Transaction, actor: Actor, command: RevokeKey) -> None:
    """Its tokens stop working, and whoever is connected by one is cut off."""
    key = _find(tx, actor, command.account_sid, command.key_sid)
    tx.run("revoke_key", sid=key.sid, now=tx.now)
    tx.publish(KeyRevoked(key.sid))
