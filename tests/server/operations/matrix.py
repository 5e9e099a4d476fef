"""Who may do what, declared once, and the little world it is tried on. Nothing here is derived from the service."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from chat_tui.protocol.values import ChannelType, Order
from chat_tui.server.operations.actors import SYSTEM, ClientActor
from chat_tui.server.operations.bindings import RegisterBinding, RemoveBinding
from chat_tui.server.operations.channels import CreateChannel, DeleteChannel, FetchChannel, ListChannels, UpdateChannel
from chat_tui.server.operations.dispatch import Dispatcher
from chat_tui.server.operations.invites import InviteMember, RemoveInvite
from chat_tui.server.operations.members import AddMember, FetchMember, ListMembers, RemoveMember, UpdateMember
from chat_tui.server.operations.messages import DeleteMessage, FetchMessage, ListMessages, SendMessage, UpdateMessage
from chat_tui.server.operations.operation import Command
from chat_tui.server.operations.pages import PageQuery
from chat_tui.server.operations.roles import CreateRole
from chat_tui.server.operations.services import CreateService, FetchService
from chat_tui.server.operations.typing import NotifyTyping
from chat_tui.server.operations.user_channels import (
    FetchUserChannel,
    LeaveUserChannel,
    ListUserChannels,
    UpdateUserChannel,
)
from chat_tui.server.operations.users import EnsureUser, FetchUser, ListChannelUsers, UpdateUser
from chat_tui.server.store.transaction import Transaction
from chat_tui.server.sync.projection import project
from tests.server.conftest import Domain

T = TypeVar("T")

STANDINGS = ("member", "admin", "invitee", "outside", "removed", "elsewhere")
"""The columns of every table: of both rooms a plain member, the one who made them, one who is invited, one who was
never there, one who was removed, and one of another service who has the member's name."""

INNER, OUTER = "inner", "outer"
"""The private room and the public one."""

Statuses = dict[str, tuple[int, ...]]


def statuses(inner: str, outer: str | None = None) -> Statuses:
    """By room, for each standing; the same in both where one is given."""
    return {room: tuple(map(int, (text or inner).split())) for room, text in ((INNER, inner), (OUTER, outer))}


SEES = statuses("200 200 200 404 404 404", "200 200 200 200 200 404")
INSIDE = statuses("200 200 403 404 404 404", "200 200 403 403 403 404")
RULES = statuses("403 200 403 404 404 404", "403 200 403 403 403 404")
"""Everybody who sees the room; its members; its admin."""

ANYBODY = statuses("200 200 200 200 200 404")
NOBODY = statuses("403 403 403 403 403 404")
OWN_PART = statuses("200 200 404 404 404 404")
"""Anybody of the service; nobody but another; whoever sits there, by one's own channels."""


class Scene(msgspec.Struct):
    """Two rooms of ``admin``'s, with ``member`` and ``peer`` in them, ``invitee`` and ``guest`` invited, ``removed``
    sent away; messages of each by author, a device of peer's, and a role that must not turn up anywhere."""

    service_sid: str
    actors: dict[str, ClientActor]
    channels: dict[str, str]
    messages: dict[tuple[str, str], str]
    binding: str
    role_sid: str
    dispatcher: Dispatcher


class _Undone(Exception):
    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result


class Undoing:
    """A store that does everything and keeps nothing; ``told`` shows what the last operation changed."""

    def __init__(self, domain: Domain) -> None:
        self._store = domain.core.store
        self.told = ""

    async def write(self, operation: Callable[[Transaction], T]) -> T:
        self.told = ""

        def tried(tx: Transaction) -> T:
            result = operation(tx)
            project(tx)
            self.told = repr(tx.changes)
            raise _Undone(result)

        try:
            return await self._store.write(tried)
        except _Undone as done:
            result: T = done.result
            return result

    async def read(self, query: Callable[[Any], T]) -> T:
        return await self._store.read(query)


async def build(domain: Domain, store: Undoing) -> Scene:
    """The world, in a service of ``domain``'s."""
    run, sid = domain.run, domain.service_sid
    names = ("member", "admin", "invitee", "outside", "removed", "peer", "guest", "new")
    actors = {}
    for name in names:
        view = await run(EnsureUser(sid, name), SYSTEM)
        actors[name] = ClientActor(sid, name, view.user.sid)
    channels, messages = {}, {}
    for room, type_ in ((INNER, ChannelType.PRIVATE), (OUTER, ChannelType.PUBLIC)):
        channels[room] = (await run(CreateChannel(sid, unique_name=room, type=type_), actors["admin"])).sid
        for name in ("admin", "member", "peer", "removed"):
            await run(AddMember(sid, room, name))
            messages[room, name] = (await run(SendMessage(sid, room, "hi"), actors[name])).sid
        await run(RemoveMember(sid, room, "removed"))
        for name in ("invitee", "guest"):
            await run(InviteMember(sid, room, name))
    binding = await run(RegisterBinding(sid, "peer", "fcm", "peers-phone", "address"))
    role = await run(CreateRole(sid, "planted", "channel", ("destroyChannel", "sendMessage")))
    other = await run(CreateService(account_sid=domain.account.account_sid, friendly_name="other"))
    far = await run(EnsureUser(other.sid, "member"), SYSTEM)
    actors["elsewhere"] = ClientActor(other.sid, "member", far.user.sid)
    dispatcher = Dispatcher(store, domain.core.bus, rate=10**6)  # type: ignore[arg-type]
    return Scene(sid, actors, channels, messages, binding.sid, role.sid, dispatcher)


