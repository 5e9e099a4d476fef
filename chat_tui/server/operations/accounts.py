"""Accounts: what the whole account is set to, and the service that paths without one mean (fact sheet 2.2)."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from chat_tui.protocol.errors import BadRequest, Code, NotFound
from chat_tui.protocol.values import HttpMethod
from chat_tui.server.operations import checks, services, states
from chat_tui.server.operations.actors import AccountActor, Actor
from chat_tui.server.operations.lookup import find_service
from chat_tui.server.operations.operation import Command, operation
from chat_tui.server.operations.pages import PageQuery, page
from chat_tui.server.store.rows import Account, ApiKey, Service
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


class EnsureDefaultService(Command):
    account_sid: str


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


@operation(FetchAccount, writes=False)
def fetch_account(tx: Reader, actor: Actor, command: FetchAccount) -> Account:
    return _find(tx, command.account_sid)


@operation(FindDefaultService, writes=False)
def find_default_service(tx: Reader, actor: Actor, command: FindDefaultService) -> str | None:
    """The SID of the chosen service, or ``None`` when it has yet to be chosen."""
    return _find(tx, command.account_sid).default_service_sid


@operation(EnsureDefaultService)
def ensure_default_service(tx: Transaction, actor: Actor, command: EnsureDefaultService) -> str:
    """The chosen service; else the account's oldest is chosen now, or a first one made."""
    account = _find(tx, command.account_sid)
    if account.default_service_sid is not None:
        return account.default_service_sid
    oldest: list[Service] = page(tx, Service, "services_page", PageQuery(1), account_sid=account.sid).items
    owner = AccountActor(account.sid)
    new = services.CreateService(account_sid=account.sid, friendly_name=DEFAULT_SERVICE_NAME)
    service = oldest[0] if oldest else services.create_service(tx, owner, new)
    _store(tx, msgspec.structs.replace(account, default_service_sid=service.sid))
    return service.sid


@operation(UpdateAccount)
def update_account(tx: Transaction, actor: Actor, command: UpdateAccount) -> Account:
    """Raises BadRequest for a service that is not the account's, or a timer that is too short."""
    account = _find(tx, command.account_sid)
    given: dict[str, Any] = {}
    if command.default_service_sid is not UNSET:
        given["default_service_sid"] = _own_service(tx, actor, command.default_service_sid)
    for field, parameter in (("default_inactive_timer", "Timers.Inactive"), ("default_closed_timer", "Timers.Closed")):
        value = getattr(command, field)
        if value is not UNSET:
            given[field] = value if states.timer(parameter, value) is not None else None
    if command.webhooks is not UNSET:
        webhooks = msgspec.json.decode(account.webhooks) | _checked(command.webhooks)
        given["webhooks"] = msgspec.json.encode(webhooks).decode()
    after = msgspec.structs.replace(account, **given)
    _store(tx, after)
    return after


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
    tx.run("update_account", **{field: getattr(account, field) for field in fields})
