"""Who sees what, and until when: founders, the invited, rosters, and names that were given away."""

from contextlib import suppress
from typing import Any

import pytest
from msgspec import UNSET

from chat_tui.protocol.errors import ChatError, Conflict, NotFound
from chat_tui.protocol.sync import ObjectType, document_name, messages_name, roster_name
from chat_tui.protocol.values import ChannelType
from chat_tui.server.bus import AccessRevoked
from chat_tui.server.operations import access
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.operations.channels import CreateChannel, FetchChannel, UpdateChannel
from chat_tui.server.operations.invites import FetchInvite, InviteMember, RemoveInvite
from chat_tui.server.operations.members import AddMember, FetchMember, ListMembers, RemoveMember, UpdateMember
from chat_tui.server.operations.messages import DeleteMessage, SendMessage, UpdateMessage
from chat_tui.server.operations.roles import CreateRole
from chat_tui.server.operations.services import FetchService
from chat_tui.server.operations.users import DeleteUser, ListChannelUsers, UpdateUser
from chat_tui.server.store.rows import Channel, SyncObject
from chat_tui.server.store.transaction import Reader
from tests.server.conftest import Domain

PRIVATE = ChannelType.PRIVATE


async def refused(domain: Domain, command: Any, actor: ClientActor) -> int:
    """The status with which ``command`` is refused."""
    with pytest.raises(ChatError) as refusal:
        await domain.run(command, actor)
    return refusal.value.status


async def follows(domain: Domain, actor: ClientActor, channel: Channel) -> set[str]:
    """Which of the channel's objects the actor may follow, by the end of their names."""
    objects = await domain.core.store.read(
        lambda tx: [
            found.name.partition(".")[2]
            for found in tx.all(SyncObject, "objects_of_owner", owner_sid=channel.sid)
            if access.may_follow(tx, actor, found)
        ]
    )
    return set(objects)


def revoked(domain: Domain, user_sid: str) -> set[str]:
    return {sid for item in domain.published if isinstance(item, AccessRevoked) and item.user_sid == user_sid
            for sid in item.object_sids}  # fmt: skip


async def documents(domain: Domain, channel: Channel, *ends: str) -> set[str]:
    names = {f"{channel.sid}.{end}" for end in ends}
    found: list[SyncObject] = await domain.core.store.read(
        lambda tx: tx.all(SyncObject, "objects_of_owner", owner_sid=channel.sid)
    )
    return {one.sid for one in found if one.name in names}


@pytest.mark.parametrize("ending", ["removed", "left", "never sat, and deleted"])
async def test_a_founder_enters_once(ending: str, domain: Domain) -> None:
    """A private channel that a founder left, or was sent out of, is closed to it, though nobody sits in it."""
    sid, ann = domain.service_sid, await domain.user("ann")
    channel = await domain.run(CreateChannel(sid, unique_name="mine", type=PRIVATE), ann)
    assert await follows(domain, ann, channel) == {"channel"}
    service = await domain.run(FetchService(sid))
    if ending == "never sat, and deleted":
        await domain.run(DeleteUser(sid, "ann"))
        ann = await domain.user("ann")
    else:
        seat = await domain.run(AddMember(sid, "mine", "ann"), ann)
        assert seat.role_sid == service.default_channel_creator_role_sid
        await domain.run(RemoveMember(sid, "mine", "ann"), ann if ending == "left" else None)
        assert revoked(domain, ann.user_sid) == await documents(domain, channel, "channel", "messages", "roster")
    for command in (FetchChannel(sid, "mine"), AddMember(sid, "mine", "ann"), ListMembers(sid, "mine")):
        assert await refused(domain, command, ann) == 404
    assert await follows(domain, ann, channel) == set()
    again = await domain.run(AddMember(sid, "mine", "ann"))
    assert again.role_sid == service.default_channel_role_sid


async def test_a_founder_sent_out_of_a_public_channel_comes_back_as_anybody(domain: Domain) -> None:
    """The creator's role is for the one who joins a new channel; nobody gets it back by joining again."""
    sid, ann = domain.service_sid, await domain.user("ann")
    await domain.run(CreateChannel(sid, unique_name="open"), ann)
    await domain.run(AddMember(sid, "open", "ann"), ann)
    await domain.run(RemoveMember(sid, "open", "ann"))
    seat = await domain.run(AddMember(sid, "open", "ann"), ann)
    assert seat.role_sid == (await domain.run(FetchService(sid))).default_channel_role_sid


