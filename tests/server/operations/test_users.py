"""Who may be called what, and where a newcomer sits."""

import asyncio

import pytest

from chat_tui.protocol.errors import ChatError, Unauthenticated
from chat_tui.protocol.twilsock import Header, encode
from chat_tui.protocol.values import ChannelType
from chat_tui.server.operations.actors import SYSTEM, ClientActor
from chat_tui.server.operations.channels import CreateChannel, FetchChannel, UpdateChannel
from chat_tui.server.operations.invites import InviteMember
from chat_tui.server.operations.members import AddMember, RemoveMember
from chat_tui.server.operations.participants import CreateWithParticipants
from chat_tui.server.operations.roles import CreateRole
from chat_tui.server.operations.services import CreateService, UpdateService
from chat_tui.server.operations.users import CreateUser, DeleteUser, EnsureUser, FetchUser, UpdateUser
from chat_tui.server.realtime.gateway import Gateway
from tests.server.conftest import Domain
from tests.server.realtime.test_link import Caller

RESERVED = ("system", "private", "unique")
DISGUISES = (
    str,
    str.upper,
    str.title,
    lambda name: f" {name}\t",
    lambda name: f"{name[:3]}\u200b{name[3:]}",
    lambda name: f"{name}\ufe0f",
    lambda name: "".join(chr(ord(char) + 0xFEE0) for char in name),
    lambda name: f"{name}\u0301",
    lambda name: f"\u202e{name}\u00ad",
    lambda name: f"\u202e{name[::-1]}",
    lambda name: f"{name}\u3164",
    lambda name: f"\u2800{name[:2]}\u1160{name[2:]}",
    lambda name: name.translate(str.maketrans("aeimnqstuvy", "аеімпԛѕтυѵу")),
    lambda name: name.upper().translate(str.maketrans("AEIMNSTY", "ΑЕІМΝЅТΥ")),
    lambda name: name.translate(str.maketrans("aeimnstuvy", "ᴀᴇɪᴍɴꜱᴛᴜᴠʏ")),
)
LOOKALIKES = [dress(name) for name in RESERVED for dress in DISGUISES]


@pytest.mark.parametrize("identity", LOOKALIKES)
async def test_nobody_is_called_like_the_service(identity: str, domain: Domain) -> None:
    """Wherever a user can come into being: REST, an addition, an invitation, a new conversation, a token."""
    sid = domain.service_sid
    participant = '{"identity":"' + identity.replace("\t", "\\t") + '"}'
    for command in (
        CreateUser(sid, identity),
        AddMember(sid, "general", identity),
        InviteMember(sid, "general", identity),
        CreateWithParticipants(service_sid=sid, participants=(participant,)),
    ):
        with pytest.raises(ChatError) as refusal:
            await domain.run(command)
        assert (refusal.value.status, refusal.value.code) == (400, 50203), command
    with pytest.raises(Unauthenticated) as refusal:
        await domain.run(EnsureUser(sid, identity), SYSTEM)
    assert refusal.value.code == 50203


@pytest.mark.parametrize("name", [".", ".."])
async def test_nothing_has_a_name_that_leads_somewhere_else(name: str, domain: Domain) -> None:
    """HTTP clients would delete the service when told to delete its user ``..``."""
    sid = domain.service_sid
    ann = await domain.user("ann")
    for command, actor in (
        (CreateUser(sid, name), None),
        (AddMember(sid, "general", name), None),
        (InviteMember(sid, "general", name), None),
        (EnsureUser(sid, name), SYSTEM),
        (CreateChannel(sid, unique_name=name), ann),
        (UpdateChannel(sid, "general", unique_name=name), None),
    ):
        with pytest.raises(ChatError, match="no path can name"):
            await domain.run(command, actor)


@pytest.mark.parametrize("field", ["service_role", "channel_role", "channel_creator_role"])
async def test_a_default_role_that_is_none_is_named(field: str, domain: Domain) -> None:
    parameter = "".join(part.capitalize() for part in f"default_{field}_sid".split("_"))
    with pytest.raises(ChatError, match=f"{parameter}: "):
        await domain.run(UpdateService(domain.service_sid, **{f"default_{field}_sid": ""}))  # type: ignore[arg-type]


async def test_names_that_only_hold_a_reserved_one_are_free(domain: Domain) -> None:
    """A word beside it is another name."""
    for identity in ("systems", "mysystem", "system-1", "uniqueone", "privat", "système", "metsys", "система"):
        await domain.run(CreateUser(domain.service_sid, identity))


async def test_a_token_for_an_identity_nobody_may_have_is_refused_for_good(domain: Domain) -> None:
    """With 401, so that a client does not try again: too long, or like a user's SID."""
    for identity, code in (("x" * 300, 50207), ("US" + "0" * 32, 50206), ("a\x00b", 20001)):
        with pytest.raises(Unauthenticated) as refusal:
            await domain.run(EnsureUser(domain.service_sid, identity), SYSTEM)
        assert refusal.value.code == code


