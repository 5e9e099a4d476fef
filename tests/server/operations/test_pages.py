"""Lists: in the order things came, whatever date they claim and whatever happens meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest

from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.values import BindingType, ChannelState, ChannelType, Order, PushService, WebhookType
from chat_tui.server.operations.bindings import ListBindings, RegisterBinding, RemoveBinding
from chat_tui.server.operations.channels import CreateChannel, DeleteChannel, ListChannels
from chat_tui.server.operations.credentials import CreateCredential, DeleteCredential, ListCredentials
from chat_tui.server.operations.invites import InviteMember, ListInvites, RemoveInvite
from chat_tui.server.operations.keys import EnsureKey, ListKeys
from chat_tui.server.operations.members import AddMember, ListMembers, RemoveMember
from chat_tui.server.operations.messages import DeleteMessage, ListMessages, SendMessage
from chat_tui.server.operations.operation import Command
from chat_tui.server.operations.pages import PageQuery
from chat_tui.server.operations.roles import CreateRole, DeleteRole, ListRoles
from chat_tui.server.operations.services import CreateService, DeleteService, ListServices
from chat_tui.server.operations.user_channels import ListParticipations, ListUserChannels
from chat_tui.server.operations.users import CreateUser, DeleteUser, ListUsers
from chat_tui.server.operations.webhooks import CreateWebhook, DeleteWebhook, ListWebhooks
from tests.server.conftest import Domain

Lists = dict[str, Callable[[PageQuery], Command]]


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
    domain.core.store.clock = lambda: 1_700_000_000_000
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


Changing = dict[str, tuple[Callable[[str], Command], Callable[[Any], Command], Any]]
"""How something is made by a name, how it is deleted again, and how it is listed."""


def _changing(sid: str, account: str) -> Changing:
    return _of_the_account(sid, account) | _of_the_service(sid) | _of_a_channel(sid)


def _of_the_account(sid: str, account: str) -> Changing:
    return {
        "services": (
            lambda name: CreateService(account_sid=account, friendly_name=name),
            lambda made: DeleteService(made.sid),
            lambda page: ListServices(account, page),
        ),
        "roles": (
            lambda name: CreateRole(sid, name, "channel", ("sendMessage",)),
            lambda made: DeleteRole(sid, made.sid),
            lambda page: ListRoles(sid, page),
        ),
        "credentials": (
            lambda name: CreateCredential(account, PushService.FCM, "sealed", name),
            lambda made: DeleteCredential(account, made.sid),
            lambda page: ListCredentials(account, page),
        ),
    }


def _of_the_service(sid: str) -> Changing:
    return {
        "users": (
            lambda name: CreateUser(sid, name),
            lambda made: DeleteUser(sid, made.user.sid),
            lambda page: ListUsers(sid, page),
        ),
        "bindings": (
            lambda name: RegisterBinding(sid, "bob", "fcm", name, "address"),
            lambda made: RemoveBinding(sid, binding=made.sid),
            lambda page: ListBindings(sid, page=page),
        ),
        "channels": (
            lambda name: CreateChannel(sid, unique_name=name),
            lambda made: DeleteChannel(sid, made.sid),
            lambda page: ListChannels(sid, page=page),
        ),
    }


def _of_a_channel(sid: str) -> Changing:
    hook = {"service_sid": sid, "channel": "general", "type": WebhookType.WEBHOOK, "url": "https://example.com"}
    return {
        "members": (
            lambda name: AddMember(sid, "general", name),
            lambda made: RemoveMember(sid, "general", made.sid),
            lambda page: ListMembers(sid, "general", page=page),
        ),
        "invites": (
            lambda name: InviteMember(sid, "general", name),
            lambda made: RemoveInvite(sid, "general", made.sid),
            lambda page: ListInvites(sid, "general", page=page),
        ),
        "webhooks": (
            lambda name: CreateWebhook(**hook, filters=(name,)),  # type: ignore[arg-type]
            lambda made: DeleteWebhook(sid, "general", made.sid),
            lambda page: ListWebhooks(sid, "general", page),
        ),
        "seats of a user": (
            lambda name: AddMember(sid, f"room {name}", "bob"),
            lambda made: RemoveMember(sid, made.channel_sid, made.sid),
            lambda page: ListUserChannels(sid, "bob", page),
        ),
    }


LISTS = tuple(_changing("", ""))


@pytest.mark.parametrize("listed", LISTS)
async def test_what_comes_after_the_last_was_deleted_is_not_missed(listed: str, domain: Domain) -> None:
    """No position is given twice, not even that of the last, whatever a walk through the list has passed already."""
    sid = domain.service_sid
    await domain.run(CreateUser(sid, "bob"))
    for name in ("one", "two", "three"):
        await domain.run(CreateChannel(sid, unique_name=f"room {name}"))
    make, delete, ask = _changing(sid, domain.account.account_sid)[listed]
    last = [await domain.run(make(name)) for name in ("one", "two")]
    everything = await domain.run(ask(PageQuery(100)))
    page = await domain.run(ask(PageQuery(max(1, len(everything.items) - 1))))
    for made in last:
        await domain.run(delete(made))
    await domain.core.clear_deleted()
    await domain.run(make("three"))
    assert page.next is not None
    assert len((await domain.run(ask(page.next))).items) == 1


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


async def both_ways(domain: Domain, make: Callable[[PageQuery], Command], size: int) -> int:
    """Walk to the end and back: the same pages. Returns how many."""
    asked: PageQuery | None = PageQuery(size)
    forth: list[list[Any]] = []
    while asked is not None:
        page = await domain.run(make(asked))
        forth.append(page.items)
        asked = page.next
    back = [page.items]
    while page.previous is not None:
        page = await domain.run(make(page.previous))
        back.append(page.items)
    assert back[::-1] == forth
    return len(forth)


async def populate(domain: Domain) -> None:
    """Seven of everything that is listed."""
    sid, account = domain.service_sid, domain.account.account_sid
    for number in range(7):
        name = f"n{number}"
        await domain.run(CreateService(account_sid=account, friendly_name=name))
        await domain.run(CreateRole(sid, name, "channel", ("sendMessage",)))
        await domain.run(CreateCredential(account, PushService.FCM, "sealed", name))
        await domain.run(EnsureKey(account, new_sid(Kind.KEY), name, "sealed"))
        await domain.run(CreateChannel(sid, unique_name=name, date_created=1_000_000 * number))
        await domain.run(AddMember(sid, "general", name))
        await domain.run(RegisterBinding(sid, name, "fcm", "device", "address"))
        await domain.run(InviteMember(sid, "general", f"invited {number}"))
        await domain.run(SendMessage(sid, "general", name))
        await domain.run((AddMember if number % 2 else InviteMember)(sid, name, "bob"))
    hook = {"service_sid": sid, "channel": "general", "type": WebhookType.WEBHOOK, "method": "POST"}
    for _ in range(5):
        await domain.run(CreateWebhook(**hook, url="https://example.com", filters=("onMessageSent",)))  # type: ignore[arg-type]


def lists_of(domain: Domain) -> Lists:
    """How each list is asked for, filters included."""
    sid, account = domain.service_sid, domain.account.account_sid
    some = ("n1", "n5", "nobody", "n2", "n4")
    return {
        "services": lambda page: ListServices(account, page),
        "keys": lambda page: ListKeys(account, page),
        "roles": lambda page: ListRoles(sid, page),
        "credentials": lambda page: ListCredentials(account, page),
        "users": lambda page: ListUsers(sid, page),
        "bindings": lambda page: ListBindings(sid, page=page),
        "bindings of some": lambda page: ListBindings(sid, identities=some, page=page),
        "bindings of a type": lambda page: ListBindings(sid, types=(BindingType.FCM,), page=page),
        "bindings of a user": lambda page: ListBindings(sid, user="n3", page=page),
        "channels": lambda page: ListChannels(sid, page=page),
        "public channels": lambda page: ListChannels(sid, (ChannelType.PUBLIC,), page=page),
        "active channels": lambda page: ListChannels(sid, state=ChannelState.ACTIVE, page=page),
        "dated channels": lambda page: ListChannels(sid, start_date=1_000_000, end_date=5_000_000, page=page),
        "members": lambda page: ListMembers(sid, "general", page=page),
        "some members": lambda page: ListMembers(sid, "general", some, page),
        "invites": lambda page: ListInvites(sid, "general", page=page),
        "some invites": lambda page: ListInvites(sid, "general", ("invited 1", "invited 5", "x", "invited 6"), page),
        "webhooks": lambda page: ListWebhooks(sid, "general", page),
        "user channels": lambda page: ListUserChannels(sid, "bob", page),
        "participations": lambda page: ListParticipations(sid, "bob", page),
        "messages": lambda page: ListMessages(sid, "general", Order.ASC, page),
        "messages, newest first": lambda page: ListMessages(sid, "general", Order.DESC, page),
    }


async def test_every_list_is_walked_back_as_it_was_walked_forth(domain: Domain) -> None:
    """With its filters, in pages of any size."""
    await populate(domain)
    lists = lists_of(domain)
    for name, make in lists.items():
        pages = [await both_ways(domain, make, size) for size in (1, 2, 3, 50)]
        assert pages[-1] == 1
        assert pages[0] > 2 or name == "bindings of a user", name


async def test_an_identity_filter_is_a_list_like_any_other(domain: Domain) -> None:
    """In pages, each once, in the order of the list; who is not there is not in it."""
    await populate(domain)
    lists = lists_of(domain)
    members = await walk(domain, lists["some members"], 3)
    assert [member.identity for member in members] == ["n1", "n2", "n4", "n5"]
    invites = await walk(domain, lists["some invites"], 2)
    assert [invite.identity for invite in invites] == ["invited 1", "invited 5", "invited 6"]


async def test_the_way_back_has_no_bottom_and_no_gap(domain: Domain) -> None:
    """Over 130 pages, while items of either side go away and others come: nothing twice, and nothing left out."""
    sid = domain.service_sid
    for number in range(130):
        await domain.run(SendMessage(sid, "general", str(number)))

    def make(page: PageQuery, order: Order = Order.ASC) -> Command:
        return ListMessages(sid, "general", order, page)

    asked: PageQuery | None = PageQuery(1)
    while asked is not None:
        page = await domain.run(make(asked))
        asked = page.next
    gone = {3, 40, 41, 42, 128}
    for number in sorted(gone):
        await domain.run(DeleteMessage(sid, "general", str(number)))
    await domain.run(SendMessage(sid, "general", "new"))
    back = [message.idx for message in page.items]
    while page.previous is not None:
        page = await domain.run(make(page.previous))
        back += [message.idx for message in page.items]
    assert back == [index for index in range(129, -1, -1) if index not in gone]


async def test_what_comes_in_front_of_the_first_page_is_found_on_the_way_back(domain: Domain) -> None:
    """Newest first: messages sent since stand in front of where one began."""
    sid = domain.service_sid
    for number in range(5):
        await domain.run(SendMessage(sid, "general", str(number)))
    first = await domain.run(ListMessages(sid, "general", Order.DESC, PageQuery(2)))
    second = await domain.run(ListMessages(sid, "general", Order.DESC, first.next))
    await domain.run(SendMessage(sid, "general", "5"))
    assert [message.idx for message in second.items] == [2, 1]
    again = await domain.run(ListMessages(sid, "general", Order.DESC, second.previous))
    assert [message.idx for message in again.items] == [4, 3]
    newest = await domain.run(ListMessages(sid, "general", Order.DESC, again.previous))
    assert [message.idx for message in newest.items] == [5]
    assert newest.previous is None
    assert await domain.run(ListMessages(sid, "general", Order.DESC, newest.next)) == again


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
