"""Users: people within a service."""

from contextlib import suppress

import msgspec
from msgspec import UNSET, UnsetType

from chat_tui.protocol.errors import BadRequest, Code, Conflict, Forbidden, Unauthenticated
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.values import ChannelState, ChannelType, Permission, RoleType
from chat_tui.server.changes import InviteRemoved, UserCreated, UserDeleted, UserUpdated
from chat_tui.server.operations import checks
from chat_tui.server.operations.access import authorise, check_insider
from chat_tui.server.operations.actors import Actor, ClientActor
from chat_tui.server.operations.lookup import find_channel, find_role, find_service, find_user
from chat_tui.server.operations.operation import Command, Rate, gives_nothing, operation
from chat_tui.server.operations.pages import Page, PageQuery, page
from chat_tui.server.operations.seats import add_seat, drop_seat
from chat_tui.server.store.rows import Channel, Invite, Member, Service, User
from chat_tui.server.store.transaction import Reader, Transaction


class UserView(msgspec.Struct, frozen=True):
    """A user together with the service, which decides what may be shown of its reachability."""

    user: User
    service: Service


class CreateUser(Command):
    service_sid: str
    identity: str
    role_sid: str | UnsetType = UNSET
    attributes: str = "{}"
    friendly_name: str | None = None


class FetchUser(Command):
    """``user``: SID or identity."""

    service_sid: str
    user: str


class ListUsers(Command):
    service_sid: str
    page: PageQuery = PageQuery()


class ListChannelUsers(Command):
    """The users who are members of a channel, in the order they joined."""

    service_sid: str
    channel: str
    page: PageQuery = PageQuery()


class UpdateUser(Command):
    service_sid: str
    user: str
    role_sid: str | UnsetType = UNSET
    attributes: str | UnsetType = UNSET
    friendly_name: str | UnsetType | None = UNSET


class DeleteUser(Command):
    service_sid: str
    user: str


class EnsureUser(Command):
    """The user behind a token: made when first met, and, where a service says so, joined to a first channel, if the
    role that the token gives, ``role_sid``, or else the user's own lets it join."""

    service_sid: str
    identity: str
    first_channel: str | None = None
    role_sid: str | None = None


def insert_user(
    tx: Transaction, service: Service, identity: str, *, role_sid: str, friendly_name: str | None, attributes: str
) -> User:
    """A new row with its Sync objects. The friendly name is the identity unless one is given."""
    sid = new_sid(Kind.USER)
    tx.run(
        "insert_user",
        sid=sid,
        service_sid=service.sid,
        identity=identity,
        friendly_name=friendly_name,
        attributes=attributes,
        role_sid=role_sid,
        now=tx.now,
    )
    user = find_user(tx, service, sid)
    tx.record(UserCreated(user))
    return user


def ensure_user(tx: Transaction, service: Service, identity: str) -> User:
    """The user with this identity, made if there is none (contract 1.3). Raises BadRequest for what nobody may be
    called (50203…50207), whoever was called so before."""
    identity = checks.identity(identity)
    found = tx.one(User, "user_by_identity", service_sid=service.sid, identity=identity)
    if found is not None:
        return found
    return insert_user(
        tx,
        service,
        identity,
        role_sid=service.default_service_role_sid,
        friendly_name=None,
        attributes="{}",
    )


@operation(CreateUser, rate=Rate.SERVICE)
def create_user(tx: Transaction, actor: Actor, command: CreateUser) -> UserView:
    """Raises Conflict (50201) when the identity exists."""
    service = find_service(tx, actor, command.service_sid)
    identity = checks.identity(command.identity)
    if tx.one(User, "user_by_identity", service_sid=service.sid, identity=identity) is not None:
        raise Conflict(f"User {identity} already exists", Code.USER_EXISTS)
    role_sid = service.default_service_role_sid
    if command.role_sid is not UNSET:
        role_sid = find_role(tx, service, command.role_sid, RoleType.DEPLOYMENT, Code.BAD_DEPLOYMENT_ROLE).sid
    name = None if command.friendly_name is None else checks.name("FriendlyName", command.friendly_name)
    attributes = checks.attributes(command.attributes)
    return UserView(
        insert_user(tx, service, identity, role_sid=role_sid, friendly_name=name, attributes=attributes), service
    )


@operation(FetchUser, writes=False, clients=())
def fetch_user(tx: Reader, actor: Actor, command: FetchUser) -> UserView:
    service = find_service(tx, actor, command.service_sid)
    return UserView(find_user(tx, service, command.user), service)


