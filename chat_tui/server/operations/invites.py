"""Invites: accepted by joining, or declined."""

from contextlib import suppress

from msgspec import UNSET, UnsetType

from chat_tui.protocol.errors import Code, Conflict, Forbidden, NotFound
from chat_tui.protocol.sids import Kind, is_sid, new_sid
from chat_tui.protocol.values import Permission, RoleType
from chat_tui.server.changes import InviteAdded, InviteRemoved
from chat_tui.server.operations import states
from chat_tui.server.operations.access import authorise, revoke
from chat_tui.server.operations.actors import Actor, ClientActor
from chat_tui.server.operations.channels import SYSTEM_AUTHOR
from chat_tui.server.operations.lookup import find_channel, find_role, find_service, find_user
from chat_tui.server.operations.operation import Command, Rate, operation
from chat_tui.server.operations.pages import Page, PageQuery, json_list, page
from chat_tui.server.operations.users import ensure_user
from chat_tui.server.store.rows import Channel, Invite, Member, Service
from chat_tui.server.store.transaction import Reader, Transaction


class InviteMember(Command):
    service_sid: str
    channel: str
    identity: str
    role_sid: str | UnsetType = UNSET


class RemoveInvite(Command):
    """``invite``: SID, or the identity of the invited; a client naming its own declines."""

    service_sid: str
    channel: str
    invite: str


class FetchInvite(Command):
    """``invite``: SID, or the identity of the invited."""

    service_sid: str
    channel: str
    invite: str


class ListInvites(Command):
    """``identities``: only theirs, when given."""

    service_sid: str
    channel: str
    identities: tuple[str, ...] = ()
    page: PageQuery = PageQuery()


@operation(InviteMember, rate=Rate.CHANNEL, clients=("identity",))
def invite_member(tx: Transaction, actor: Actor, command: InviteMember) -> Invite:
    """Raises Conflict when the user is a member (50404) or invited (50212) already."""
    service = find_service(tx, actor, command.service_sid)
    channel = states.ensure_open(find_channel(tx, actor, service, command.channel))
    authorise(tx, actor, Permission.INVITE_MEMBER, channel=channel)
    user = ensure_user(tx, service, command.identity)
    key = {"channel_sid": channel.sid, "user_sid": user.sid}
    if tx.one(Member, "member_of_user", **key) is not None:
        raise Conflict(f"{user.identity} is a member of this channel already", Code.MEMBER_EXISTS)
    if tx.one(Invite, "invite_of_user", **key) is not None:
        raise Conflict(f"{user.identity} is invited already", Code.ALREADY_INVITED)
    role_sid = service.default_channel_role_sid
    if command.role_sid is not UNSET:
        role_sid = find_role(tx, service, command.role_sid, RoleType.CHANNEL, Code.BAD_CHANNEL_ROLE).sid
    created_by = actor.identity if isinstance(actor, ClientActor) else SYSTEM_AUTHOR
    tx.run(
        "insert_invite",
        sid=new_sid(Kind.INVITE),
        identity=user.identity,
        role_sid=role_sid,
        created_by=created_by,
        now=tx.now,
        position=tx.value("next_position"),
        **key,
    )
    invite = tx.one(Invite, "invite_of_user", **key)
    assert invite is not None
    tx.record(InviteAdded(channel, invite))
    return invite


def _invite(tx: Reader, service: Service, channel: Channel, sid_or_identity: str) -> Invite | None:
    """An invitation to ``channel``, by its SID, or by the invited: SID or identity."""
    if is_sid(sid_or_identity, Kind.INVITE):
        return tx.one(Invite, "invite_by_sid", sid=sid_or_identity, channel_sid=channel.sid)
    with suppress(NotFound):
        user = find_user(tx, service, sid_or_identity)
        return tx.one(Invite, "invite_of_user", channel_sid=channel.sid, user_sid=user.sid)
    return None


def _missing(sid_or_identity: str) -> NotFound:
    return NotFound(f"Invite {sid_or_identity} was not found", Code.INVITE_NOT_FOUND)


@operation(FetchInvite, writes=False)
def fetch_invite(tx: Reader, actor: Actor, command: FetchInvite) -> Invite:
    service = find_service(tx, actor, command.service_sid)
    found = _invite(tx, service, find_channel(tx, actor, service, command.channel), command.invite)
    if found is None:
        raise _missing(command.invite)
    return found


@operation(ListInvites, writes=False)
def list_invites(tx: Reader, actor: Actor, command: ListInvites) -> Page[Invite]:
    channel = find_channel(tx, actor, find_service(tx, actor, command.service_sid), command.channel)
    wanted = {"channel_sid": channel.sid, "identities": json_list(command.identities)}
    return page(tx, Invite, "invites_page", command.page, **wanted)


@operation(RemoveInvite, rate=Rate.CHANNEL, clients=())
def remove_invite(tx: Transaction, actor: Actor, command: RemoveInvite) -> None:
    """Declining one's own asks for nothing, taking another's back for inviteMember; a founder who is invited no more is
    not awaited either. Raises NotFound (50601), or Forbidden (50602) for a client that is a member already."""
    service = find_service(tx, actor, command.service_sid)
    channel = find_channel(tx, actor, service, command.channel)
    invite = _invite(tx, service, channel, command.invite)
    if isinstance(actor, ClientActor) and (invite is None or invite.user_sid != actor.user_sid):
        key = {"channel_sid": channel.sid, "user_sid": actor.user_sid}
        if command.invite == actor.identity and tx.one(Member, "member_of_user", **key) is not None:
            raise Forbidden("You are a member: leave the channel instead", Code.DECLINE_AS_MEMBER)
        authorise(tx, actor, Permission.INVITE_MEMBER, channel=channel)
    if invite is None:
        raise _missing(command.invite)
    tx.run("delete_invite", sid=invite.sid)
    tx.record(InviteRemoved(channel, invite))
    if channel.awaits == invite.identity:
        tx.run("end_awaiting", sid=channel.sid)
    revoke(tx, channel, invite.user_sid)
