"""Turns domain changes into Sync events, in the transaction that made them: the only writer of events (guarantees,
Follow 2)."""

from collections.abc import Callable
from typing import Any, TypeVar

from chat_tui.protocol import sync_shapes
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.sync import (
    EventType,
    ObjectType,
    document_name,
    info_name,
    messages_name,
    own_channels_name,
    roster_name,
)
from chat_tui.server import changes
from chat_tui.server.bus import AccessRevoked, EventPublished, ObjectsRemoved, ServiceGone, UserGone
from chat_tui.server.dates import timestamp
from chat_tui.server.store.rows import Channel, SyncObject
from chat_tui.server.store.transaction import Transaction
from chat_tui.server.sync import events, views
from chat_tui.server.sync.summary import MOST_REMOVED

Reducer = Callable[[Transaction, Any], None]
R = TypeVar("R", bound=Reducer)

REDUCERS: dict[type[changes.Change], Reducer] = {}
_KINDS = {ObjectType.MAP: Kind.MAP, ObjectType.LIST: Kind.LIST, ObjectType.DOCUMENT: Kind.DOCUMENT}


def project(tx: Transaction) -> None:
    """Write and publish the events of everything ``tx`` recorded."""
    for change in tx.changes:
        REDUCERS[type(change)](tx, change)


def _reduces(change: type[changes.Change]) -> Callable[[R], R]:
    """Register what writes the events of one kind of change."""

    def register(reducer: R) -> R:
        REDUCERS[change] = reducer
        return reducer

    return register


def _create(tx: Transaction, name: str, kind: ObjectType, owner_sid: str) -> None:
    tx.run("insert_object", name=name, sid=new_sid(_KINDS[kind]), type=kind.value, owner_sid=owner_sid, now=tx.now)


def _write(tx: Transaction, sid: str, event_type: EventType, event: sync_shapes.ObjectEvent) -> None:
    payload = events.notification(event_type, event)
    tx.run("insert_event", object_sid=sid, id=event["id"], notification=payload, now=tx.now)
    tx.publish(EventPublished(sid, event["id"], payload))


def _map_event(tx: Transaction, name: str, event_type: EventType, key: str, data: sync_shapes.MapData | None) -> int:
    (sid, event_id) = tx.first("next_event", name=name)
    _write(tx, sid, event_type, events.map_item(sid, event_id, timestamp(tx.now), key, data))
    if event_type is EventType.MAP_ITEM_REMOVED:
        tx.run("remember_removed_item", object_sid=sid, key=key, event=event_id, now=tx.now)
        tx.run("forget_removed_items", object_sid=sid, kept=MOST_REMOVED)
    return int(event_id)


def _list_event(tx: Transaction, name: str, event_type: EventType, index: int, data: sync_shapes.MessageItem) -> int:
    (sid, event_id) = tx.first("next_event", name=name)
    _write(tx, sid, event_type, events.list_item(sid, event_id, timestamp(tx.now), index, data))
    return int(event_id)


def _document_event(tx: Transaction, channel: Channel) -> None:
    (sid, event_id) = tx.first("next_event", name=document_name(channel.sid))
    data = views.channel_document(channel)
    _write(tx, sid, EventType.DOCUMENT_UPDATED, events.document(sid, event_id, timestamp(tx.now), data))


_GONE = {
    ObjectType.MAP: EventType.MAP_REMOVED,
    ObjectType.LIST: EventType.LIST_REMOVED,
    ObjectType.DOCUMENT: EventType.DOCUMENT_REMOVED,
}


def _remove_objects(tx: Transaction, owner_sid: str) -> None:
    """The ``_removed`` event of every object of ``owner_sid``; nothing of them stays to be replayed (guarantees, Follow
    8)."""
    objects = tx.all(SyncObject, "objects_of_owner", owner_sid=owner_sid)
    for found in objects:
        kind = ObjectType(found.type)
        (sid, event_id) = tx.first("next_event", name=found.name)
        _write(tx, sid, _GONE[kind], events.removed(kind, sid, event_id, timestamp(tx.now)))
    tx.run("mark_objects_deleted", owner_sid=owner_sid)
    tx.publish(ObjectsRemoved(tuple(found.sid for found in objects)))


@_reduces(changes.UserCreated)
def _user_created(tx: Transaction, change: changes.UserCreated) -> None:
    user = change.user
    _create(tx, info_name(user.sid), ObjectType.MAP, user.sid)
    _create(tx, own_channels_name(user.sid), ObjectType.MAP, user.sid)


@_reduces(changes.UserUpdated)
def _user_updated(tx: Transaction, change: changes.UserUpdated) -> None:
    user, name = change.user, info_name(change.user.sid)
    if change.has_new_name:
        event = _map_event(tx, name, EventType.MAP_ITEM_UPDATED, "friendlyName", views.name_item(user))
        tx.run("set_user_name_event", sid=user.sid, event=event)
    if change.has_new_attributes:
        event = _map_event(tx, name, EventType.MAP_ITEM_UPDATED, "attributes", views.attributes_item(user))
        tx.run("set_user_attributes_event", sid=user.sid, event=event)


@_reduces(changes.ReachabilityChanged)
def _reachability_changed(tx: Transaction, change: changes.ReachabilityChanged) -> None:
    data = views.reachability_item(change.reachability)
    event = _map_event(tx, info_name(change.user.sid), EventType.MAP_ITEM_UPDATED, "reachability", data)
    tx.run("set_user_reachability_event", sid=change.user.sid, event=event)


