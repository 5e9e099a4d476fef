"""Channels: where people talk."""

from typing import Any

from msgspec import UNSET, UnsetType

from chat_tui.protocol.errors import Code, Conflict
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.values import ChannelState, ChannelType, Permission
from chat_tui.server.changes import ChannelCreated, ChannelDeleted, ChannelUpdated
from chat_tui.server.operations import checks, deletion, states
from chat_tui.server.operations.access import authorise, revoke
from chat_tui.server.operations.actors import Actor, ClientActor
from chat_tui.server.operations.lookup import find_channel, find_service, reload_channel
from chat_tui.server.operations.operation import Command, Rate, gives_nothing, operation
from chat_tui.server.operations.pages import Page, PageQuery, page
from chat_tui.server.operations.states import StateFields
from chat_tui.server.store.rows import Channel, Invite, Member, Service, User
from chat_tui.server.store.transaction import NO_END, Reader, Transaction

SYSTEM_AUTHOR = "system"


class CreateChannel(StateFields):
    service_sid: str
    friendly_name: str | None = None
    unique_name: str | None = None
    attributes: str = "{}"
    type: ChannelType = ChannelType.PUBLIC
    created_by: str | UnsetType = UNSET
    date_created: int | UnsetType = UNSET
    date_updated: int | UnsetType = UNSET


class FetchChannel(Command):
    """``channel``: SID or unique name."""

    service_sid: str
    channel: str


class ListChannels(Command):
    """``types`` and ``state``: only these, when given. A client sees public channels only. With either date, the
    newest come first."""

    service_sid: str
    types: tuple[ChannelType, ...] = ()
    state: ChannelState | None = None
    start_date: int | None = None
    end_date: int | None = None
    page: PageQuery = PageQuery()


class UpdateChannel(StateFields):
    service_sid: str
    channel: str
    friendly_name: str | UnsetType | None = UNSET
    unique_name: str | UnsetType | None = UNSET
    attributes: str | UnsetType = UNSET
    created_by: str | UnsetType = UNSET
    date_created: int | UnsetType = UNSET
    date_updated: int | UnsetType = UNSET


class DeleteChannel(Command):
    service_sid: str
    channel: str


def _check_free(tx: Reader, service: Service, unique_name: str | None, but: Channel | None = None) -> None:
    if unique_name is None:
        return
    taken = tx.one(Channel, "channel_by_unique_name", service_sid=service.sid, unique_name=unique_name)
    if taken is not None and (but is None or taken.sid != but.sid):
        raise Conflict(f"UniqueName: {unique_name} is taken; choose another", Code.UNIQUE_NAME_TAKEN)


@operation(CreateChannel, rate=Rate.SERVICE, clients=("friendly_name", "unique_name", "attributes", "type"))
def create_channel(tx: Transaction, actor: Actor, command: CreateChannel) -> Channel:
    """Raises Conflict (50307) when the unique name is taken. The creator is not a member until it joins."""
    service = find_service(tx, actor, command.service_sid)
    authorise(tx, actor, Permission.CREATE_CHANNEL)
    unique_name = checks.unique_name(command.unique_name)
    _check_free(tx, service, unique_name)
    created_by = SYSTEM_AUTHOR if command.created_by is UNSET else checks.author("CreatedBy", command.created_by)
    if isinstance(actor, ClientActor):
        created_by = actor.identity
    sid = new_sid(Kind.CHANNEL)
    tx.run(
        "insert_channel",
        sid=sid,
        service_sid=service.sid,
        unique_name=unique_name,
        friendly_name=None if command.friendly_name is None else checks.name("FriendlyName", command.friendly_name),
        attributes=checks.attributes(command.attributes),
        type=command.type,
        created_by=created_by,
        awaits=None if checks.is_reserved(created_by) else created_by,
        date_created=tx.now if command.date_created is UNSET else command.date_created,
        date_updated=tx.now if command.date_updated is UNSET else command.date_updated,
    )
    channel = states.initialise(tx, service, reload_channel(tx, sid), command)
    tx.record(ChannelCreated(channel))
    return channel


@operation(FetchChannel, writes=False, clients=())
def fetch_channel(tx: Reader, actor: Actor, command: FetchChannel) -> Channel:
    service = find_service(tx, actor, command.service_sid)
    return find_channel(tx, actor, service, command.channel)


