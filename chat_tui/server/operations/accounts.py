"""Accounts: what the whole account is set to, and the service that paths without one mean (contract 2.2)."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.errors import BadRequest, Code, NotFound
from chat_tui.protocol.values import HttpMethod
from chat_tui.server.operations import checks, services, states
from chat_tui.server.operations.actors import AccountActor, Actor
from chat_tui.server.operations.lookup import find_service
from chat_tui.server.operations.operation import Command, gives_nothing, operation
from chat_tui.server.store.rows import Account, ApiKey
from chat_tui.server.store.transaction import Reader, Transaction

DEFAULT_SERVICE_NAME = "Default Conversations Service"


TARGETS = ("webhook", "flex")


class EnsureAccount(Command):
    """``sealed_secret``: the auth token, encrypted."""

    account_sid: str
    sealed_secret: str


class FindCredentials(Command):
    """``sid``: of an account or of an API key."""

    sid: str


class FetchAccount(Command):
    account_sid: str


class FindDefaultService(Command):
    account_sid: str


class PinDefaultService(Command):
    """``service_sid``: the default from now on, unless another was asked for."""

    account_sid: str
    service_sid: str


class UpdateAccount(Command):
    """``webhooks`` holds only what changes: method, filters, pre_webhook_url, post_webhook_url, target."""

    account_sid: str
    default_service_sid: str | UnsetType = UNSET
    default_inactive_timer: str | UnsetType = UNSET
    default_closed_timer: str | UnsetType = UNSET
    webhooks: dict[str, Any] | UnsetType = UNSET


@operation(EnsureAccount)
def ensure_account(tx: Transaction, actor: Actor, command: EnsureAccount) -> None:
    if tx.one(Account, "account_by_sid", sid=command.account_sid) is None:
        tx.run("insert_account", sid=command.account_sid, secret=command.sealed_secret, date_created=tx.now)


@operation(FindCredentials, writes=False)
def find_credentials(tx: Reader, actor: Actor, command: FindCredentials) -> Account | ApiKey | None:
    """An account, or a key that is not revoked."""
    if command.sid.startswith("AC"):
        return tx.one(Account, "account_by_sid", sid=command.sid)
    key = tx.one(ApiKey, "key_by_sid", sid=command.sid)
    return None if key is None or key.date_revoked is not None else key


def _find(tx: Reader, sid: str) -> Account:
    found = tx.one(Account, "account_by_sid", sid=sid)
    if found is None:
        raise NotFound(f"Account {sid} was not found", Code.NOT_FOUND)
    return found


@operation(FetchAccount)
def fetch_account(tx: Transaction, actor: Actor, command: FetchAccount) -> Account:
    """With its default service, which it always has: made now where there is none."""
    return _with_default(tx, _find(tx, command.account_sid))


def _with_default(tx: Transaction, account: Account) -> Account:
    sid = _default_service(tx, account)
    if sid is None:
        new = services.CreateService(account_sid=account.sid, friendly_name=DEFAULT_SERVICE_NAME)
        sid = services.create_service(tx, AccountActor(account.sid), new).sid
    return msgspec.structs.replace(account, default_service_sid=sid)


def _default_service(tx: Reader, account: Account) -> str | None:
    """The one asked for, or pinned; where that is gone, the oldest; ``None`` where there is none at all."""
    found: str | None = account.default_service_sid or tx.value("oldest_service", account_sid=account.sid)
    return found


@operation(FindDefaultService, writes=False)
def find_default_service(tx: Reader, actor: Actor, command: FindDefaultService) -> str | None:
    """Its SID, or ``None`` for an account without services."""
    return _default_service(tx, _find(tx, command.account_sid))


@operation(PinDefaultService)
def pin_default_service(tx: Transaction, actor: Actor, command: PinDefaultService) -> None:
    """For what helper libraries make without naming a service."""
    account = _find(tx, command.account_sid)
    if account.default_service_sid is None or not account.chose_default_service:
        sid = find_service(tx, actor, command.service_sid).sid
        _store(tx, msgspec.structs.replace(account, default_service_sid=sid, chose_default_service=False))


@operation(UpdateAccount)
def update_account(tx: Transaction, actor: Actor, command: UpdateAccount) -> Account:
    """Raises BadRequest for a service that is not the account's, or a timer that is too short."""
    account = _find(tx, command.account_sid)
    if gives_nothing(command):
        return _with_default(tx, account)
    given: dict[str, Any] = {}
    if command.default_service_sid is not UNSET:
        given["default_service_sid"] = _own_service(tx, actor, command.default_service_sid)
        given["chose_default_service"] = True
    for field, parameter in (("default_inactive_timer", "Timers.Inactive"), ("default_closed_timer", "Timers.Closed")):
        value = getattr(command, field)
        if value is not UNSET:
            given[field] = value if states.timer(parameter, value) is not None else None
    if command.webhooks is not UNSET:
        webhooks = msgspec.json.decode(account.webhooks) | _checked(command.webhooks)
        given["webhooks"] = to_json(webhooks).decode()
    after = msgspec.structs.replace(account, **given)
    _store(tx, after)
    return _with_default(tx, after)


def _own_service(tx: Reader, actor: Actor, sid: str) -> str:
    try:
        return find_service(tx, actor, sid).sid
    except NotFound as error:
        raise BadRequest(f"DefaultChatServiceSid: {error.message}", error.code) from None


def _checked(webhooks: dict[str, Any]) -> dict[str, Any]:
    for field, parameter in (("pre_webhook_url", "PreWebhookUrl"), ("post_webhook_url", "PostWebhookUrl")):
        if webhooks.get(field):
            checks.url(parameter, webhooks[field])
    if "method" in webhooks:
        checks.choice("Method", webhooks["method"] or "", HttpMethod, Code.BAD_WEBHOOK_METHOD)
    if "target" in webhooks and webhooks["target"] not in TARGETS:
        raise BadRequest(f"Target: must be one of {', '.join(TARGETS)}", Code.BAD_PARAMETER)
    return webhooks


def _store(tx: Transaction, account: Account) -> None:
    fields = ("sid", "default_service_sid", "default_inactive_timer", "default_closed_timer", "webhooks")
    given = {field: getattr(account, field) for field in fields}
    tx.run("update_account", **given, chose_default_service=account.chose_default_service)
