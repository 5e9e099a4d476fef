"""A seat in a channel: who gets one, with which role, how many there are, and who hears when it changes."""

from typing import Any

import pytest

from chat_tui.protocol.errors import BadRequest, ChatError, Code, Conflict, Forbidden
from chat_tui.server.operations.channels import CreateChannel, FetchChannel
from chat_tui.server.operations.invites import InviteMember, ListInvites
from chat_tui.server.operations.members import AddMember, FetchMember, ListMembers, RemoveMember, UpdateMember
from chat_tui.server.operations.roles import CreateRole
from chat_tui.server.operations.services import FetchService, UpdateService
from chat_tui.server.operations.users import FetchUser
from tests.server.conftest import Domain


async def seated(domain: Domain, identity: str, **given: Any) -> Any:
    return await domain.run(AddMember(domain.service_sid, "general", identity, **given))


async def refused(domain: Domain, command: Any, kind: type[ChatError]) -> int:
    """The code it is refused with."""
    with pytest.raises(kind) as raised:
        await domain.run(command)
    return raised.value.code


async def test_a_seat_is_counted_by_its_channel_and_its_user(domain: Domain) -> None:
    """Until it is taken away; a second one is none (contract 1.7)."""
    sid = domain.service_sid
    await seated(domain, "ann")
    assert await refused(domain, AddMember(sid, "general", "ann"), Conflict) == Code.MEMBER_EXISTS
    channel, user = await domain.run(FetchChannel(sid, "general")), await domain.run(FetchUser(sid, "ann"))
    assert (channel.members_count, user.user.joined_channels_count) == (1, 1)
    await domain.run(RemoveMember(sid, "general", "ann"))
    channel, user = await domain.run(FetchChannel(sid, "general")), await domain.run(FetchUser(sid, "ann"))
    assert (channel.members_count, user.user.joined_channels_count) == (0, 0)


async def test_both_limits_are_the_services(domain: Domain) -> None:
    """So many in a channel, so many channels of one (contract 1.7)."""
    sid = domain.service_sid
    await domain.run(CreateChannel(sid, unique_name="other"))
    await domain.run(UpdateService(sid, channel_members_limit=1))
    await seated(domain, "ann")
    assert await refused(domain, AddMember(sid, "general", "bob"), Forbidden) == Code.MEMBER_LIMIT
    await domain.run(UpdateService(sid, channel_members_limit=9, user_channels_limit=1))
    assert await refused(domain, AddMember(sid, "other", "ann"), Forbidden) == Code.USER_CHANNEL_LIMIT


async def test_the_role_is_the_given_one_the_invitations_or_everybodys(domain: Domain) -> None:
    """In that order; an invitation is used up (contract S14, S15)."""
    sid = domain.service_sid
    roles = [await domain.run(CreateRole(sid, name, "channel", ("sendMessage",))) for name in ("one", "two")]
    default = (await domain.run(FetchService(sid))).default_channel_role_sid
    await domain.run(InviteMember(sid, "general", "bob", role_sid=roles[0].sid))
    await domain.run(InviteMember(sid, "general", "carl", role_sid=roles[0].sid))
    found = [
        await seated(domain, "ann"),
        await seated(domain, "bob"),
        await seated(domain, "carl", role_sid=roles[1].sid),
    ]
    assert [member.role_sid for member in found] == [default, roles[0].sid, roles[1].sid]
    assert (await domain.run(ListInvites(sid, "general"))).items == []


async def test_a_founder_gets_the_creators_role_once(domain: Domain) -> None:
    """Not after a removal."""
    sid, ann = domain.service_sid, await domain.user("ann")
    service = await domain.run(FetchService(sid))
    await domain.run(CreateChannel(sid, unique_name="own"), ann)
    first = await domain.run(AddMember(sid, "own", "ann"), ann)
    await domain.run(RemoveMember(sid, "own", "ann"))
    second = await domain.run(AddMember(sid, "own", "ann"))
    assert first.role_sid == service.default_channel_creator_role_sid
    assert second.role_sid == service.default_channel_role_sid


async def test_a_horizon_goes_where_it_is_put_and_takes_its_time_along(domain: Domain) -> None:
    """Back too; what is no index is refused (contract U17)."""
    sid = domain.service_sid
    await seated(domain, "ann")

    async def put(index: Any) -> tuple[Any, bool]:
        member = await domain.run(UpdateMember(sid, "general", "ann", last_consumed_message_index=index))
        return member.last_consumed_message_index, member.last_consumption_timestamp is not None

    assert [await put(index) for index in (5, 3, None)] == [(5, True), (3, True), (None, False)]
    for wrong in (-1, 2**60):
        command = UpdateMember(sid, "general", "ann", last_consumed_message_index=wrong)
        assert await refused(domain, command, BadRequest) == Code.BAD_LAST_CONSUMED_INDEX


async def test_without_read_status_no_horizon_is_kept(domain: Domain) -> None:
    """Neither with a new seat nor later (contract U18)."""
    sid = domain.service_sid
    await domain.run(UpdateService(sid, read_status_enabled=False))
    made = await seated(domain, "ann", last_consumed_message_index=3)
    await domain.run(UpdateMember(sid, "general", "ann", last_consumed_message_index=4, attributes='{"a":1}'))
    found = await domain.run(FetchMember(sid, "general", "ann"))
    assert (made.last_consumed_message_index, found.last_consumed_message_index) == (None, None)
    assert found.attributes == '{"a":1}'


async def test_members_are_listed_in_the_order_they_came(domain: Domain) -> None:
    """Those of some names only, when they are given."""
    for identity in ("carl", "ann", "bob"):
        await seated(domain, identity)
    listed = await domain.run(ListMembers(domain.service_sid, "general"))
    assert [member.identity for member in listed.items] == ["carl", "ann", "bob"]
    some = await domain.run(ListMembers(domain.service_sid, "general", ("bob", "nobody", "carl")))
    assert [member.identity for member in some.items] == ["carl", "bob"]


async def test_a_member_keeps_its_identity(domain: Domain) -> None:
    """Saying which one it is, is no change."""
    sid = domain.service_sid
    await seated(domain, "ann")
    await domain.run(UpdateMember(sid, "general", "ann", identity="ann"))
    assert await refused(domain, UpdateMember(sid, "general", "ann", identity="bob"), BadRequest) == Code.BAD_PARAMETER