async def test_a_channel_given_to_another_founder_awaits_that_one(domain: Domain) -> None:
    """The first one sees it no longer, and hears no more of it."""
    sid = domain.service_sid
    ann, bob = await domain.user("ann"), await domain.user("bob")
    channel = await domain.run(CreateChannel(sid, unique_name="mine", type=PRIVATE, created_by="ann"))
    await domain.run(UpdateChannel(sid, "mine", created_by="bob"))
    assert revoked(domain, ann.user_sid) >= await documents(domain, channel, "channel")
    assert await refused(domain, AddMember(sid, "mine", "ann"), ann) == 404
    seat = await domain.run(AddMember(sid, "mine", "bob"), bob)
    assert seat.role_sid == (await domain.run(FetchService(sid))).default_channel_creator_role_sid


@pytest.mark.parametrize("was", ["seated", "removed", "seated while another was awaited"])
async def test_to_be_named_the_founder_lets_nobody_in(was: str, domain: Domain) -> None:
    """Whoever was sent out stays out, though the operator writes afterwards, or wrote before, who made the channel."""
    sid, bob = domain.service_sid, await domain.user("bob")
    creator = "ann" if was == "seated while another was awaited" else UNSET
    await domain.run(CreateChannel(sid, unique_name="mine", type=PRIVATE, created_by=creator))
    await domain.run(AddMember(sid, "mine", "bob"))
    steps = [RemoveMember(sid, "mine", "bob"), UpdateChannel(sid, "mine", created_by="bob")]
    for step in steps if was == "removed" else reversed(steps):
        await domain.run(step)
    assert (await domain.run(FetchChannel(sid, "mine"))).created_by == "bob"
    for command in (FetchChannel(sid, "mine"), AddMember(sid, "mine", "bob")):
        assert await refused(domain, command, bob) == 404


@pytest.mark.parametrize("who", ["the operator", "the invited"])
async def test_a_founder_who_is_invited_no_more_is_not_awaited_either(who: str, domain: Domain) -> None:
    sid, ann = domain.service_sid, await domain.user("ann")
    channel = await domain.run(CreateChannel(sid, unique_name="mine", type=PRIVATE), ann)
    await domain.run(InviteMember(sid, "mine", "ann"))
    await domain.run(RemoveInvite(sid, "mine", "ann"), ann if who == "the invited" else None)
    assert revoked(domain, ann.user_sid) >= await documents(domain, channel, "channel")
    assert await refused(domain, AddMember(sid, "mine", "ann"), ann) == 404


@pytest.mark.parametrize("who", ["the operator", "the invited"])
async def test_who_is_invited_no_more_hears_no_more(who: str, domain: Domain) -> None:
    """A withdrawn invitation, or a declined one, ends the delivery of a private channel's document in the same step."""
    sid, ann = domain.service_sid, await domain.user("ann")
    channel = await domain.run(CreateChannel(sid, unique_name="closed", type=PRIVATE))
    await domain.run(InviteMember(sid, "closed", "ann"))
    assert await follows(domain, ann, channel) == {"channel"}
    await domain.run(RemoveInvite(sid, "closed", "ann"), ann if who == "the invited" else None)
    assert revoked(domain, ann.user_sid) >= await documents(domain, channel, "channel")
    assert await follows(domain, ann, channel) == set()


async def test_an_invitation_to_a_public_channel_ends_nothing(domain: Domain) -> None:
    """Everybody sees it."""
    sid, ann = domain.service_sid, await domain.user("ann")
    channel = await domain.run(CreateChannel(sid, unique_name="open"))
    await domain.run(InviteMember(sid, "open", "ann"))
    await domain.run(RemoveInvite(sid, "open", "ann"), ann)
    assert not revoked(domain, ann.user_sid) & await documents(domain, channel, "channel")
    assert await follows(domain, ann, channel) == {"channel"}


@pytest.mark.parametrize("type_", list(ChannelType))
@pytest.mark.parametrize("standing", ["invited", "outside"])
async def test_a_roster_is_its_members(type_: ChannelType, standing: str, domain: Domain) -> None:
    """Who sits there, and who of them is online, is told to nobody else; nor by what is refused."""
    sid, ann = domain.service_sid, await domain.user("ann")
    await domain.run(CreateChannel(sid, unique_name="room", type=type_))
    await domain.run(AddMember(sid, "room", "bob"))
    if standing == "invited":
        await domain.run(InviteMember(sid, "room", "ann"))
    hidden = 404 if (type_ is PRIVATE and standing == "outside") else 403
    for command in (ListChannelUsers(sid, "room"), ListMembers(sid, "room"), ListMembers(sid, "room", ("bob",))):
        assert await refused(domain, command, ann) == hidden
    for name in ("bob", "nobody"):
        for about in (FetchMember, RemoveMember, UpdateMember):
            assert await refused(domain, about(sid, "room", name), ann) == hidden, (about, name)
    for name in ("bob", "nobody"):
        assert await refused(domain, RemoveInvite(sid, "room", name), ann) == hidden
    assert await refused(domain, UpdateMessage(sid, "room", "0"), ann) == hidden
    assert await refused(domain, DeleteMessage(sid, "room", "7"), ann) == hidden


