"""The account's default service, and what becomes of it."""

import pytest

from chat_tui.protocol.errors import BadRequest
from chat_tui.server.operations.accounts import (
    EnsureAccount,
    EnsureDefaultService,
    FetchAccount,
    FindDefaultService,
    UpdateAccount,
)
from chat_tui.server.operations.actors import SYSTEM, AccountActor
from chat_tui.server.operations.services import CreateService, DeleteService, FetchService
from tests.server.conftest import Domain


async def test_the_default_service_is_the_oldest_until_another_is_chosen(domain: Domain) -> None:
    """Chosen when first asked for, kept from then on, chosen anew when it is deleted."""
    account = domain.account.account_sid
    assert await domain.run(FindDefaultService(account)) is None
    assert await domain.run(EnsureDefaultService(account)) == domain.service_sid
    other = await domain.run(CreateService(account_sid=account, friendly_name="other"))
    assert await domain.run(EnsureDefaultService(account)) == domain.service_sid
    await domain.run(UpdateAccount(account, default_service_sid=other.sid))
    assert (await domain.run(FetchAccount(account))).default_service_sid == other.sid
    await domain.run(DeleteService(other.sid))
    assert await domain.run(FindDefaultService(account)) is None
    assert await domain.run(EnsureDefaultService(account)) == domain.service_sid


async def test_an_account_without_a_service_gets_one(domain: Domain) -> None:
    """A path without a service always means one."""
    stranger = AccountActor("AC" + "1" * 32)
    await domain.house.dispatcher.run(SYSTEM, EnsureAccount(stranger.account_sid, "sealed"))
    sid = await domain.run(EnsureDefaultService(stranger.account_sid), stranger)
    assert (await domain.run(FetchService(sid), stranger)).friendly_name == "Default Conversations Service"
    with pytest.raises(BadRequest, match="DefaultChatServiceSid"):
        await domain.run(UpdateAccount(stranger.account_sid, default_service_sid=domain.service_sid), stranger)
