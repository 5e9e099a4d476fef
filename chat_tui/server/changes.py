"""Domain changes: what an operation did, in the words of the domain, for the projection to turn into events."""

import msgspec

from chat_tui.protocol.values import Reachability
from chat_tui.server.store.rows import Channel, Invite, Member, Message, Service, User


class Change(msgspec.Struct):
    """The rows a change carries are as they are after it."""


class UserCreated(Change):
    user: User


class UserUpdated(Change):
    user: User
    has_new_name: bool
    has_new_attributes: bool


class ReachabilityChanged(Change):
    user: User
    reachability: Reachability


class UserDeleted(Change):
    user: User


class ChannelCreated(Change):
    channel: Channel


class ChannelUpdated(Change):
    channel: Channel


class ChannelDeleted(Change):
    """``members`` and ``invites`` as they were just before."""

    channel: Channel
    members: list[Member]
    invites: list[Invite]


class MemberAdded(Change):
    """``was_invited``: the own map held an invitation, which this replaces."""

    channel: Channel
    member: Member
    was_invited: bool


class MemberUpdated(Change):
    """``in_roster``: something other members see changed; ``in_own``: something of the user's own view."""

    channel: Channel
    member: Member
    in_roster: bool
    in_own: bool


class MemberRemoved(Change):
    channel: Channel
    member: Member


class AccessLost(Change):
    """A user may no longer follow these objects."""

    user_sid: str
    object_sids: tuple[str, ...]


class InviteAdded(Change):
    channel: Channel
    invite: Invite


class InviteRemoved(Change):
    channel: Channel
    invite: Invite


class MessageAdded(Change):
    channel: Channel
    message: Message


class MessageUpdated(Change):
    message: Message


class MessageRemoved(Change):
    channel: Channel
    message: Message


class ServiceDeleted(Change):
    service: Service