@operation(ListChannels, writes=False, clients=("page",))
def list_channels(tx: Reader, actor: Actor, command: ListChannels) -> Page[Channel]:
    service = find_service(tx, actor, command.service_sid)
    types = sorted(set(command.types or ChannelType))
    if isinstance(actor, ClientActor):
        types = [ChannelType.PUBLIC]
    wanted: dict[str, Any] = {"service_sid": service.sid, "state": command.state}
    wanted |= {"type_one": types[0], "type_two": types[-1]}
    if command.start_date is None and command.end_date is None:
        return page(tx, Channel, "channels_page", command.page, **wanted)
    wanted["created_from"] = 0 if command.start_date is None else command.start_date
    wanted["created_to"] = NO_END if command.end_date is None else command.end_date
    return page(tx, Channel, "channels_created_between", command.page, **wanted)


@operation(UpdateChannel, rate=Rate.CHANNEL, clients=("friendly_name", "unique_name", "attributes"))
def update_channel(tx: Transaction, actor: Actor, command: UpdateChannel) -> Channel:
    """Names ask for editChannelName, attributes for editChannelAttributes; the rest is for REST."""
    service = find_service(tx, actor, command.service_sid)
    before = find_channel(tx, actor, service, command.channel)
    _authorise_update(tx, actor, before, command)
    if gives_nothing(command):
        return before
    states.ensure_open(before)
    unique_name, friendly_name = before.unique_name, before.friendly_name
    if command.unique_name is not UNSET:
        unique_name = checks.unique_name(command.unique_name)
        _check_free(tx, service, unique_name, but=before)
    if command.friendly_name is not UNSET:
        friendly_name = None if command.friendly_name is None else checks.name("FriendlyName", command.friendly_name)
    created_by = before.created_by
    if command.created_by is not UNSET:
        created_by = checks.author("CreatedBy", command.created_by)
    tx.run(
        "update_channel",
        sid=before.sid,
        unique_name=unique_name,
        friendly_name=friendly_name,
        attributes=before.attributes if command.attributes is UNSET else checks.attributes(command.attributes),
        created_by=created_by,
        awaits=_awaited(tx, before, created_by),
        date_created=before.date_created if command.date_created is UNSET else command.date_created,
        date_updated=tx.now if command.date_updated is UNSET else command.date_updated,
    )
    after = states.apply(tx, reload_channel(tx, before.sid), command)
    tx.record(ChannelUpdated(after))
    if before.awaits not in (None, after.awaits):
        _revoke_founder(tx, service, after, before.awaits)
    return after


def _authorise_update(tx: Reader, actor: Actor, channel: Channel, command: UpdateChannel) -> None:
    """Each part by its permission; who gives no part must be allowed one of them."""
    if command.friendly_name is not UNSET or command.unique_name is not UNSET:
        authorise(tx, actor, Permission.EDIT_CHANNEL_NAME, channel=channel)
    if command.attributes is not UNSET:
        authorise(tx, actor, Permission.EDIT_CHANNEL_ATTRIBUTES, channel=channel)
    if gives_nothing(command):
        authorise(tx, actor, Permission.EDIT_CHANNEL_NAME, Permission.EDIT_CHANNEL_ATTRIBUTES, channel=channel)


def _awaited(tx: Reader, before: Channel, created_by: str) -> str | None:
    """Whom the channel awaits once it was made by ``created_by``. Another founder may come instead of one who is yet to
    take its seat; where nobody is awaited any more, a name is only a name: it lets nobody in."""
    if before.awaits is None or created_by == before.created_by:
        return before.awaits
    seat = tx.one(Member, "member_by_identity", channel_sid=before.sid, identity=created_by)
    return None if seat is not None or checks.is_reserved(created_by) else created_by


def _revoke_founder(tx: Transaction, service: Service, channel: Channel, identity: str) -> None:
    user = tx.one(User, "user_by_identity", service_sid=service.sid, identity=identity)
    if user is not None:
        revoke(tx, channel, user.sid)


@operation(DeleteChannel, rate=Rate.SERVICE, clients=())
def delete_channel(tx: Transaction, actor: Actor, command: DeleteChannel) -> None:
    """Members, messages and invitations go with it; whoever follows it is told."""
    service = find_service(tx, actor, command.service_sid)
    channel = find_channel(tx, actor, service, command.channel)
    authorise(tx, actor, Permission.DESTROY_CHANNEL, channel=channel)
    members = tx.all(Member, "members_of_channel", channel_sid=channel.sid)
    invites = tx.all(Invite, "invites_of_channel", channel_sid=channel.sid)
    for member in members:
        tx.run("add_joined_channels", sid=member.user_sid, by=-1)
    tx.record(ChannelDeleted(channel, members, invites))
    deletion.mark_channel_deleted(tx, channel)
