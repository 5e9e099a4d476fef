"""How rows look as Sync items and documents (contract 7.4)."""

from typing import Any

import msgspec

from chat_tui.protocol import sync_shapes
from chat_tui.protocol.sync import document_name, info_name, messages_name, roster_name
from chat_tui.protocol.values import ChannelStatus, NotificationLevel, Reachability
from chat_tui.server.dates import timestamp
from chat_tui.server.store.rows import Channel, Invite, Member, Message, User


def parsed(attributes: str) -> Any:
    """Attributes as JSON, which was checked when it was stored; a JSON string as the text it is, for SDKs parse what
    they find to be a string."""
    value = msgspec.json.decode(attributes)
    return attributes if isinstance(value, str) else value


def channel_document(channel: Channel) -> sync_shapes.ChannelDocument:
    last: sync_shapes.LastMessage | None = None
    if channel.last_message_index is not None and channel.last_message_date is not None:
        last = {"index": channel.last_message_index, "timestamp": timestamp(channel.last_message_date)}
    return {
        "sid": channel.sid,
        "type": channel.type,
        "friendlyName": channel.friendly_name,
        "uniqueName": channel.unique_name,
        "attributes": parsed(channel.attributes),
        "createdBy": channel.created_by,
        "dateCreated": timestamp(channel.date_created),
        "dateUpdated": timestamp(channel.date_updated),
        "messages": messages_name(channel.sid),
        "roster": roster_name(channel.sid),
        "lastMessage": last,
        "state": {"current": channel.state, "dateUpdated": timestamp(channel.date_state or channel.date_created)},
        "messagesCount": channel.messages_count,
        "membersCount": channel.members_count,
    }


def message_item(message: Message) -> sync_shapes.MessageItem:
    item: sync_shapes.MessageItem = {
        "sid": message.sid,
        "author": message.author,
        "text": message.body,
        "timestamp": timestamp(message.date_created),
        "dateUpdated": timestamp(message.date_updated) if message.was_edited else None,
        "lastUpdatedBy": message.last_updated_by,
        "attributes": message.attributes,
        "type": "text",
        "memberSid": message.member_sid,
    }
    if message.subject is not None:
        item["subject"] = message.subject
    return item


def roster_item(member: Member) -> sync_shapes.RosterItem:
    consumed = member.last_consumption_timestamp
    return {
        "identity": member.identity,
        "type": "chat",
        "userInfo": info_name(member.user_sid),
        "roleSid": member.role_sid,
        "attributes": member.attributes,
        "dateCreated": timestamp(member.date_created),
        "dateUpdated": timestamp(member.date_updated),
        "lastConsumedMessageIndex": member.last_consumed_message_index,
        "lastConsumptionTimestamp": None if consumed is None else timestamp(consumed),
    }


def own_channel_item(channel: Channel, seat: Member | Invite) -> sync_shapes.OwnChannelItem:
    """A user's view of a channel they joined, or were invited to."""
    is_member = isinstance(seat, Member)
    return {
        "status": ChannelStatus.JOINED if is_member else ChannelStatus.INVITED,
        "channel": document_name(channel.sid),
        "messages": messages_name(channel.sid),
        "roster": roster_name(channel.sid),
        "lastConsumedMessageIndex": seat.last_consumed_message_index if isinstance(seat, Member) else None,
        "notificationLevel": seat.notification_level if isinstance(seat, Member) else NotificationLevel.DEFAULT,
        "type": channel.type,
        "createdBy": channel.created_by,
        "memberSid": seat.sid if is_member else None,
        "invitedBy": seat.created_by if isinstance(seat, Invite) else None,
    }


def name_item(user: User) -> sync_shapes.ValueItem:
    return {"value": user.friendly_name}


def attributes_item(user: User) -> sync_shapes.ValueItem:
    return {"value": user.attributes}


def reachability_item(reachability: Reachability) -> sync_shapes.ReachabilityItem:
    return {"online": reachability.online, "notifiable": reachability.notifiable}