@operation(ListUsers, writes=False)
def list_users(tx: Reader, actor: Actor, command: ListUsers) -> Page[User]:
    service = find_service(tx, actor, command.service_sid)
    return page(tx, User, "users_page", command.page, service_sid=service.sid)


class ChannelUsers(msgspec.Struct, frozen=True):
    users: Page[User]
    service: Service


@operation(ListChannelUsers, writes=False, clients=("page",))
def list_channel_users(tx: Reader, actor: Actor, command: ListChannelUsers) -> ChannelUsers:
    service = find_service(tx, actor, command.service_sid)
    channel = check_insider(tx, actor, find_channel(tx, actor, service, command.channel))
    seats = page(tx, Member, "members_page", command.page, channel_sid=channel.sid, identities=None)
    users = [find_user(tx, service, member.user_sid) for member in seats.items]
    return ChannelUsers(Page(users, seats.next, seats.previous, seats.is_second), service)


@operation(UpdateUser, rate=Rate.SERVICE, clients=("attributes", "friendly_name"))
def update_user(tx: Transaction, actor: Actor, command: UpdateUser) -> UserView:
    """A client may change its own info, or anybody's with editAnyUserInfo."""
    service = find_service(tx, actor, command.service_sid)
    before = find_user(tx, service, command.user)
    if isinstance(actor, ClientActor):
        anybodys = Permission.EDIT_ANY_USER_INFO
        needed = Permission.EDIT_OWN_USER_INFO if before.sid == actor.user_sid else anybodys
        authorise(tx, actor, needed, anybodys)
    if gives_nothing(command):
        return UserView(before, service)
    name, attributes, role_sid = before.friendly_name, before.attributes, before.role_sid
    if command.friendly_name is not UNSET:
        name = None if command.friendly_name is None else checks.name("FriendlyName", command.friendly_name)
    if command.attributes is not UNSET:
        attributes = checks.attributes(command.attributes)
    if command.role_sid is not UNSET:
        role_sid = find_role(tx, service, command.role_sid, RoleType.DEPLOYMENT, Code.BAD_DEPLOYMENT_ROLE).sid
    tx.run("update_user", sid=before.sid, friendly_name=name, attributes=attributes, role_sid=role_sid, now=tx.now)
    after = find_user(tx, service, before.sid)
    has_new_name, has_new_attributes = name != before.friendly_name, attributes != before.attributes
    if has_new_name or has_new_attributes:
        tx.record(UserUpdated(after, has_new_name, has_new_attributes))
    return UserView(after, service)


@operation(DeleteUser, rate=Rate.SERVICE)
def delete_user(tx: Transaction, actor: Actor, command: DeleteUser) -> None:
    """The user leaves every channel, and its state is dropped (contract R32)."""
    service = find_service(tx, actor, command.service_sid)
    user = find_user(tx, service, command.user)
    for member in tx.all(Member, "members_of_user", user_sid=user.sid):
        channel = tx.one(Channel, "channel_by_sid_alone", sid=member.channel_sid)
        if channel is not None:
            drop_seat(tx, channel, member)
    for invite in tx.all(Invite, "invites_of_user", user_sid=user.sid):
        channel = tx.one(Channel, "channel_by_sid_alone", sid=invite.channel_sid)
        if channel is not None:
            tx.record(InviteRemoved(channel, invite))
    tx.run("end_awaiting_user", service_sid=service.sid, identity=user.identity)
    tx.record(UserDeleted(user))
    tx.run("delete_user", sid=user.sid)


@operation(EnsureUser)
def ensure(tx: Transaction, actor: Actor, command: EnsureUser) -> UserView:
    """Make the user if need be, and seat it in ``first_channel`` when it has no channel of its own (contract 9.9).
    Raises Unauthenticated for a token whose identity nobody may have.

    A first channel that is private, full or closed takes nobody else, and keeps nobody out of the service; nor does it
    take who could not join it.
    """
    service = find_service(tx, actor, command.service_sid)
    try:
        user = ensure_user(tx, service, command.identity)
    except BadRequest as error:
        raise Unauthenticated(f"Access token: {error.message}", error.code) from None
    if command.first_channel is not None and not tx.all(Member, "members_of_user", user_sid=user.sid):
        channel = tx.one(Channel, "channel_by_unique_name", service_sid=service.sid, unique_name=command.first_channel)
        newcomer = ClientActor(service.sid, user.identity, user.sid, command.role_sid)
        if channel is not None and channel.type is ChannelType.PUBLIC and channel.state is not ChannelState.CLOSED:
            with suppress(Forbidden):
                authorise(tx, newcomer, Permission.JOIN_CHANNEL)
                add_seat(tx, service, channel, user)
    return UserView(find_user(tx, service, user.sid), service)
