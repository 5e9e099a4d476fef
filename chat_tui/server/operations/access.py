"""The one room for who may see what, and do what (contract 1.6; guarantees, Access 1): deny by default."""

import msgspec

from chat_tui.protocol.errors import Code, Forbidden, NotFound
from chat_tui.protocol.sids import Kind
from chat_tui.protocol.sync import ObjectType, document_name, own_channels_name
from chat_tui.protocol.values import ChannelType, Permission, RoleType
from chat_tui.server.changes import AccessLost
from chat_tui.server.operations.actors import Actor, ClientActor
from chat_tui.server.store.rows import Channel, Invite, Member, Message, Role, SyncObject, User
from chat_tui.server.store.transaction import Reader, Transaction

_decode_permissions = msgspec.json.Decoder(list[str]).decode
_NOT_FOUND = {
    ObjectType.MAP: Code.MAP_NOT_FOUND,
    ObjectType.LIST: Code.LIST_NOT_FOUND,
    ObjectType.DOCUMENT: Code.DOCUMENT_NOT_FOUND,
}
_KINDS: dict[str, ObjectType] = {
    Kind.MAP: ObjectType.MAP,
    Kind.LIST: ObjectType.LIST,
    Kind.DOCUMENT: ObjectType.DOCUMENT,
}

# ---- seeing


def may_see(tx: Reader, actor: Actor, channel: Channel) -> bool:
    """Whether the channel is there for the actor: public, its own by a seat or an invitation, or one that awaits it."""
    if not isinstance(actor, ClientActor):
        return True
    if channel.service_sid != actor.service_sid:
        return False
    if channel.type is ChannelType.PUBLIC or channel.awaits == actor.identity:
        return True
    key = {"channel_sid": channel.sid, "user_sid": actor.user_sid}
    return tx.one(Member, "member_of_user", **key) is not None or tx.one(Invite, "invite_of_user", **key) is not None


def own_seat(tx: Reader, actor: ClientActor, channel: Channel) -> Member:
    """The actor's own membership. Raises Forbidden (50400)."""
    found = tx.one(Member, "member_of_user", channel_sid=channel.sid, user_sid=actor.user_sid)
    if found is None:
        raise Forbidden("You are not a member of this channel: join it first", Code.NOT_A_MEMBER)
    return found


def check_insider(tx: Reader, actor: Actor, channel: Channel, *permissions: Permission) -> Channel:
    """``channel``, for whom it shows its messages and members: they are the members', whoever else sees the channel.
    Raises Forbidden (50400), unless a service role holds one of ``permissions``, which reaches into what it sees."""
    if isinstance(actor, ClientActor) and not any(may(tx, actor, permission) for permission in permissions):
        own_seat(tx, actor, channel)
    return channel


def may_follow(tx: Reader, actor: ClientActor, found: SyncObject) -> bool:
    """Own channels: their owner. A user's info: every user of the service. A channel's document: whoever sees the
    channel. Its messages and roster: members (guarantees, Access 2)."""
    if found.owner_sid.startswith(Kind.USER):
        if found.name == own_channels_name(found.owner_sid):
            return found.owner_sid == actor.user_sid
        return tx.one(User, "user_by_sid", sid=found.owner_sid, service_sid=actor.service_sid) is not None
    channel = tx.one(Channel, "channel_by_sid", sid=found.owner_sid, service_sid=actor.service_sid)
    if channel is None:
        return False
    if found.name == document_name(channel.sid):
        return may_see(tx, actor, channel)
    return tx.one(Member, "member_of_user", channel_sid=channel.sid, user_sid=actor.user_sid) is not None


def find_object(tx: Reader, actor: ClientActor, kind: ObjectType, name_or_sid: str) -> SyncObject:
    """The Sync object, if it exists and the actor may follow it. Raises NotFound otherwise."""
    query, key = ("object_by_sid", "sid") if name_or_sid[:2] in _KINDS else ("object_by_name", "name")
    found = tx.one(SyncObject, query, **{key: name_or_sid})
    if found is None or found.type != kind or not may_follow(tx, actor, found):
        raise NotFound(f"{kind.value.title()} {name_or_sid} was not found", _NOT_FOUND[kind])
    return found


def open_object(tx: Reader, actor: ClientActor, sid: str) -> SyncObject:
    """The Sync object with this SID, of whatever kind, if the actor may follow it. Raises NotFound otherwise, and for a
    name: what is published goes by SIDs."""
    kind = _KINDS.get(sid[:2])
    if kind is None:
        raise NotFound(f"Object {sid} was not found", Code.MAP_NOT_FOUND)
    return find_object(tx, actor, kind, sid)


def revoke(tx: Transaction, channel: Channel, user_sid: str) -> None:
    """End the delivery of whatever of the channel's objects the user may follow no longer: called wherever a seat, an
    invitation or another reason to see the channel ends, after it ended, in the same step (guarantees, Access 3)."""
    user = tx.one(User, "user_by_sid_alone", sid=user_sid)
    if user is None:
        return
    actor = ClientActor(user.service_sid, user.identity, user.sid)
    objects = tx.all(SyncObject, "objects_of_owner", owner_sid=channel.sid)
    lost = tuple(found.sid for found in objects if not may_follow(tx, actor, found))
    if lost:
        tx.record(AccessLost(user.sid, lost))


# ---- doing


def may(tx: Reader, actor: Actor, permission: Permission, channel: Channel | None = None) -> bool:
    """Whether the actor's service role, or its role in ``channel``, holds ``permission``. A role counts only where its
    type belongs."""
    if not isinstance(actor, ClientActor):
        return True
    user = tx.one(User, "user_by_sid", sid=actor.user_sid, service_sid=actor.service_sid)
    if user is None:
        return False
    if permission in _permissions(tx, actor, actor.role_sid or user.role_sid, RoleType.DEPLOYMENT):
        return True
    member = None
    if channel is not None:
        member = tx.one(Member, "member_of_user", channel_sid=channel.sid, user_sid=user.sid)
    return member is not None and permission in _permissions(tx, actor, member.role_sid, RoleType.CHANNEL)


def _permissions(tx: Reader, actor: ClientActor, role_sid: str, type_: RoleType) -> list[str]:
    role = tx.one(Role, "role_by_sid", sid=role_sid, service_sid=actor.service_sid)
    return _decode_permissions(role.permissions) if role is not None and role.type is type_ else []


def authorise(tx: Reader, actor: Actor, *permissions: Permission, channel: Channel | None = None) -> None:
    """Raises Forbidden (50107) unless the actor has one of ``permissions``, by its service role or in ``channel``."""
    if not any(may(tx, actor, permission, channel) for permission in permissions):
        raise Forbidden(f"Your role does not allow {permissions[0].value}", Code.USER_UNAUTHORIZED)


def is_author(actor: Actor, message: Message) -> bool:
    """Whether the message is the actor's own: written under its name by itself, or by the operator (``From``) for whom
    there was no user, nor a seat, but not by somebody who had the name before and was deleted."""
    if not isinstance(actor, ClientActor) or message.author != actor.identity:
        return False
    is_given = message.author_sid is None and message.member_sid is None
    return is_given or message.author_sid == actor.user_sid
