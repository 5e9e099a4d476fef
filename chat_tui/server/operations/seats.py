"""Seats: how a user takes a place in a channel, keeps it and loses it, whoever asked for it."""

from msgspec import UNSET, UnsetType

from chat_tui.protocol.defaults import MAX_INT
from chat_tui.protocol.errors import BadRequest, Code, Conflict, Forbidden
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.values import NotificationLevel, RoleType
from chat_tui.server.changes import MemberAdded, MemberRemoved, MemberUpdated
from chat_tui.server.operations import checks
from chat_tui.server.operations.access import revoke
from chat_tui.server.operations.lookup import find_member, find_role, reload_channel
from chat_tui.server.store.rows import Channel, Invite, Member, Service, User
from chat_tui.server.store.transaction import Reader, Transaction

"""What every client can count to."""


def add_seat(
    tx: Transaction,
    service: Service,
    channel: Channel,
    user: User,
    *,
    role_sid: str | UnsetType = UNSET,
    attributes: str = "{}",
    last_consumed_message_index: int | None = None,
    last_consumption_timestamp: int | None = None,
    date_created: int | UnsetType = UNSET,
    date_updated: int | UnsetType = UNSET,
) -> Member:
    """Give ``user`` a seat. Raises Conflict (50404) and two limits, 50403 and 50208 (contract 1.7)."""
    tx.lock(channel)
    if tx.one(Member, "member_of_user", channel_sid=channel.sid, user_sid=user.sid) is not None:
        raise Conflict(f"{user.identity} is a member of this channel already", Code.MEMBER_EXISTS)
    if channel.members_count >= service.channel_members_limit:
        raise Forbidden(f"The channel holds {service.channel_members_limit} members, its limit", Code.MEMBER_LIMIT)
    if user.joined_channels_count >= service.user_channels_limit:
        raise Forbidden(f"The user is in {service.user_channels_limit} channels, the limit", Code.USER_CHANNEL_LIMIT)
    invite = tx.one(Invite, "invite_of_user", channel_sid=channel.sid, user_sid=user.sid)
    sid = new_sid(Kind.MEMBER)
    tx.run(
        "insert_member",
        sid=sid,
        channel_sid=channel.sid,
        user_sid=user.sid,
        identity=user.identity,
        role_sid=_role_for(tx, service, channel, user, invite, role_sid),
        attributes=checks.attributes(attributes),
        last_consumed_message_index=last_consumed_message_index if service.read_status_enabled else None,
        last_consumption_timestamp=last_consumption_timestamp if service.read_status_enabled else None,
        date_created=tx.now if date_created is UNSET else date_created,
        date_updated=tx.now if date_updated is UNSET else date_updated,
        position=tx.value("next_position"),
    )
    if invite is not None:
        tx.run("delete_invite", sid=invite.sid)
    if channel.awaits == user.identity:
        tx.run("end_awaiting", sid=channel.sid)
    tx.run("add_members_count", sid=channel.sid, by=1)
    tx.run("add_joined_channels", sid=user.sid, by=1)
    member = find_member(tx, channel, sid)
    tx.record(MemberAdded(reload_channel(tx, channel.sid), member, invite is not None))
    return member


def _role_for(
    tx: Reader,
    service: Service,
    channel: Channel,
    user: User,
    invite: Invite | None,
    role_sid: str | UnsetType,
) -> str:
    """The given role, else the invitation's, else the creator's or everybody's default (contract S14, S15)."""
    if role_sid is not UNSET:
        return find_role(tx, service, role_sid, RoleType.CHANNEL, Code.BAD_CHANNEL_ROLE).sid
    if invite is not None:
        return invite.role_sid
    is_creator = channel.awaits == user.identity  # "when they join a new channel": once, not after a removal
    return service.default_channel_creator_role_sid if is_creator else service.default_channel_role_sid


def drop_seat(tx: Transaction, channel: Channel, member: Member) -> None:
    """Take the seat away; delivery to that user stops in the same step."""
    tx.run("delete_member", sid=member.sid)
    tx.run("add_members_count", sid=channel.sid, by=-1)
    tx.run("add_joined_channels", sid=member.user_sid, by=-1)
    tx.record(MemberRemoved(reload_channel(tx, channel.sid), member))
    revoke(tx, channel, member.user_sid)


def check_horizon(value: int | None) -> int | None:
    """A message index, or ``None``."""
    if value is not None and not 0 <= value <= MAX_INT:
        raise BadRequest("LastConsumedMessageIndex: must be the index of a message", Code.BAD_LAST_CONSUMED_INDEX)
    return value


def change_seat(
    tx: Transaction,
    service: Service,
    channel: Channel,
    before: Member,
    *,
    role_sid: str | UnsetType = UNSET,
    attributes: str | UnsetType = UNSET,
    last_consumed_message_index: int | UnsetType | None = UNSET,
    last_consumption_timestamp: int | UnsetType | None = UNSET,
    notification_level: NotificationLevel | UnsetType = UNSET,
    date_created: int | UnsetType = UNSET,
    date_updated: int | UnsetType = UNSET,
) -> Member:
    """Change what is given. The horizon may go backwards, and is not kept while read status is off (contract U17,
    U18)."""
    if last_consumed_message_index is not UNSET:
        check_horizon(last_consumed_message_index)
    if not service.read_status_enabled:
        last_consumed_message_index = last_consumption_timestamp = UNSET
    given = (role_sid, attributes, last_consumed_message_index, last_consumption_timestamp, notification_level)
    if all(value is UNSET for value in (*given, date_created, date_updated)):
        return before
    horizon, consumed_at = before.last_consumed_message_index, before.last_consumption_timestamp
    if last_consumed_message_index is not UNSET:
        horizon = last_consumed_message_index
        consumed_at = None if horizon is None else tx.now
    if last_consumption_timestamp is not UNSET:
        consumed_at = last_consumption_timestamp
    tx.run(
        "update_member",
        sid=before.sid,
        role_sid=before.role_sid if role_sid is UNSET else role_sid,
        attributes=before.attributes if attributes is UNSET else checks.attributes(attributes),
        last_consumed_message_index=horizon,
        last_consumption_timestamp=consumed_at,
        notification_level=before.notification_level if notification_level is UNSET else notification_level,
        date_created=before.date_created if date_created is UNSET else date_created,
        date_updated=tx.now if date_updated is UNSET else date_updated,
    )
    after = find_member(tx, channel, before.sid)
    _record_change(tx, channel, before, after)
    return after


def _record_change(tx: Transaction, channel: Channel, before: Member, after: Member) -> None:
    """Tell whom what changed concerns: the other members, the user's own other devices, both, or nobody."""
    moved = after.last_consumed_message_index != before.last_consumed_message_index
    in_own = moved or after.notification_level is not before.notification_level
    in_roster = (
        moved
        or after.last_consumption_timestamp != before.last_consumption_timestamp
        or after.role_sid != before.role_sid
        or after.attributes != before.attributes
        or after.date_created != before.date_created
    )
    if in_own or in_roster:
        tx.record(MemberUpdated(channel, after, in_roster, in_own))
