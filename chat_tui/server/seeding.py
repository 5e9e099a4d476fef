"""What a service holds from its first start on, and whether what later starts find belongs together."""

import contextlib

from chat_tui.protocol.errors import NotFound
from chat_tui.protocol.values import ChannelType
from chat_tui.server.data_directory import CREDENTIALS, SECRETS_KEY, CannotServe, Credentials, DataDirectory
from chat_tui.server.house import House
from chat_tui.server.operations.accounts import EnsureAccount, FindCredentials, PinDefaultService
from chat_tui.server.operations.actors import SYSTEM, AccountActor
from chat_tui.server.operations.channels import CreateChannel
from chat_tui.server.operations.keys import EnsureKey
from chat_tui.server.operations.services import CreateService, FetchService, UpdateService
from chat_tui.server.store.rows import Account, ApiKey
from chat_tui.server.store.secrets import SecretUnreadable

FIRST_CHANNEL = "general"


async def check_belongings(house: House, directory: DataDirectory) -> None:
    """Raises CannotServe when a file is lost, or is another's, without which what is in the database is out of reach:
    the key its secrets are sealed with, the credentials of its local account."""
    sealed: list[str] = await house.store.read(lambda reader: [found for (found,) in reader.tuples("some_secrets")])
    try:
        for secret in sealed:
            house.box.open(secret)
    except SecretUnreadable:
        raise _lost(house, directory, SECRETS_KEY, is_missing=house.box.is_new) from None
    house.box.keep()
    if sealed and not directory.has_credentials():
        raise _lost(house, directory, CREDENTIALS, is_missing=True)
    credentials = directory.credentials()
    for sid, secret in (
        (credentials.account_sid, credentials.auth_token),
        (credentials.api_key_sid, credentials.api_key_secret),
    ):
        found: Account | ApiKey | None = await house.dispatcher.run(SYSTEM, FindCredentials(sid))
        is_strange = found is None and sid == credentials.account_sid and sealed
        if is_strange or (found is not None and house.box.open(found.secret) != secret):
            raise _lost(house, directory, CREDENTIALS, is_missing=False)


def _lost(house: House, directory: DataDirectory, name: str, *, is_missing: bool) -> CannotServe:
    what = "is missing" if is_missing else "is not the one that belongs there"
    return CannotServe(
        f"{directory.path / name} {what}: {house.store.path.name} needs the one it was made with; restore both from "
        f"the same backup, or move {directory.path} away to begin anew"
    )


async def seed(house: House, credentials: Credentials) -> str:
    """Account, key, and a first service with reachability and a public channel, which paths that name no service
    mean. Returns the service's SID."""
    run, box = house.dispatcher.run, house.box
    account = AccountActor(credentials.account_sid)
    await run(SYSTEM, EnsureAccount(credentials.account_sid, box.seal(credentials.auth_token)))
    await run(
        SYSTEM,
        EnsureKey(credentials.account_sid, credentials.api_key_sid, "local", box.seal(credentials.api_key_secret)),
    )
    if credentials.service_sid:
        with contextlib.suppress(NotFound):
            found = await run(account, FetchService(credentials.service_sid))
            await run(account, PinDefaultService(credentials.account_sid, found.sid))
            return str(found.sid)
    service = await run(account, CreateService(account_sid=credentials.account_sid, friendly_name="Local service"))
    await run(account, PinDefaultService(credentials.account_sid, service.sid))
    await run(account, UpdateService(service.sid, reachability_enabled=True))
    name = FIRST_CHANNEL
    await run(account, CreateChannel(service.sid, friendly_name=name, unique_name=name, type=ChannelType.PUBLIC))
    return str(service.sid)