class Row(msgspec.Struct):
    """Something one may ask for: the command with what it needs, and what each standing is answered in each room."""

    name: str
    command: type[Command]
    needs: Callable[[Scene, str, ClientActor], dict[str, Any]]
    expected: Statuses


def _own(scene: Scene, room: str, actor: ClientActor) -> str:
    """The actor's own message; who has none tries the member's."""
    known = scene.messages.get((room, actor.identity))
    return known or scene.messages[room, "member"]


def _peers(scene: Scene, room: str, actor: ClientActor) -> str:
    return scene.messages[room, "peer"]


def _row(name: str, command: type[Command], expected: Statuses, **needs: Any) -> Row:
    def made(scene: Scene, room: str, actor: ClientActor) -> dict[str, Any]:
        fields = {field.name for field in msgspec.structs.fields(command)}
        base: dict[str, Any] = {"service_sid": scene.service_sid}
        if "channel" in fields:
            base["channel"] = room
        for field, value in needs.items():
            base[field] = value(scene, room, actor) if callable(value) else value
        return base

    return Row(name, command, made, expected)


def _self(scene: Scene, room: str, actor: ClientActor) -> str:
    return actor.identity


def _binding(scene: Scene, room: str, actor: ClientActor) -> str:
    return scene.binding


_DEVICE = {"binding_type": "fcm", "endpoint": "phone", "address": "address"}
ROWS: tuple[Row, ...] = (
    _row("see the service", FetchService, ANYBODY),
    _row("create a channel", CreateChannel, ANYBODY),
    _row("see the channel", FetchChannel, SEES),
    _row("list channels", ListChannels, ANYBODY),
    _row("change the channel", UpdateChannel, RULES),
    _row("delete the channel", DeleteChannel, RULES),
    _row("add somebody", AddMember, RULES, identity="new"),
    _row("join", AddMember, statuses("409 409 200 404 404 404", "409 409 200 200 200 404"), identity=_self),
    _row("see a member", FetchMember, INSIDE, member="peer"),
    _row("see the members", ListMembers, INSIDE),
    _row("change another's seat", UpdateMember, RULES, member="peer"),
    _row("change one's own seat", UpdateMember, INSIDE, member=_self),
    _row("remove another", RemoveMember, RULES, member="peer"),
    _row("leave", RemoveMember, INSIDE, member=_self),
    _row("invite", InviteMember, RULES, identity="new"),
    _row("take another's invitation back", RemoveInvite, RULES, invite="guest"),
    _row(
        "take the invitee's back",
        RemoveInvite,
        statuses("403 200 200 404 404 404", "403 200 200 403 403 404"),
        invite="invitee",
    ),
    _row("send", SendMessage, INSIDE),
    _row("read a message", FetchMessage, INSIDE, message=_peers),
    _row("read messages", ListMessages, INSIDE),
    _row("change another's message", UpdateMessage, RULES, message=_peers),
    _row("change one's own message", UpdateMessage, INSIDE, message=_own),
    _row("delete another's message", DeleteMessage, RULES, message=_peers),
    _row("delete one's own message", DeleteMessage, INSIDE, message=_own),
    _row("type", NotifyTyping, INSIDE),
    _row("see a user", FetchUser, ANYBODY, user="peer"),
    _row("see who is online in a room", ListChannelUsers, INSIDE),
    _row("change oneself", UpdateUser, ANYBODY, user=_self),
    _row("change another user", UpdateUser, NOBODY, user="peer"),
    _row("see one's own part", FetchUserChannel, statuses("200 200 200 404 404 404"), user=_self),
    _row("see another's part", FetchUserChannel, NOBODY, user="peer"),
    _row("list one's own channels", ListUserChannels, ANYBODY, user=_self),
    _row("list another's channels", ListUserChannels, NOBODY, user="peer"),
    _row("change one's own part", UpdateUserChannel, OWN_PART, user=_self),
    _row("change another's part", UpdateUserChannel, NOBODY, user="peer"),
    _row("end one's own part", LeaveUserChannel, OWN_PART, user=_self),
    _row("end another's part", LeaveUserChannel, NOBODY, user="peer"),
    _row("register a device", RegisterBinding, ANYBODY, user=_self, **_DEVICE),
    _row("register another's device", RegisterBinding, NOBODY, user="peer", **_DEVICE),
    _row("remove another's device", RemoveBinding, statuses("404 404 404 404 404 404"), binding=_binding),
    _row("remove a device by its endpoint", RemoveBinding, statuses("404 404 404 404 404 404"), endpoint="peers-phone"),
)

