"""What a client may do: every action, by a member, an admin, an outsider, one who was removed, one from elsewhere."""

import contextlib
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from chat_tui.protocol.errors import ChatError, Conflict, NotFound
from chat_tui.protocol.values import ChannelType
from chat_tui.server.operations import bindings, channels, invites, members, messages, typing, user_channels, users
from chat_tui.server.operations.actors import AccountActor, ClientActor
from chat_tui.server.operations.operation import OPERATIONS, Command
from chat_tui.server.operations.roles import CreateRole, UpdateRole
from chat_tui.server.operations.services import CreateService, DeleteService, FetchService
from tests.server.conftest import Domain

CLOSED = "closed"


class Scene(msgspec.Struct, frozen=True):
    """A private channel ``closed`` that ``boss`` made and administers, with ``ann`` and ``peer`` as members; ``out``
    was never in it, ``gone`` was removed, ``far`` is of another service. ``own``, ``theirs`` and ``boss`` are messages
    of ann's, peer's and boss's."""

    service_sid: str
    actors: dict[str, ClientActor]
    own: str
    theirs: str
    boss: str


Action = Callable[[Scene, ClientActor], Command]


@pytest.fixture
async def scene(domain: Domain) -> Scene:
    sid = domain.service_sid
    actors = {name: await domain.user(name) for name in ("ann", "boss", "peer", "out", "gone", "guest", "new")}
    await domain.run(channels.CreateChannel(sid, unique_name=CLOSED, type=ChannelType.PRIVATE, created_by="boss"))
    for name in ("boss", "ann", "peer", "gone"):
        await domain.run(members.AddMember(sid, CLOSED, name))
    await domain.run(members.RemoveMember(sid, CLOSED, "gone"))
    await domain.run(invites.InviteMember(sid, CLOSED, "guest"))
    own = await domain.run(messages.SendMessage(sid, CLOSED, "mine", author="ann"))
    theirs = await domain.run(messages.SendMessage(sid, CLOSED, "theirs", author="peer"))
    boss = await domain.run(messages.SendMessage(sid, CLOSED, "the boss's", author="boss"))
    other = await domain.run(CreateService(account_sid=domain.account.account_sid, friendly_name="other"))
    far = await domain.run(users.EnsureUser(other.sid, "ann"))
    actors["far"] = ClientActor(other.sid, "ann", far.user.sid)
    return Scene(sid, actors, own.sid, theirs.sid, boss.sid)


ANN, BOSS, OUT, GONE, FAR = "ann", "boss", "out", "gone", "far"
HIDDEN = {OUT: 404, GONE: 404, FAR: 404}
"""Not a member and not existing answer alike."""

