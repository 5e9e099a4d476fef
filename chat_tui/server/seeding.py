"""What a service holds from its first start on, and whether what later starts find belongs together."""

import logging

from chat_tui.protocol.values import ChannelType
from chat_tui.server.core import ServiceCore
from chat_tui.server.data_directory import CREDENTIALS, SECRETS_KEY, CannotServe, Credentials, DataDirectory
from chat_tui.server.operations.accounts import EnsureAccount, FindCredentials, PinDefaultService
from chat_tui.server.operations.actors import SYSTEM, AccountActor
from chat_tui.server.operations.channels import CreateChannel
from chat_tui.server.operations.keys import EnsureKey
from chat_tui.server.operations.services import CreateService, UpdateService
from chat_tui.server.store.rows import Account, ApiKey, Service
from chat_tui.server.store.secrets import SecretUnreadable
from chat_tui.server.store.transaction import Reader

FIRST_CHANNEL = "general"

_log = logging.getLogger(__name__)


async def check_files_match(core: ServiceCore, directory: DataDirectory) -> None:
    """Raises CannotServe when a file is lost, or is another's, without which what is in the database is out of reach:
    the key its secrets are sealed with, the credentials of its local account (guarantees, Local service 6)."""
    sealed: list[str] = await core.store.read(lambda reader: [found for (found,) in reader.tuples("some_secrets")])
    try:
        for secret in sealed:
            core.box.open(secret)
    except SecretUnreadable:
        raise _lost(core, directory, SECRETS_KEY, is_missing=core.box.is_new) from None
    core.box.keep()
    if sealed and not directory.has_credentials():
        raise _lost(core, directory, CREDENTIALS, is_missing=True)
    credentials = directory.credentials()
    for sid, secret in (
        (credentials.account_sid, credentials.auth_token),
        (credentials.api_key_sid, credentials.api_key_secret),
    ):
        found: Account | ApiKey | None = await core.dispatcher.run(SYSTEM, FindCredentials(sid))
        is_strange = found is None and sid == credentials.account_sid and sealed
        if is_strange or (found is not None and core.box.open(found.secret) != secret):
            raise _lost(core, directory, CREDENTIALS, is_missing=False)


def _lost(core: ServiceCore, directory: DataDirectory, name: str, *, is_missing: bool) -> CannotServe:
    what = "is missing" if is_missing else "is not the one that belongs there"
    return CannotServe(
        f"{directory.path / name} {what}: {core.store.path.name} needs the one it was made with; restore both from "
        f"the same backup, or move {directory.path} away to begin anew"
    )


async def seed(core: ServiceCore, credentials: Credentials) -> str:
    """Account, key, and a first service with reachability and a public channel, which paths that name no service mean
    (contract S72). Returns the service's SID."""
    run, box = core.dispatcher.run, core.box
    account = AccountActor(credentials.account_sid)
    await run(SYSTEM, EnsureAccount(credentials.account_sid, box.seal(credentials.auth_token)))
    await run(
        SYSTEM,
        EnsureKey(credentials.account_sid, credentials.api_key_sid, "local", box.seal(credentials.api_key_secret)),
    )
    found = await core.store.read(lambda reader: _local_service(reader, credentials))
    if found is not None:
        await run(account, PinDefaultService(credentials.account_sid, found))
        return found
    if credentials.service_sid:
        _log.warning(f"{core.store.path} holds nothing of the service {credentials.service_sid}: it begins anew")
    service = await run(account, CreateService(account_sid=credentials.account_sid, friendly_name="Local service"))
    await run(account, PinDefaultService(credentials.account_sid, service.sid))
    await run(account, UpdateService(service.sid, reachability_enabled=True))
    name = FIRST_CHANNEL
    await run(account, CreateChannel(service.sid, friendly_name=name, unique_name=name, type=ChannelType.PUBLIC))
    return str(service.sid)


def _local_service(reader: Reader, credentials: Credentials) -> str | None:
    """The service that the credentials name. A database that comes back from a copy may know an earlier one instead,
    which is its account's default; a first start that was cut off has not named any yet."""
    wanted, found = credentials.service_sid, reader.one(Account, "account_by_sid", sid=credentials.account_sid)
    if not wanted:
        oldest: str | None = reader.value("oldest_service", account_sid=credentials.account_sid)
        return oldest
    for sid in (wanted, found.default_service_sid if found is not None else None):
        service = None if sid is None else reader.one(Service, "service_by_sid", sid=sid)
        if service is not None and service.account_sid == credentials.account_sid:
            return service.sid
    return None
