"""Invitations: made, taken back, declined, used up by joining."""

import pytest

from chat_tui.protocol.errors import Code, Conflict, Forbidden, NotFound
from chat_tui.protocol.values import ChannelType
from chat_tui.server.operations.channels import CreateChannel
from chat_tui.server.operations.invites import FetchInvite, InviteMember, ListInvites, RemoveInvite
from chat_tui.server.operations.members import AddMember
from tests.server.conftest import Domain


async def test_one_is_invited_once_and_not_as_a_member(domain: Domain) -> None:
    """By name or by SID it is found, in its own channel."""
    sid = domain.service_sid
    made = await domain.run(InviteMember(sid, "general", "bob"))
    assert (made.identity, made.created_by) == ("bob", "system")
    for name in (made.sid, "bob", made.user_sid):
        assert (await domain.run(FetchInvite(sid, "general", name))).sid == made.sid
    with pytest.raises(Conflict) as again:
        await domain.run(InviteMember(sid, "general", "bob"))
    await domain.run(AddMember(sid, "general", "bob"))
    with pytest.raises(Conflict) as member:
        await domain.run(InviteMember(sid, "general", "bob"))
    assert (again.value.code, member.value.code) == (Code.ALREADY_INVITED, Code.MEMBER_EXISTS)
    with pytest.raises(NotFound):
        await domain.run(FetchInvite(sid, "general", made.sid))


async def test_an_invitation_lets_one_into_a_private_channel(domain: Domain) -> None:
    """Without one it is not there."""
    sid, bob = domain.service_sid, await domain.user("bob")
    await domain.run(CreateChannel(sid, unique_name="closed", type=ChannelType.PRIVATE))
    with pytest.raises(NotFound):
        await domain.run(AddMember(sid, "closed", "bob"), bob)
    await domain.run(InviteMember(sid, "closed", "bob"))
    assert (await domain.run(AddMember(sid, "closed", "bob"), bob)).identity == "bob"


async def test_declining_asks_for_nothing_and_taking_back_for_permission(domain: Domain) -> None:
    """A member does not decline: it leaves."""
    sid, ann, bob = domain.service_sid, await domain.user("ann"), await domain.user("bob")
    await domain.run(CreateChannel(sid, unique_name="other"))
    await domain.run(InviteMember(sid, "other", "bob"))
    with pytest.raises(Forbidden):
        await domain.run(RemoveInvite(sid, "other", "bob"), ann)
    await domain.run(RemoveInvite(sid, "other", "bob"), bob)
    assert (await domain.run(ListInvites(sid, "other"))).items == []
    with pytest.raises(Forbidden) as raised:
        await domain.run(RemoveInvite(sid, "general", "bob"), bob)
    assert raised.value.code == Code.DECLINE_AS_MEMBER


async def test_what_is_not_there_is_not_found_by_those_who_may_know(domain: Domain) -> None:
    """With its own code."""
    with pytest.raises(NotFound) as raised:
        await domain.run(RemoveInvite(domain.service_sid, "general", "nobody"))
    assert raised.value.code == Code.INVITE_NOT_FOUND
