"""User Channels: a user's own view of a channel: unread count, horizon, notification level (contract 5)."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from chat_tui.protocol.defaults import PAGE_BYTES
from chat_tui.protocol.errors import Code, Forbidden, NotFound
from chat_tui.protocol.values import NotificationLevel, Permission
from chat_tui.server.operations import checks
from chat_tui.server.operations.access import authorise
from chat_tui.server.operations.actors import Actor, ClientActor
from chat_tui.server.operations.lookup import find_channel, find_service, find_user
from chat_tui.server.operations.operation import Command, Rate, operation
from chat_tui.server.operations.pages import Page, PageQuery, Positions, cut_page, read_page
from chat_tui.server.operations.seats import SeatFields, change_seat, drop_seat
from chat_tui.server.store.rows import Channel, Invite, Member, Service, User
from chat_tui.server.store.transaction import NO_END, Reader, Transaction

CHANNELS_AT_ONCE = 20


class UserChannel(msgspec.Struct, frozen=True):
    """``seat``: the membership or the open invitation; ``unread`` is null while no horizon is set (contract U9)."""

    user: User
    channel: Channel
    seat: Member | Invite
    unread: int | None

    @property
    def member(self) -> Member | None:
        return self.seat if isinstance(self.seat, Member) else None


class FetchUserChannel(Command):
    service_sid: str
    user: str
    channel: str


class ListUserChannels(Command):
    service_sid: str
    user: str
    page: PageQuery = PageQuery()


class ListParticipations(Command):
    """What a person takes part in, by identity alone; who is not there takes part in nothing."""

    service_sid: str
    identity: str
    page: PageQuery = PageQuery()


class UpdateUserChannel(Command):
    """``notification_level`` is checked here, so that every face refuses a bad one alike (contract U15)."""

    service_sid: str
    user: str
    channel: str
    notification_level: str | UnsetType = UNSET
    last_consumed_message_index: int | UnsetType | None = UNSET
    last_consumption_timestamp: int | UnsetType | None = UNSET


class LeaveUserChannel(Command):
    service_sid: str
    user: str
    channel: str


def unread_count(tx: Reader, channel: Channel, horizon: int | None) -> int | None:
    """Messages above ``horizon``: a difference of indices less the deleted ones above it, never a scan (contract
    U9)."""
    if horizon is None:
        return None
    span = channel.next_index - 1 - horizon
    if span <= 0:
        return 0
    return span - int(tx.value("count_deleted_above", channel_sid=channel.sid, horizon=horizon))


def view(tx: Reader, service: Service, user: User, channel: Channel, seat: Member | Invite) -> UserChannel:
    horizon = seat.last_consumed_message_index if isinstance(seat, Member) else None
    unread = unread_count(tx, channel, horizon) if service.read_status_enabled else None
    return UserChannel(user, channel, seat, unread)


def _find(tx: Reader, actor: Actor, command: FetchUserChannel | UpdateUserChannel | LeaveUserChannel) -> tuple[
    Service, UserChannel
]:  # fmt: skip
    service = find_service(tx, actor, command.service_sid)
    user = find_user(tx, service, command.user)
    if isinstance(actor, ClientActor) and user.sid != actor.user_sid:
        raise Forbidden("User channels are their user's own", Code.USER_UNAUTHORIZED)
    channel = find_channel(tx, actor, service, command.channel)
    key = {"channel_sid": channel.sid, "user_sid": user.sid}
    seat = tx.one(Member, "member_of_user", **key) or tx.one(Invite, "invite_of_user", **key)
    if seat is None:
        raise NotFound(f"{user.identity} has no part in channel {command.channel}", Code.CHANNEL_NOT_FOUND)
    return service, view(tx, service, user, channel, seat)


@operation(FetchUserChannel, writes=False, clients=())
def fetch_user_channel(tx: Reader, actor: Actor, command: FetchUserChannel) -> UserChannel:
    return _find(tx, actor, command)[1]


@operation(ListUserChannels, writes=False, clients=("page",))
def list_user_channels(tx: Reader, actor: Actor, command: ListUserChannels) -> Page[UserChannel]:
    """Joined and invited, in the order they began."""
    service = find_service(tx, actor, command.service_sid)
    user = find_user(tx, service, command.user)
    if isinstance(actor, ClientActor) and user.sid != actor.user_sid:
        raise Forbidden("User channels are their user's own", Code.USER_UNAUTHORIZED)
    return _page(tx, service, user, command.page)


@operation(ListParticipations, writes=False)
def list_participations(tx: Reader, actor: Actor, command: ListParticipations) -> Page[UserChannel]:
    service = find_service(tx, actor, command.service_sid)
    user = tx.one(User, "user_by_identity", service_sid=service.sid, identity=command.identity)
    return Page([]) if user is None else _page(tx, service, user, command.page)


def _page(tx: Reader, service: Service, user: User, asked: PageQuery) -> Page[UserChannel]:
    def in_front(edge: int, limit: int) -> list[Any]:
        return tx.tuples("seats_of_user_back", user_sid=user.sid, before=edge, limit=limit)

    found = read_page(asked, in_front, lambda anchor: _read(tx, user, anchor, in_front))
    items = [view(tx, service, user, channel, seat) for seat, channel in found.items]
    return Page(items, found.next, found.previous, found.is_second)


def _read(tx: Reader, user: User, asked: PageQuery, in_front: Positions) -> Page[tuple[Member | Invite, Channel]]:
    params = {"user_sid": user.sid, "after": asked.after or 0, "limit": asked.size + 1}
    members = tx.batch_of(Member, "members_of_user_page", PAGE_BYTES, **params)
    # What is beyond the last member that was read is not to be shown before the next one.
    last = members.rows[-1].position if members.is_more else NO_END
    invited = tx.all(Invite, "invites_of_user_page", **params)
    seats: list[Member | Invite] = [*members.rows, *(invite for invite in invited if invite.position < last)]
    seats.sort(key=lambda seat: seat.position)
    shown = _with_channels(tx, seats[: asked.size])
    is_more = members.is_more or len(shown) < len(seats)
    return cut_page([(pair, pair[0].position) for pair in shown], asked, in_front, is_more=is_more)


def _with_channels(tx: Reader, seats: Sequence[Member | Invite]) -> list[tuple[Member | Invite, Channel]]:
    """The first seats, each with its channel, until these are large together."""
    found: list[tuple[Member | Invite, Channel]] = []
    left = PAGE_BYTES
    for start in range(0, len(seats), CHANNELS_AT_ONCE):
        some = seats[start : start + CHANNELS_AT_ONCE]
        channels = tx.by_sid(Channel, "channels_by_sids", (seat.channel_sid for seat in some))
        for seat in some:
            if found and left <= 0:
                return found
            found.append((seat, channels[seat.channel_sid]))
            left -= len(found[-1][1].attributes)
    return found


@operation(UpdateUserChannel, rate=Rate.CHANNEL, clients=("notification_level", "last_consumed_message_index"))
def update_user_channel(tx: Transaction, actor: Actor, command: UpdateUserChannel) -> UserChannel:
    """Mute, unmute, move the horizon. Raises BadRequest (50210), or NotFound for a mere invitation."""
    service, found = _find(tx, actor, command)
    member = found.member
    if member is None:
        raise NotFound(f"{found.user.identity} is only invited to {command.channel}", Code.NOT_A_MEMBER)
    level: NotificationLevel | UnsetType = UNSET
    if command.notification_level is not UNSET:
        authorise(tx, actor, Permission.EDIT_NOTIFICATION_LEVEL, channel=found.channel)
        word = command.notification_level
        level = checks.choice("NotificationLevel", word, NotificationLevel, Code.BAD_NOTIFICATION_LEVEL)
    given = SeatFields(
        notification_level=level,
        last_consumed_message_index=command.last_consumed_message_index,
        last_consumption_timestamp=command.last_consumption_timestamp,
    )
    after = change_seat(tx, service, found.channel, member, given)
    return view(tx, service, found.user, found.channel, after)


@operation(LeaveUserChannel, rate=Rate.CHANNEL, clients=())
def leave_user_channel(tx: Transaction, actor: Actor, command: LeaveUserChannel) -> None:
    _, found = _find(tx, actor, command)
    if found.member is None:
        raise NotFound(f"{found.user.identity} is only invited to {command.channel}", Code.NOT_A_MEMBER)
    authorise(tx, actor, Permission.LEAVE_CHANNEL, channel=found.channel)
    drop_seat(tx, found.channel, found.member)
