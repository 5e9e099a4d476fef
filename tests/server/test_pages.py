"""Lists: in the order things came, whatever date they claim and whatever happens meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest

from chat_tui.protocol.values import ChannelType, Order
from chat_tui.server.operations.channels import CreateChannel, DeleteChannel, ListChannels
from chat_tui.server.operations.invites import InviteMember, ListInvites
from chat_tui.server.operations.members import AddMember, ListMembers, RemoveMember
from chat_tui.server.operations.messages import DeleteMessage, ListMessages, SendMessage
from chat_tui.server.operations.operation import Command
from chat_tui.server.operations.pages import PageQuery
from chat_tui.server.operations.user_channels import ListUserChannels
from chat_tui.server.operations.users import CreateUser, DeleteUser, ListUsers
from tests.server.conftest import Domain


async def walk(domain: Domain, make: Callable[[PageQuery], Command], size: int, between: Any = None) -> list[Any]:
    """Every item of a list, in pages of ``size``; ``between`` happens after the first page."""
    asked: PageQuery | None = PageQuery(size)
    found: list[Any] = []
    while asked is not None:
        page = await domain.run(make(asked))
        if between is not None:
            await between()
            between = None
        found += page.items
        asked = page.next
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
async def test_ties_in_time_keep_the_order_of_arrival(size: int, domain: Domain) -> None:
    """All of one millisecond, or of any date a request claims."""
    domain.house.store.clock = lambda: 1_700_000_000_000
    sid = domain.service_sid
    names = [f"channel-{number}" for number in range(7)]
    for number, name in enumerate(names):
        await domain.run(CreateChannel(sid, unique_name=name, date_created=1_600_000_000_000 - number))
        await domain.run(CreateUser(sid, f"user-{number}"))
        await domain.run(AddMember(sid, "general", f"user-{number}"))
    channels = await walk(domain, lambda page: ListChannels(sid, page=page), size)
    assert [channel.unique_name for channel in channels] == ["general", *names]
    users = await walk(domain, lambda page: ListUsers(sid, page=page), size)
    members = await walk(domain, lambda page: ListMembers(sid, "general", page=page), size)
    assert [user.identity for user in users] == [member.identity for member in members]


async def test_what_changes_during_a_walk_repeats_and_skips_nothing_else(domain: Domain) -> None:
    """New ones come at the end; deleted ones are gone; all others come once."""
    sid = domain.service_sid
    for number in range(6):
        await domain.run(CreateUser(sid, f"user-{number}"))

    async def meanwhile() -> None:
        await domain.run(DeleteUser(sid, "user-0"))
        await domain.run(DeleteUser(sid, "user-3"))
        await domain.run(CreateUser(sid, "new"))

    users = await walk(domain, lambda page: ListUsers(sid, page=page), 2, meanwhile)
    assert [user.identity for user in users] == ["user-0", "user-1", "user-2", "user-4", "user-5", "new"]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
async def test_joined_and_invited_share_one_order(size: int, domain: Domain) -> None:
    """As they began; an invitation that is accepted meanwhile is a new beginning, and is not missed."""
    sid = domain.service_sid
    for number in range(5):
        await domain.run(CreateChannel(sid, unique_name=f"c{number}", type=ChannelType.PRIVATE))
        seat = AddMember(sid, f"c{number}", "bob") if number % 2 else InviteMember(sid, f"c{number}", "bob")
        await domain.run(seat)
    found = await walk(domain, lambda page: ListUserChannels(sid, "bob", page), size)
    assert [(item.channel.unique_name, item.member is not None) for item in found] == [
        (f"c{number}", bool(number % 2)) for number in range(5)
    ]
    await domain.run(AddMember(sid, "c0", "bob"))
    await domain.run(RemoveMember(sid, "c3", "bob"))
    await domain.run(DeleteChannel(sid, "c4"))
    found = await walk(domain, lambda page: ListUserChannels(sid, "bob", page), size)
    assert [item.channel.unique_name for item in found] == ["c1", "c2", "c0"]


async def test_messages_are_walked_up_and_down_over_gaps(domain: Domain) -> None:
    """By index; what was deleted leaves a gap and nothing else."""
    sid = domain.service_sid
    sent = [await domain.run(SendMessage(sid, "general", str(number))) for number in range(7)]
    await domain.run(DeleteMessage(sid, "general", sent[3].sid))
    for order, expected in ((Order.ASC, [0, 1, 2, 4, 5, 6]), (Order.DESC, [6, 5, 4, 2, 1, 0])):
        found = await walk(domain, lambda page, order=order: ListMessages(sid, "general", order, page), 2)  # type: ignore[misc]
        assert [message.idx for message in found] == expected


async def test_filters_hold_over_pages(domain: Domain) -> None:
    """Types and states of channels, dates with the newest first, identities of invitations."""
    sid = domain.service_sid
    for number in range(6):
        type_ = ChannelType.PRIVATE if number % 2 else ChannelType.PUBLIC
        created = 1_000_000 * number
        await domain.run(CreateChannel(sid, unique_name=f"c{number}", type=type_, date_created=created))
    private = await walk(domain, lambda page: ListChannels(sid, (ChannelType.PRIVATE,), page=page), 2)
    assert [channel.unique_name for channel in private] == ["c1", "c3", "c5"]
    span = {"start_date": 1_000_000, "end_date": 4_000_000}
    dated = await walk(domain, lambda page: ListChannels(sid, page=page, **span), 2)  # type: ignore[arg-type]
    assert [channel.unique_name for channel in dated] == ["c4", "c3", "c2", "c1"]
    for name in ("ann", "ben", "cid"):
        await domain.run(InviteMember(sid, "general", name))
    some = await domain.run(ListInvites(sid, "general", ("ben", "nobody")))
    assert [invite.identity for invite in some.items] == ["ben"]