async def test_a_name_s_next_holder_owns_nothing_of_the_last(domain: Domain) -> None:
    """Messages and channels of a deleted user are not those of whoever gets the name."""
    sid = domain.service_sid
    before = await domain.user("ann")
    sent = await domain.run(SendMessage(sid, "general", "mine"), before)
    posted = await domain.run(SendMessage(sid, "general", "mine, says the operator", author="ann"))
    await domain.run(DeleteUser(sid, "ann"))
    after = await domain.user("ann")
    for message in (sent.sid, posted.sid):
        assert await refused(domain, UpdateMessage(sid, "general", message, body="x"), after) == 403
        assert await refused(domain, DeleteMessage(sid, "general", message), after) == 403
    own = await domain.run(SendMessage(sid, "general", "hers", author="ann"))
    await domain.run(UpdateMessage(sid, "general", own.sid, body="hers, edited"), after)
    given = await domain.run(UpdateMessage(sid, "general", sent.sid, author="ann"))
    assert given.message.author_sid == after.user_sid
    await domain.run(DeleteMessage(sid, "general", sent.sid), after)


async def test_a_role_counts_where_its_type_belongs(domain: Domain) -> None:
    """A channel's role that a user was once given as its own, or a token's, opens nothing."""
    sid, ann = domain.service_sid, await domain.user("ann")
    of_channel = await domain.run(CreateRole(sid, "all", "channel", ("destroyChannel", "editChannelName")))
    actor = ClientActor(sid, "ann", ann.user_sid, of_channel.sid)
    assert await refused(domain, UpdateChannel(sid, "general", friendly_name="x"), actor) == 403
    of_service = await domain.run(CreateRole(sid, "some", "deployment", ("editChannelName",)))
    await domain.run(UpdateUser(sid, "ann", role_sid=of_service.sid))
    await domain.run(UpdateChannel(sid, "general", friendly_name="x"), ann)


async def test_a_sync_object_answers_by_sid_as_by_name(domain: Domain) -> None:
    """Nothing is found by the one that is not by the other, nor as another kind."""
    sid, ann = domain.service_sid, await domain.user("ann")
    channel = await domain.run(CreateChannel(sid, unique_name="closed", type=PRIVATE))

    def found(tx: Reader) -> list[str]:
        there = []
        for one in tx.all(SyncObject, "objects_of_owner", owner_sid=channel.sid):
            for reference in (one.name, one.sid):
                for kind in ObjectType:
                    with suppress(NotFound):
                        there.append(access.find_object(tx, ann, kind, reference).name)
        return there

    assert await domain.core.store.read(found) == []
    await domain.run(AddMember(sid, "closed", "ann"))
    names = (document_name, messages_name, roster_name)
    assert sorted(await domain.core.store.read(found)) == sorted(name(channel.sid) for name in names for _ in range(2))


async def test_a_name_that_looks_like_another_s_sid_opens_nothing(domain: Domain) -> None:
    """Neither an invitation's nor a seat's: what is meant is what has the SID, and it is not one's own."""
    sid = domain.service_sid
    await domain.run(CreateChannel(sid, unique_name="open"))
    theirs = await domain.run(InviteMember(sid, "open", "guest"))
    seat = await domain.run(AddMember(sid, "open", "peer"))
    named_like_invite, named_like_seat = await domain.user(theirs.sid), await domain.user(seat.sid)
    await domain.run(InviteMember(sid, "open", theirs.sid))
    await domain.run(AddMember(sid, "open", seat.sid))
    assert await refused(domain, RemoveInvite(sid, "open", theirs.sid), named_like_invite) == 403
    assert await refused(domain, RemoveMember(sid, "open", seat.sid), named_like_seat) == 403
    assert await refused(domain, UpdateMember(sid, "open", seat.sid), named_like_seat) == 403
    assert (await domain.run(FetchInvite(sid, "open", "guest"))).sid == theirs.sid
    assert (await domain.run(FetchMember(sid, "open", "peer"))).sid == seat.sid


async def test_a_message_is_not_given_to_who_sent_another_with_its_mutation_id(domain: Domain) -> None:
    """Refused in words; the two stay apart."""
    sid, ann, bob = domain.service_sid, await domain.user("ann"), await domain.user("bob")
    await domain.run(SendMessage(sid, "general", "ann's", mutation_id="m"), ann)
    other = await domain.run(SendMessage(sid, "general", "bob's", mutation_id="m"), bob)
    with pytest.raises(Conflict):
        await domain.run(UpdateMessage(sid, "general", other.sid, author="ann"))
    assert (await domain.run(UpdateMessage(sid, "general", other.sid, author="eve"))).message.author == "eve"
