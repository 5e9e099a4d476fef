"""API keys: the account's to give, and worth nothing once revoked."""

import pytest

from chat_tui.protocol.errors import Forbidden, NotFound
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.server.operations.actors import AccountActor
from chat_tui.server.operations.keys import EnsureKey, FetchKey, ListKeys, RenameKey, RevokeKey
from tests.server.conftest import Domain


async def made(domain: Domain, name: str = "one") -> str:
    sid = new_sid(Kind.KEY)
    await domain.run(EnsureKey(domain.account.account_sid, sid, name, "sealed"))
    return sid


async def test_a_key_is_made_once_and_renamed(domain: Domain) -> None:
    """Made again under its SID it stays as it is."""
    account, sid = domain.account.account_sid, await made(domain)
    again = await domain.run(EnsureKey(account, sid, "two", "another secret"))
    assert (again.friendly_name, again.secret) == ("one", "sealed")
    assert (await domain.run(RenameKey(account, sid, "two"))).friendly_name == "two"
    assert (await domain.run(RenameKey(account, sid))).friendly_name == "two"


async def test_a_revoked_key_is_not_there(domain: Domain) -> None:
    """In no list, for no command; whoever listens hears of it."""
    account, sid, other = domain.account.account_sid, await made(domain), await made(domain)
    await domain.run(RevokeKey(account, sid))
    assert [key.sid for key in (await domain.run(ListKeys(account))).items if key.sid in (sid, other)] == [other]
    for command in (FetchKey(account, sid), RenameKey(account, sid, "x"), RevokeKey(account, sid)):
        with pytest.raises(NotFound):
            await domain.run(command)
    assert [item.key_sid for item in domain.published if type(item).__name__ == "KeyRevoked"] == [sid]


async def test_keys_are_managed_by_the_account_itself(domain: Domain) -> None:
    """Neither by a key of it, nor by another account."""
    account, sid = domain.account.account_sid, await made(domain)
    for actor, error in ((AccountActor(account, sid), Forbidden), (AccountActor(new_sid(Kind.ACCOUNT)), NotFound)):
        for command in (ListKeys(account), FetchKey(account, sid), RevokeKey(account, sid)):
            with pytest.raises(error):
                await domain.run(command, actor)
