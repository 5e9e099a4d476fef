"""Credentials for push services: an account's, sealed at rest and never shown again."""

from msgspec import UNSET, UnsetType

from chat_tui.protocol.defaults import MAX_ADMIN_NAME
from chat_tui.protocol.errors import Code, NotFound
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.values import PushService
from chat_tui.server.operations import checks
from chat_tui.server.operations.actors import Actor
from chat_tui.server.operations.operation import Command, gives_nothing, operation
from chat_tui.server.operations.pages import Page, PageQuery, page
from chat_tui.server.store.rows import Credential
from chat_tui.server.store.transaction import Reader, Transaction


class CreateCredential(Command):
    """``sealed_secrets``: certificate, private key, API key and secret, encrypted together."""

    account_sid: str
    type: PushService
    sealed_secrets: str
    friendly_name: str = ""
    sandbox: bool = False


class FetchCredential(Command):
    account_sid: str
    credential: str


class ListCredentials(Command):
    account_sid: str
    page: PageQuery = PageQuery()


class UpdateCredential(Command):
    account_sid: str
    credential: str
    type: PushService | UnsetType = UNSET
    friendly_name: str | UnsetType = UNSET
    sandbox: bool | UnsetType = UNSET
    sealed_secrets: str | UnsetType = UNSET


class DeleteCredential(Command):
    account_sid: str
    credential: str


def _find(tx: Reader, account_sid: str, sid: str) -> Credential:
    found = tx.one(Credential, "credential_by_sid", sid=sid, account_sid=account_sid)
    if found is None:
        raise NotFound(f"Credential {sid} was not found", Code.NOT_FOUND)
    return found


@operation(CreateCredential)
def create_credential(tx: Transaction, actor: Actor, command: CreateCredential) -> Credential:
    sid = new_sid(Kind.CREDENTIAL)
    tx.run(
        "insert_credential",
        sid=sid,
        account_sid=command.account_sid,
        friendly_name=checks.name("FriendlyName", command.friendly_name, limit=MAX_ADMIN_NAME),
        type=command.type,
        sandbox=command.sandbox,
        secrets=command.sealed_secrets,
        now=tx.now,
    )
    return _find(tx, command.account_sid, sid)


@operation(FetchCredential, writes=False)
def fetch_credential(tx: Reader, actor: Actor, command: FetchCredential) -> Credential:
    return _find(tx, command.account_sid, command.credential)


@operation(ListCredentials, writes=False)
def list_credentials(tx: Reader, actor: Actor, command: ListCredentials) -> Page[Credential]:
    return page(tx, Credential, "credentials_page", command.page, account_sid=command.account_sid)


@operation(UpdateCredential)
def update_credential(tx: Transaction, actor: Actor, command: UpdateCredential) -> Credential:
    before = _find(tx, command.account_sid, command.credential)
    if gives_nothing(command):
        return before
    name = before.friendly_name
    if command.friendly_name is not UNSET:
        name = checks.name("FriendlyName", command.friendly_name, limit=MAX_ADMIN_NAME)
    tx.run(
        "update_credential",
        sid=before.sid,
        friendly_name=name,
        type=before.type if command.type is UNSET else command.type,
        sandbox=before.sandbox if command.sandbox is UNSET else command.sandbox,
        secrets=before.secrets if command.sealed_secrets is UNSET else command.sealed_secrets,
        now=tx.now,
    )
    return _find(tx, command.account_sid, before.sid)


@operation(DeleteCredential)
def delete_credential(tx: Transaction, actor: Actor, command: DeleteCredential) -> None:
    tx.run("delete_credential", sid=_find(tx, command.account_sid, command.credential).sid)
