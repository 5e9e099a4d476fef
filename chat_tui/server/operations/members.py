"""Members: a user's seat in a channel."""

from msgspec import UNSET, UnsetType

from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.protocol.values import ChannelType, Permission, RoleType
from chat_tui.server.operations import states
from chat_tui.server.operations.access import authorise, check_insider
from chat_tui.server.operations.actors import Actor, ClientActor
from chat_tui.server.operations.lookup import find_channel, find_member, find_role, find_service
from chat_tui.server.operations.operation import Command, Rate, operation
from chat_tui.server.operations.pages import Page, PageQuery, json_list, page
from chat_tui.server.operations.seats import SeatFields, add_seat, change_seat, check_horizon, drop_seat
from chat_tui.server.operations.users import ensure_user
from chat_tui.server.store.rows import Channel, Invite, Member
from chat_tui.server.store.transaction import Reader, Transaction


class AddMember(Command):
    """A client naming its own identity joins, or accepts an invitation."""

    service_sid: str
    channel: str
    identity: str
    role_sid: str | UnsetType = UNSET
    attributes: str = "{}"
    last_consumed_message_index: int | None = None
    last_consumption_timestamp: int | None = None
    date_created: int | UnsetType = UNSET
    date_updated: int | UnsetType = UNSET


class FetchMember(Command):
    """``member``: SID or identity."""

    service_sid: str
    channel: str
    member: str


class ListMembers(Command):
    """``identities``: only these, when given."""

    service_sid: str
    channel: str
    identities: tuple[str, ...] = ()
    page: PageQuery = PageQuery()


class UpdateMember(Command):
    """``identity`` is for saying which one it is: it stays."""

    service_sid: str
    channel: str
    member: str
    identity: str | UnsetType = UNSET
    role_sid: str | UnsetType = UNSET
    attributes: str | UnsetType = UNSET
    last_consumed_message_index: int | UnsetType | None = UNSET
    last_consumption_timestamp: int | UnsetType | None = UNSET
    date_created: int | UnsetType = UNSET
    date_updated: int | UnsetType = UNSET


class RemoveMember(Command):
    """A client naming its own seat leaves."""

    service_sid: str
    channel: str
    member: str


@operation(AddMember, rate=Rate.CHANNEL, clients=("identity", "attributes"))
def add_member(tx: Transaction, actor: Actor, command: AddMember) -> Member:
    """Joining asks for joinChannel or an invitation, adding somebody else for addMember."""
    service = find_service(tx, actor, command.service_sid)
    channel = states.ensure_open(find_channel(tx, actor, service, command.channel))
    if isinstance(actor, ClientActor):
        _authorise_adding(tx, actor, channel, command.identity)
    user = ensure_user(tx, service, command.identity)
    check_horizon(command.last_consumed_message_index)
    return add_seat(tx, service, channel, user, _fields(command))


def _fields(command: AddMember | UpdateMember) -> SeatFields:
    return SeatFields(
        role_sid=command.role_sid,
        attributes=command.attributes,
        last_consumed_message_index=command.last_consumed_message_index,
        last_consumption_timestamp=command.last_consumption_timestamp,
        date_created=command.date_created,
        date_updated=command.date_updated,
    )


def _authorise_adding(tx: Reader, actor: ClientActor, channel: Channel, identity: str) -> None:
    if identity != actor.identity:
        authorise(tx, actor, Permission.ADD_MEMBER, channel=channel)
        return
    key = {"channel_sid": channel.sid, "user_sid": actor.user_sid}
    is_expected = tx.one(Invite, "invite_of_user", **key) or tx.one(Member, "member_of_user", **key)
    if is_expected is None:
        if channel.type is ChannelType.PRIVATE and channel.awaits != identity:
            authorise(tx, actor, Permission.ADD_MEMBER, channel=channel)
        authorise(tx, actor, Permission.JOIN_CHANNEL)


@operation(FetchMember, writes=False, clients=())
def fetch_member(tx: Reader, actor: Actor, command: FetchMember) -> Member:
    service = find_service(tx, actor, command.service_sid)
    channel = check_insider(tx, actor, find_channel(tx, actor, service, command.channel))
    return find_member(tx, channel, command.member)


@operation(ListMembers, writes=False, clients=("identities", "page"))
def list_members(tx: Reader, actor: Actor, command: ListMembers) -> Page[Member]:
    service = find_service(tx, actor, command.service_sid)
    channel = check_insider(tx, actor, find_channel(tx, actor, service, command.channel))
    wanted = {"channel_sid": channel.sid, "identities": json_list(command.identities)}
    return page(tx, Member, "members_page", command.page, **wanted)


@operation(UpdateMember, rate=Rate.CHANNEL, clients=("attributes",))
def update_member(tx: Transaction, actor: Actor, command: UpdateMember) -> Member:
    """Clients change attributes only: their own, or anybody's with the permission."""
    service = find_service(tx, actor, command.service_sid)
    channel = find_channel(tx, actor, service, command.channel)
    check_insider(tx, actor, channel, Permission.EDIT_ANY_MEMBER_ATTRIBUTES)
    before = find_member(tx, channel, command.member)
    own = isinstance(actor, ClientActor) and before.user_sid == actor.user_sid
    needed = (Permission.EDIT_OWN_MEMBER_ATTRIBUTES,) if own else ()
    authorise(tx, actor, *needed, Permission.EDIT_ANY_MEMBER_ATTRIBUTES, channel=channel)
    if command.identity not in (UNSET, "", before.identity):
        raise BadRequest("Identity: a member keeps its identity; remove it and add another", Code.BAD_PARAMETER)
    if command.role_sid is not UNSET:
        find_role(tx, service, command.role_sid, RoleType.CHANNEL, Code.BAD_CHANNEL_ROLE)
    return change_seat(tx, service, channel, before, _fields(command))


@operation(RemoveMember, rate=Rate.CHANNEL, clients=())
def remove_member(tx: Transaction, actor: Actor, command: RemoveMember) -> None:
    """Leaving asks for leaveChannel, removing somebody else for removeMember."""
    service = find_service(tx, actor, command.service_sid)
    channel = find_channel(tx, actor, service, command.channel)
    check_insider(tx, actor, channel, Permission.REMOVE_MEMBER)
    member = find_member(tx, channel, command.member)
    own = isinstance(actor, ClientActor) and member.user_sid == actor.user_sid
    authorise(tx, actor, Permission.LEAVE_CHANNEL if own else Permission.REMOVE_MEMBER, channel=channel)
    drop_seat(tx, channel, member)