@_reduces(changes.UserDeleted)
def _user_deleted(tx: Transaction, change: changes.UserDeleted) -> None:
    _remove_objects(tx, change.user.sid)
    tx.publish(UserGone(change.user.sid))


@_reduces(changes.ChannelCreated)
def _channel_created(tx: Transaction, change: changes.ChannelCreated) -> None:
    sid = change.channel.sid
    _create(tx, document_name(sid), ObjectType.DOCUMENT, sid)
    _create(tx, messages_name(sid), ObjectType.LIST, sid)
    _create(tx, roster_name(sid), ObjectType.MAP, sid)


@_reduces(changes.ChannelUpdated)
def _channel_updated(tx: Transaction, change: changes.ChannelUpdated) -> None:
    _document_event(tx, change.channel)


@_reduces(changes.ChannelDeleted)
def _channel_deleted(tx: Transaction, change: changes.ChannelDeleted) -> None:
    users = [member.user_sid for member in change.members] + [invite.user_sid for invite in change.invites]
    for user_sid in users:
        _own_item_removed(tx, change.channel, user_sid)
    _remove_objects(tx, change.channel.sid)


@_reduces(changes.MemberAdded)
def _member_added(tx: Transaction, change: changes.MemberAdded) -> None:
    channel, member = change.channel, change.member
    roster, own = roster_name(channel.sid), own_channels_name(member.user_sid)
    event = _map_event(tx, roster, EventType.MAP_ITEM_ADDED, member.sid, views.roster_item(member))
    tx.run("set_member_roster_event", sid=member.sid, event=event)
    kind = EventType.MAP_ITEM_UPDATED if change.was_invited else EventType.MAP_ITEM_ADDED
    event = _map_event(tx, own, kind, channel.sid, views.own_channel_item(channel, member))
    tx.run("set_member_own_event", sid=member.sid, event=event)
    _document_event(tx, channel)


@_reduces(changes.MemberUpdated)
def _member_updated(tx: Transaction, change: changes.MemberUpdated) -> None:
    channel, member = change.channel, change.member
    if change.in_roster:
        roster = roster_name(channel.sid)
        event = _map_event(tx, roster, EventType.MAP_ITEM_UPDATED, member.sid, views.roster_item(member))
        tx.run("set_member_roster_event", sid=member.sid, event=event)
    if change.in_own:
        own = own_channels_name(member.user_sid)
        event = _map_event(tx, own, EventType.MAP_ITEM_UPDATED, channel.sid, views.own_channel_item(channel, member))
        tx.run("set_member_own_event", sid=member.sid, event=event)


@_reduces(changes.MemberRemoved)
def _member_removed(tx: Transaction, change: changes.MemberRemoved) -> None:
    channel, member = change.channel, change.member
    _map_event(tx, roster_name(channel.sid), EventType.MAP_ITEM_REMOVED, member.sid, views.roster_item(member))
    _own_item_removed(tx, channel, member.user_sid)
    _document_event(tx, channel)


@_reduces(changes.AccessLost)
def _access_lost(tx: Transaction, change: changes.AccessLost) -> None:
    tx.publish(AccessRevoked(change.user_sid, change.object_sids))


def _own_item_removed(tx: Transaction, channel: Channel, user_sid: str) -> None:
    _map_event(tx, own_channels_name(user_sid), EventType.MAP_ITEM_REMOVED, channel.sid, None)


@_reduces(changes.InviteAdded)
def _invite_added(tx: Transaction, change: changes.InviteAdded) -> None:
    own = own_channels_name(change.invite.user_sid)
    data = views.own_channel_item(change.channel, change.invite)
    event = _map_event(tx, own, EventType.MAP_ITEM_ADDED, change.channel.sid, data)
    tx.run("set_invite_own_event", sid=change.invite.sid, event=event)


@_reduces(changes.InviteRemoved)
def _invite_removed(tx: Transaction, change: changes.InviteRemoved) -> None:
    _own_item_removed(tx, change.channel, change.invite.user_sid)


@_reduces(changes.MessageAdded)
def _message_added(tx: Transaction, change: changes.MessageAdded) -> None:
    message = change.message
    name = messages_name(message.channel_sid)
    event = _list_event(tx, name, EventType.LIST_ITEM_ADDED, message.idx, views.message_item(message))
    tx.run("set_message_event", sid=message.sid, event=event)
    _document_event(tx, change.channel)


@_reduces(changes.MessageUpdated)
def _message_updated(tx: Transaction, change: changes.MessageUpdated) -> None:
    message = change.message
    name = messages_name(message.channel_sid)
    event = _list_event(tx, name, EventType.LIST_ITEM_UPDATED, message.idx, views.message_item(message))
    tx.run("set_message_event", sid=message.sid, event=event)


@_reduces(changes.MessageRemoved)
def _message_removed(tx: Transaction, change: changes.MessageRemoved) -> None:
    message = change.message
    name = messages_name(message.channel_sid)
    event = _list_event(tx, name, EventType.LIST_ITEM_REMOVED, message.idx, views.message_item(message))
    tx.run("set_tombstone_event", channel_sid=message.channel_sid, idx=message.idx, event=event)
    _document_event(tx, change.channel)


@_reduces(changes.ServiceDeleted)
def _service_deleted(tx: Transaction, change: changes.ServiceDeleted) -> None:
    tx.publish(ServiceGone(change.service.sid))
