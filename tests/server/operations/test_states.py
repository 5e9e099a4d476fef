"""Conversations' states and timers, by the clock."""

from typing import Any

import pytest

from chat_tui.protocol.errors import BadRequest, ChatError, Conflict
from chat_tui.protocol.values import ChannelState
from chat_tui.server.operations import states
from chat_tui.server.operations.accounts import UpdateAccount
from chat_tui.server.operations.channels import CreateChannel, DeleteChannel, FetchChannel, UpdateChannel
from chat_tui.server.operations.members import AddMember, ListMembers, RemoveMember
from chat_tui.server.operations.messages import SendMessage
from chat_tui.server.operations.services import UpdateService
from chat_tui.server.operations.users import FetchUser
from chat_tui.server.store.rows import Channel
from tests.server.conftest import Domain

MINUTE = 60_000


class Later:
    """Moves the store's clock."""

    def __init__(self, domain: Domain) -> None:
        self._store = domain.core.store
        self.now = 1_700_000_000_000
        self._store.clock = lambda: self.now

    async def pass_(self, milliseconds: int) -> None:
        self.now += milliseconds
        await self._store.write(states.sweep)


async def talk(domain: Domain, **fields: Any) -> Channel:
    found: Channel = await domain.run(CreateChannel(domain.service_sid, unique_name="talk", **fields))
    return found


async def now(domain: Domain) -> Channel:
    found: Channel = await domain.run(FetchChannel(domain.service_sid, "talk"))
    return found


async def test_a_channel_falls_inactive_and_then_closes(domain: Domain) -> None:
    """Both timers count from the last message; each is told to whoever follows the channel."""
    later = Later(domain)
    made = await talk(domain, inactive_timer="PT5M", closed_timer="PT20M")
    assert (made.state, made.date_inactive, made.date_closed) == (
        ChannelState.ACTIVE,
        later.now + 5 * MINUTE,
        later.now + 20 * MINUTE,
    )
    await later.pass_(5 * MINUTE - 1)
    assert (await now(domain)).state is ChannelState.ACTIVE
    domain.published.clear()
    await later.pass_(1)
    assert (await now(domain)).state is ChannelState.INACTIVE
    assert b'"current":"inactive"' in domain.published[0].notification
    await later.pass_(15 * MINUTE)
    closed = await now(domain)
    assert (closed.state, closed.date_inactive, closed.date_closed) == (ChannelState.CLOSED, None, None)


async def test_a_message_wakes_it_and_starts_the_timers_anew(domain: Domain) -> None:
    """Inactive is a rest, not an end."""
    later = Later(domain)
    await talk(domain, inactive_timer="PT5M", closed_timer="PT20M")
    await later.pass_(19 * MINUTE)
    assert (await now(domain)).state is ChannelState.INACTIVE
    await domain.run(SendMessage(domain.service_sid, "talk", "wake up"))
    woken = await now(domain)
    assert (woken.state, woken.date_closed) == (ChannelState.ACTIVE, later.now + 20 * MINUTE)
    await later.pass_(19 * MINUTE)
    assert (await now(domain)).state is ChannelState.INACTIVE


async def test_closed_is_for_good(domain: Domain) -> None:
    """Nobody writes, comes or changes it; people may leave, and it may be deleted (50377)."""
    await talk(domain)
    await domain.run(AddMember(domain.service_sid, "talk", "bob"))
    await domain.run(UpdateChannel(domain.service_sid, "talk", state="closed"))
    for command in (
        SendMessage(domain.service_sid, "talk", "too late"),
        AddMember(domain.service_sid, "talk", "carl"),
        UpdateChannel(domain.service_sid, "talk", state="active"),
        UpdateChannel(domain.service_sid, "talk", friendly_name="x"),
    ):
        with pytest.raises(Conflict) as refusal:
            await domain.run(command)
        assert refusal.value.code == 50377
    await domain.run(RemoveMember(domain.service_sid, "talk", "bob"))
    await domain.run(DeleteChannel(domain.service_sid, "talk"))


async def test_timers_have_their_bounds_and_can_be_taken_away(domain: Domain) -> None:
    """One minute, ten minutes, ISO 8601; nothing or PT0S means none; born closed is refused."""
    for fields, code in (
        ({"inactive_timer": "PT59S"}, 50375),
        ({"closed_timer": "PT9M"}, 50376),
        ({"inactive_timer": "five"}, 50379),
        ({"closed_timer": "P1Y"}, 50380),
        ({"closed_timer": "P99999999D"}, 50376),
        ({"inactive_timer": "-PT5M"}, 50375),
        ({"state": "asleep"}, 50378),
        ({"state": "closed"}, 50384),
    ):
        with pytest.raises(BadRequest) as refusal:
            await talk(domain, **fields)
        assert refusal.value.code == code, fields
    await talk(domain, inactive_timer="PT1M", closed_timer="P1D")
    await domain.run(UpdateChannel(domain.service_sid, "talk", inactive_timer="", closed_timer="PT0S"))
    bare = await now(domain)
    assert (bare.inactive_timer, bare.closed_timer, bare.date_inactive, bare.date_closed) == (None, None, None, None)


async def test_an_account_gives_its_new_channels_timers(domain: Domain) -> None:
    """Its defaults hold for channels made afterwards that say nothing else."""
    account = domain.account.account_sid
    await domain.run(UpdateAccount(account, default_inactive_timer="PT2M", default_closed_timer="PT30M"))
    made = await talk(domain, closed_timer="PT1H")
    assert (made.inactive_timer, made.closed_timer) == (2 * MINUTE, 60 * MINUTE)
    with pytest.raises(ChatError):
        await domain.run(UpdateAccount(account, default_inactive_timer="PT1S"))


@pytest.mark.parametrize("closed", [False, True])
async def test_a_first_channel_that_takes_nobody_keeps_nobody_out(domain: Domain, closed: bool) -> None:
    """Who comes in when ``general`` is full, or closed, comes in all the same, and has no channel yet."""
    await domain.user("alice")
    if closed:
        await domain.run(UpdateChannel(domain.service_sid, "general", state="closed"))
    else:
        await domain.run(UpdateService(domain.service_sid, channel_members_limit=1))
    bob = await domain.user("bob")
    assert [view.identity for view in (await domain.run(ListMembers(domain.service_sid, "general"))).items] == ["alice"]
    assert (await domain.run(FetchUser(domain.service_sid, "bob"))).user.sid == bob.user_sid