GIVEN: dict[str, Any] = {
    "friendly_name": "fresh",
    "unique_name": "fresh",
    "attributes": '{"fresh":1}',
    "type": ChannelType.PRIVATE,
    "body": "fresh",
    "mutation_id": "fresh",
    "subject": "fresh",
    "order": Order.DESC,
    "page": PageQuery(5),
    "identities": ("peer",),
    "notification_level": "muted",
    "last_consumed_message_index": 0,
    "message_types": ("fresh",),
    "binding": "BS" + "0" * 32,
    "endpoint": "fresh",
}
"""What a connected user gives where it may."""

PLANTED: dict[str, Any] = {
    "created_by": "planted",
    "author": "planted",
    "from": "planted",
    "last_updated_by": "planted",
    "awaits": "planted",
    "endpoint": "planted",
    "date_created": 9_876_543_210_123,
    "date_updated": 9_876_543_210_123,
    "last_consumption_timestamp": 9_876_543_210_123,
    "state": "closed",
    "inactive_timer": "PT12345S",
    "closed_timer": "PT12345S",
    "media_sid": "ME" + "0" * 32,
    "user": "peer",
    "user_sid": "US" + "0" * 32,
    "channel": "outer",
    "member": "peer",
    "message": "0",
    "service_sid": "IS" + "0" * 32,
    "author_sid": "US" + "0" * 32,
    "is_online": True,
}
"""What nobody connected may give, as a body would say it: a face that does not know it does as if it were not there."""

TRACES = ("planted", "9876543210123", "PT12345S", "ChannelState.CLOSED")
"""What would show in a change that obeyed, and in no SID by chance."""


class Way(msgspec.Struct):
    """A request of the Client API, with ``{room}``, ``{peers}``, ``{own}`` yet to be filled in; ``gives_role``: it
    knows role_sid."""

    request: str
    expected: Statuses
    body: dict[str, Any] = {}
    gives_role: bool = False


_CONVERSATION = "/Client/v2/Conversations/{room}"
_EVERYBODY = statuses("200 200 200 200 200 200")
_USER = statuses("200 200 200 200 200 404")
WAYS: tuple[Way, ...] = (
    Way("GET /Client/v2/Configuration", _EVERYBODY),
    Way("GET /Client/v1/UserConversations", _EVERYBODY),
    Way("GET /Client/v2/UserConversations/{room}", SEES),
    Way("POST /Client/v2/UserConversations/{room}", OWN_PART),
    Way("GET /Client/v2/Conversations", _EVERYBODY),
    Way("POST /Client/v2/Conversations", _EVERYBODY),
    Way(f"GET {_CONVERSATION}", SEES),
    Way(f"POST {_CONVERSATION}", RULES),
    Way(f"DELETE {_CONVERSATION}", RULES),
    Way(f"POST {_CONVERSATION}/Participants", RULES, {"identity": "new"}, gives_role=True),
    Way(f"POST {_CONVERSATION}/Participants/peer", RULES, gives_role=True),
    Way(f"DELETE {_CONVERSATION}/Participants/peer", RULES),
    Way(f"POST {_CONVERSATION}/Invites", RULES, {"identity": "new"}, gives_role=True),
    Way(f"DELETE {_CONVERSATION}/Invites/guest", RULES),
    Way(f"POST {_CONVERSATION}/Messages", INSIDE),
    Way(f"POST {_CONVERSATION}/Messages/{{peers}}", RULES),
    Way(f"POST {_CONVERSATION}/Messages/{{own}}", INSIDE),
    Way(f"DELETE {_CONVERSATION}/Messages/{{peers}}", RULES),
    Way("GET /Client/v2/Users?ConversationSid={room}", INSIDE),
    Way("GET /Client/v2/Users/peer", _USER),
    Way("POST /Client/v2/Users/peer", NOBODY),
    Way("POST /v1/typing", INSIDE, {"ChannelSid": "{room}"}),
    Way("DELETE /v1/registrations/{binding}", _EVERYBODY),
)
"""A deletion of a registration that is not the caller's answers like one of what is gone, and deletes nothing."""

DOCUMENTS: dict[str, Statuses] = {
    "channel": SEES,
    "messages": statuses("200 200 404 404 404 404"),
    "roster": statuses("200 200 404 404 404 404"),
}
"""Sync objects of a room, by the end of their names."""

OF_USERS: dict[str, Statuses] = {
    "info": statuses("200 200 200 200 200 404"),
    "channels": statuses("200 404 404 404 404 404"),
}
"""Sync objects of the member's."""