async def test_a_token_gives_service_roles_of_its_service_only(domain: Domain) -> None:
    """Not a channel's role, not another service's, not one that is none."""
    core, account = domain.core, domain.account.account_sid
    other = await domain.run(CreateService(account_sid=account, friendly_name="other"))
    own = await domain.run(CreateService(account_sid=account, friendly_name="own"))

    async def role_of(role_sid: str) -> str | None:
        token = await domain.token("ann", own.sid, role_sid)
        return (await core.authenticator.client(token)).role_sid

    assert await role_of(own.default_service_role_sid) == own.default_service_role_sid
    for wrong in (own.default_channel_creator_role_sid, other.default_service_role_sid, "RL" + "0" * 32, "x"):
        with pytest.raises(Unauthenticated) as refusal:
            await role_of(wrong)
        assert refusal.value.code == 20106


async def test_a_newcomer_is_seated_in_a_public_first_channel_only(domain: Domain) -> None:
    """A private one is for whom it admits."""
    sid = domain.service_sid
    await domain.run(CreateChannel(sid, unique_name="closed", type=ChannelType.PRIVATE))
    view = await domain.run(EnsureUser(sid, "ann", first_channel="closed"), SYSTEM)
    with pytest.raises(ChatError) as refusal:
        await domain.run(FetchChannel(sid, "closed"), ClientActor(sid, "ann", view.user.sid))
    assert refusal.value.status == 404
    assert view.user.joined_channels_count == 0


async def test_who_may_not_join_is_not_seated(domain: Domain) -> None:
    """Coming again is no way back for who was sent out and whose role lets nobody join."""
    sid = domain.service_sid
    await domain.user("ann")
    role = await domain.run(CreateRole(sid, "guest", "deployment", ("editOwnUserInfo",)))
    await domain.run(UpdateUser(sid, "ann", role_sid=role.sid))
    await domain.run(RemoveMember(sid, "general", "ann"))
    view = await domain.run(EnsureUser(sid, "ann", first_channel="general"), SYSTEM)
    assert view.user.joined_channels_count == 0


@pytest.mark.parametrize(("permission", "seats"), [("editOwnUserInfo", 0), ("joinChannel", 1)])
async def test_whom_a_token_does_not_let_join_is_not_seated(permission: str, seats: int, domain: Domain) -> None:
    """What a newcomer may do is what its token says, where it says anything."""
    sid, core = domain.service_sid, domain.core
    core.first_channel, core.local_service_sid = "general", sid
    role = await domain.run(CreateRole(sid, "guest", "deployment", (permission,)))
    caller = Caller(domain, Gateway(core))
    caller.link.received(encode(Header("init", "1", token=await domain.token("ann", sid, role.sid))))
    answer = await asyncio.wait_for(caller.socket.packets.get(), 5)
    assert answer.header.status is not None
    assert answer.header.status.code == 200
    assert (await domain.run(FetchUser(sid, "ann"))).user.joined_channels_count == seats
    caller.link.lost()
    await caller.gateway.drain()


async def test_the_first_channel_is_the_local_service_s(domain: Domain) -> None:
    """Another service that has a channel of the same name seats nobody."""
    core = domain.core
    core.first_channel, core.local_service_sid = "general", domain.service_sid
    other = await domain.run(CreateService(account_sid=domain.account.account_sid, friendly_name="other"))
    assert core.first_channel_of(domain.service_sid) == "general"
    assert core.first_channel_of(other.sid) is None


async def test_who_was_deleted_and_comes_again_is_somebody_new(domain: Domain) -> None:
    """Another user, though the name is the same."""
    before = await domain.user("ann")
    await domain.run(DeleteUser(domain.service_sid, "ann"))
    after = await domain.user("ann")
    assert after.user_sid != before.user_sid
    assert (await domain.run(FetchUser(domain.service_sid, "ann"))).user.sid == after.user_sid


async def test_a_renewed_token_brings_its_role(domain: Domain) -> None:
    """A greater one, a lesser one, none: what the session may do is what its newest token says."""
    sid = domain.service_sid
    await domain.user("bob")
    greater = await domain.run(CreateRole(sid, "greater", "deployment", ("editAnyUserInfo",)))
    lesser = await domain.run(CreateRole(sid, "lesser", "deployment", ("joinChannel",)))
    caller = Caller(domain, Gateway(domain.core))
    caller.link.received(encode(Header("init", "1", token=await domain.token("ann", sid, greater.sid))))
    found = []
    for number, role_sid in enumerate((greater.sid, lesser.sid, greater.sid, None, "RL" + "0" * 32), 2):
        answer = await asyncio.wait_for(caller.socket.packets.get(), 5)
        try:
            await domain.run(UpdateUser(sid, "bob", friendly_name="x"), caller.link.actor)
            may = True
        except ChatError:
            may = False
        found.append((answer.header.status and answer.header.status.code, may))
        caller.link.received(encode(Header("update", str(number), token=await domain.token("ann", sid, role_sid))))
    last = await asyncio.wait_for(caller.socket.packets.get(), 5)
    assert found == [(200, True), (200, True), (200, False), (200, True), (200, False)]
    assert last.header.status is not None
    assert last.header.status.code == 401
    caller.link.lost()
    await caller.gateway.drain()
