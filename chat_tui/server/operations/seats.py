"""Seats: how a user takes a place in a channel, keeps it and loses it, whoever asked for it."""

from typing import TypeVar

import msgspec
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

T = TypeVar("T")


class SeatFields(msgspec.Struct, frozen=True, kw_only=True):
    """What may be given for a seat; what is not given is as it was, or as everybody's."""

    role_sid: str | UnsetType = UNSET
    attributes: str | UnsetType = UNSET
    last_consumed_message_index: int | UnsetType | None = UNSET
    last_consumption_timestamp: int | UnsetType | None = UNSET
    notification_level: NotificationLevel | UnsetType = UNSET
    date_created: int | UnsetType = UNSET
    date_updated: int | UnsetType = UNSET


NOTHING = SeatFields()


def add_seat(tx: Transaction, service: Service, channel: Channel, user: User, given: SeatFields = NOTHING) -> Member:
    """Give ``user`` a seat. Raises Conflict (50404) and two limits, 50403 and 50208 (contract 1.7)."""
    tx.lock(channel)
    if tx.one(Member, "member_of_user", channel_sid=channel.sid, user_sid=user.sid) is not None:
        raise Conflict(f"{user.identity} is a member of this channel already", Code.MEMBER_EXISTS)
    if channel.members_count >= service.channel_members_limit:
        raise Forbidden(f"The channel holds {service.channel_members_limit} members, its limit", Code.MEMBER_LIMIT)
    if user.joined_channels_count >= service.user_channels_limit:
        raise Forbidden(f"The user is in {service.user_channels_limit} channels, the limit", Code.USER_CHANNEL_LIMIT)
    invite = tx.one(Invite, "invite_of_user", channel_sid=channel.sid, user_sid=user.sid)
    given = _without_horizon(given) if not service.read_status_enabled else given
    sid = new_sid(Kind.MEMBER)
    tx.run(
        "insert_member",
        sid=sid,
        channel_sid=channel.sid,
        user_sid=user.sid,
        identity=user.identity,
        role_sid=_role_for(tx, service, channel, user, invite, given.role_sid),
        attributes=checks.attributes(_or(given.attributes, "{}")),
        last_consumed_message_index=_or(given.last_consumed_message_index, None),
        last_consumption_timestamp=_or(given.last_consumption_timestamp, None),
        date_created=_or(given.date_created, tx.now),
        date_updated=_or(given.date_updated, tx.now),
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


def change_seat(tx: Transaction, service: Service, channel: Channel, before: Member, given: SeatFields) -> Member:
    """Change what is given. The horizon may go backwards, and is not kept while read status is off (contract U17,
    U18)."""
    check_horizon(_or(given.last_consumed_message_index, None))
    given = _without_horizon(given) if not service.read_status_enabled else given
    if given == NOTHING:
        return before
    horizon, consumed_at = before.last_consumed_message_index, before.last_consumption_timestamp
    if given.last_consumed_message_index is not UNSET:
        horizon = given.last_consumed_message_index
        consumed_at = None if horizon is None else tx.now
    tx.run(
        "update_member",
        sid=before.sid,
        role_sid=_or(given.role_sid, before.role_sid),
        attributes=before.attributes if given.attributes is UNSET else checks.attributes(given.attributes),
        last_consumed_message_index=horizon,
        last_consumption_timestamp=_or(given.last_consumption_timestamp, consumed_at),
        notification_level=_or(given.notification_level, before.notification_level),
        date_created=_or(given.date_created, before.date_created),
        date_updated=_or(given.date_updated, tx.now),
    )
    after = find_member(tx, channel, before.sid)
    _record_change(tx, channel, before, after)
    return after


def _without_horizon(given: SeatFields) -> SeatFields:
    return msgspec.structs.replace(given, last_consumed_message_index=UNSET, last_consumption_timestamp=UNSET)


def _or(given: T | UnsetType, otherwise: T) -> T:
    return otherwise if given is UNSET else given


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