MATRIX: dict[str, tuple[Action, dict[str, int]]] = {
    "see the channel": (lambda s, a: channels.FetchChannel(s.service_sid, CLOSED), {}),
    "rename it": (lambda s, a: channels.UpdateChannel(s.service_sid, CLOSED, friendly_name="x"), {ANN: 403}),
    "change its attributes": (lambda s, a: channels.UpdateChannel(s.service_sid, CLOSED, attributes="1"), {ANN: 403}),
    "delete it": (lambda s, a: channels.DeleteChannel(s.service_sid, CLOSED), {ANN: 403}),
    "see the members": (lambda s, a: members.ListMembers(s.service_sid, CLOSED), {}),
    "see a member": (lambda s, a: members.FetchMember(s.service_sid, CLOSED, "peer"), {}),
    "see the members' users": (lambda s, a: users.ListChannelUsers(s.service_sid, CLOSED), {}),
    "add somebody": (lambda s, a: members.AddMember(s.service_sid, CLOSED, "new"), {ANN: 403}),
    "remove somebody": (lambda s, a: members.RemoveMember(s.service_sid, CLOSED, "peer"), {ANN: 403}),
    "leave": (lambda s, a: members.RemoveMember(s.service_sid, CLOSED, a.identity), {}),
    "leave by one's own channel": (
        lambda s, a: user_channels.LeaveUserChannel(s.service_sid, a.user_sid, CLOSED),
        {},
    ),
    "change one's own member": (
        lambda s, a: members.UpdateMember(s.service_sid, CLOSED, a.identity, attributes="1"),
        {},
    ),
    "change another's member": (
        lambda s, a: members.UpdateMember(s.service_sid, CLOSED, "peer", attributes="1"),
        {ANN: 403},
    ),
    "invite": (lambda s, a: invites.InviteMember(s.service_sid, CLOSED, "new"), {ANN: 403}),
    "take an invitation back": (lambda s, a: invites.RemoveInvite(s.service_sid, CLOSED, "guest"), {ANN: 403}),
    "send": (lambda s, a: messages.SendMessage(s.service_sid, CLOSED, "hi"), {}),
    "read messages": (lambda s, a: messages.ListMessages(s.service_sid, CLOSED), {}),
    "read a message": (lambda s, a: messages.FetchMessage(s.service_sid, CLOSED, s.own), {}),
    "edit ann's message": (lambda s, a: messages.UpdateMessage(s.service_sid, CLOSED, s.own, body="x"), {}),
    "edit peer's message": (
        lambda s, a: messages.UpdateMessage(s.service_sid, CLOSED, s.theirs, body="x"),
        {ANN: 403},
    ),
    "change the attributes of peer's message": (
        lambda s, a: messages.UpdateMessage(s.service_sid, CLOSED, s.theirs, attributes="1"),
        {ANN: 403},
    ),
    "delete ann's message": (lambda s, a: messages.DeleteMessage(s.service_sid, CLOSED, s.own), {}),
    "delete peer's message": (lambda s, a: messages.DeleteMessage(s.service_sid, CLOSED, s.theirs), {ANN: 403}),
    "type": (lambda s, a: typing.NotifyTyping(s.service_sid, CLOSED), {}),
    "see one's own channel": (lambda s, a: user_channels.FetchUserChannel(s.service_sid, a.user_sid, CLOSED), {}),
    "mute": (
        lambda s, a: user_channels.UpdateUserChannel(s.service_sid, a.user_sid, CLOSED, notification_level="muted"),
        {},
    ),
    "move the horizon": (
        lambda s, a: user_channels.UpdateUserChannel(s.service_sid, a.user_sid, CLOSED, last_consumed_message_index=0),
        {},
    ),
    "see another's channel": (
        lambda s, a: user_channels.FetchUserChannel(s.service_sid, "peer", CLOSED),
        {ANN: 403, BOSS: 403, OUT: 403, GONE: 403},
    ),
    "mute another's channel": (
        lambda s, a: user_channels.UpdateUserChannel(s.service_sid, "peer", CLOSED, notification_level="muted"),
        {ANN: 403, BOSS: 403, OUT: 403, GONE: 403},
    ),
    "list another's channels": (
        lambda s, a: user_channels.ListUserChannels(s.service_sid, "peer"),
        {ANN: 403, BOSS: 403, OUT: 403, GONE: 403},
    ),
    "join a private channel": (
        lambda s, a: members.AddMember(s.service_sid, CLOSED, a.identity),
        {ANN: 409, BOSS: 409},
    ),
    "edit one's own message as an admin": (
        lambda s, a: messages.UpdateMessage(s.service_sid, CLOSED, s.boss, body="x"),
        {ANN: 403},
    ),
    "delete one's own message as an admin": (
        lambda s, a: messages.DeleteMessage(s.service_sid, CLOSED, s.boss),
        {ANN: 403},
    ),
    "join a public channel": (
        lambda s, a: members.AddMember(s.service_sid, "lobby", a.identity),
        {OUT: 200, GONE: 200},
    ),
    "send to a public channel unjoined": (
        lambda s, a: messages.SendMessage(s.service_sid, "lobby", "hi"),
        {ANN: 403, BOSS: 403, OUT: 403, GONE: 403},
    ),
    "create a channel": (lambda s, a: channels.CreateChannel(s.service_sid), {OUT: 200, GONE: 200}),
    "list public channels": (lambda s, a: channels.ListChannels(s.service_sid), {OUT: 200, GONE: 200}),
    "see a user": (lambda s, a: users.FetchUser(s.service_sid, "peer"), {OUT: 200, GONE: 200}),
    "change one's own name": (
        lambda s, a: users.UpdateUser(s.service_sid, a.user_sid, friendly_name="x"),
        {OUT: 200, GONE: 200},
    ),
    "change another's name": (
        lambda s, a: users.UpdateUser(s.service_sid, "peer", friendly_name="x"),
        {ANN: 403, BOSS: 403, OUT: 403, GONE: 403},
    ),
    "register a device": (
        lambda s, a: bindings.RegisterBinding(s.service_sid, a.user_sid, "fcm", "phone", "address"),
        {OUT: 200, GONE: 200},
    ),
    "remove another's device": (
        lambda s, a: bindings.RemoveBinding(s.service_sid, binding="BS" + "0" * 32),
        {ANN: 404, BOSS: 404},
    ),
}
"""An action, and who is refused it with what; an outsider gets 404 where nothing else is said."""


