"""The account's default service, and what becomes of it."""

from pathlib import Path

import pytest

from chat_tui.protocol.errors import BadRequest
from chat_tui.server.core import ServiceCore
from chat_tui.server.operations.accounts import (
    EnsureAccount,
    FetchAccount,
    FindDefaultService,
    PinDefaultService,
    UpdateAccount,
)
from chat_tui.server.operations.actors import SYSTEM, AccountActor
from chat_tui.server.operations.services import CreateService, DeleteService, FetchService
from chat_tui.server.store.database import MIGRATIONS, connect
from tests.server.conftest import Domain


async def default_of(domain: Domain) -> str:
    """By both ways of asking."""
    account = domain.account.account_sid
    found = str((await domain.run(FetchAccount(account))).default_service_sid)
    assert await domain.run(FindDefaultService(account)) == found
    return found


async def test_the_default_service_is_the_pinned_one_until_another_is_asked_for(domain: Domain) -> None:
    """Nothing pinned, or what was is deleted: the oldest."""
    account, oldest = domain.account.account_sid, domain.service_sid
    assert await default_of(domain) == oldest
    pinned = (await domain.run(CreateService(account_sid=account, friendly_name="pinned"))).sid
    other = (await domain.run(CreateService(account_sid=account, friendly_name="other"))).sid
    await domain.run(PinDefaultService(account, pinned))
    assert await default_of(domain) == pinned
    updated = await domain.run(UpdateAccount(account, default_service_sid=other))
    assert updated.default_service_sid == other
    await domain.run(PinDefaultService(account, pinned))
    assert await default_of(domain) == other
    await domain.run(DeleteService(other))
    assert await default_of(domain) == oldest
    await domain.run(PinDefaultService(account, pinned))
    assert await default_of(domain) == pinned


async def test_an_account_without_a_service_gets_one(domain: Domain) -> None:
    """A path without a service always means one: before any was made, and after the last was deleted."""
    stranger = AccountActor("AC" + "1" * 32)
    await domain.core.dispatcher.run(SYSTEM, EnsureAccount(stranger.account_sid, "sealed"))
    seen = set()
    for _ in range(2):
        assert await domain.run(FindDefaultService(stranger.account_sid), stranger) is None
        account = await domain.run(FetchAccount(stranger.account_sid), stranger)
        service = await domain.run(FetchService(account.default_service_sid), stranger)
        assert service.friendly_name == "Default Conversations Service"
        assert await domain.run(FetchAccount(stranger.account_sid), stranger) == account
        assert await domain.run(UpdateAccount(stranger.account_sid), stranger) == account
        seen.add(service.sid)
        await domain.run(DeleteService(service.sid), stranger)
    assert len(seen) == 2
    webhooks = await domain.run(UpdateAccount(stranger.account_sid, webhooks={"method": "GET"}), stranger)
    assert webhooks.default_service_sid is not None
    with pytest.raises(BadRequest, match="DefaultChatServiceSid"):
        await domain.run(UpdateAccount(stranger.account_sid, default_service_sid=domain.service_sid), stranger)


@pytest.mark.parametrize(("pinned", "kept"), [(None, False), (0, False), (1, True)])
async def test_an_earlier_data_file_keeps_only_what_was_asked_for(
    pinned: int | None, kept: bool, tmp_path: Path
) -> None:
    """It pinned the oldest service by itself, when first asked; any other was somebody's wish."""
    services = ["IS" + digit * 32 for digit in "123"]
    file = connect(tmp_path / "chat.db")
    for script in sorted(MIGRATIONS.glob("*.sql"))[:2]:
        file.execute(script.read_text())
    file.execute("PRAGMA user_version = 2")
    file.execute("INSERT INTO accounts (sid, secret, date_created) VALUES ('AC1', 'sealed', 1)")
    for sid in services:
        file.execute(
            f"INSERT INTO services SELECT '{sid}', 'AC1', 'n', 'a', 'b', 'c', 1, 1, 0, 5, 0, 100, 250, NULL, NULL,"
            " 'POST', '[]', 0, 0, '{}', '', 1, 1, '{}'"
        )
    before = None if pinned is None else services[pinned]
    file.execute("UPDATE accounts SET default_service_sid = ?", [before])
    file.close()
    core = ServiceCore(tmp_path, synchronous="OFF")
    await core.start()
    owner = AccountActor("AC1")
    await core.dispatcher.run(owner, PinDefaultService("AC1", services[2]))
    account = await core.dispatcher.run(owner, FetchAccount("AC1"))
    assert account.default_service_sid == (before if kept else services[2])
    await core.close()