@pytest.mark.parametrize("who", [ANN, BOSS, OUT, GONE, FAR])
@pytest.mark.parametrize("action", MATRIX)
async def test_an_action_is_allowed_or_refused(action: str, who: str, domain: Domain, scene: Scene) -> None:
    """The cell of the matrix for this action and this actor."""
    await domain.run(channels.CreateChannel(scene.service_sid, unique_name="lobby"))
    make, refusals = MATRIX[action]
    expected = refusals.get(who, HIDDEN.get(who, 200))
    actor = scene.actors[who]
    try:
        await domain.run(make(scene, actor), actor)
        found = 200
    except ChatError as error:
        found = error.status
    assert found == expected


async def test_a_custom_role_is_enforced_from_the_next_action_on(domain: Domain, scene: Scene) -> None:
    """A role of one's own takes the place of the default one; its update binds whoever holds it at once."""
    sid, ann = scene.service_sid, scene.actors["ann"]
    mute = await domain.run(CreateRole(sid, "listener", "channel", ("leaveChannel",)))
    await domain.run(members.UpdateMember(sid, CLOSED, "ann", role_sid=mute.sid))
    with pytest.raises(ChatError) as refusal:
        await domain.run(messages.SendMessage(sid, CLOSED, "hi"), ann)
    assert (refusal.value.status, refusal.value.code) == (403, 50107)
    await domain.run(UpdateRole(sid, mute.sid, ("leaveChannel", "sendMessage")))
    assert (await domain.run(messages.SendMessage(sid, CLOSED, "hi"), ann)).index == 3


async def test_account_credentials_bypass_roles(domain: Domain, scene: Scene) -> None:
    """REST may do all of it (contract 1.6), but only in its own account."""
    for make, _ in MATRIX.values():
        command: Any = make(scene, scene.actors["ann"])
        if not isinstance(command, typing.NotifyTyping | bindings.RemoveBinding):
            with contextlib.suppress(NotFound, Conflict):  # what an action before it took away, or gave
                await domain.run(command)
    with pytest.raises(ChatError) as refusal:
        await domain.run(FetchService(scene.service_sid), AccountActor("AC" + "0" * 32))
    assert refusal.value.status == 404


def test_every_action_of_a_client_is_in_the_matrix() -> None:
    """A new command can't be forgotten: it is in the matrix, or clients are refused it."""
    anything: Any = _Anything()
    here = {type(make(anything, anything)) for make, _ in MATRIX.values()}
    assert {command for command, known in OPERATIONS.items() if known.for_clients} == here | {FetchService}


async def test_what_is_not_for_clients_is_refused_them(domain: Domain, scene: Scene) -> None:
    """Denied by default, whatever their roles say."""
    for command in (
        users.ListUsers(scene.service_sid),
        users.CreateUser(scene.service_sid, "x"),
        invites.ListInvites(scene.service_sid, CLOSED),
        bindings.ListBindings(scene.service_sid),
        CreateRole(scene.service_sid, "x", "channel", ("sendMessage",)),
        DeleteService(scene.service_sid),
    ):
        with pytest.raises(ChatError) as refusal:
            await domain.run(command, scene.actors["boss"])
        assert (refusal.value.status, refusal.value.code) == (403, 50107)


class _Anything:
    """Stands for a scene and an actor where only the command's type matters."""

    def __getattr__(self, name: str) -> str:
        return name
