"""Channels as a service describes them, on each of three roads, made into the model."""

import logging
from typing import Any

import msgspec

from chat_tui.client.link.answers import Count
from chat_tui.client.model import Channel, LastMessage, Reasons
from chat_tui.client.state.parsing import LONGEST_TEXT, UNDATED, parse_date, parse_item, parse_name, update_fields
from chat_tui.protocol.untrusted import Malformed, decode, is_too_deep
from chat_tui.protocol.values import ChannelStatus, ChannelType, NotificationLevel, UpdateReason

_log = logging.getLogger(__name__)


class LastMessageData(msgspec.Struct):
    index: Count
    timestamp: str | None = None


class ChannelDocumentData(msgspec.Struct, rename="camel"):
    friendly_name: str | None = None
    unique_name: str | None = None
    attributes: Any = None
    created_by: str | None = None
    date_created: str | None = None
    date_updated: str | None = None
    last_message: LastMessageData | None = None
    members_count: Count | None = None
    messages_count: Count | None = None


class OwnChannelData(msgspec.Struct, rename="camel"):
    """A user's part in a channel. A status that makes no sense is one to ask about."""

    status: ChannelStatus | None = None
    notification_level: NotificationLevel | None = None
    last_consumed_message_index: Count | None = None
    invited_by: str | None = None


class ChannelData(msgspec.Struct):
    """The Client API's description of a channel."""

    sid: str
    status: ChannelStatus | None = None
    type: ChannelType = ChannelType.PUBLIC
    friendly_name: str | None = None
    unique_name: str | None = None
    attributes: Any = None
    created_by: str | None = None
    date_created: str | None = None
    date_updated: str | None = None
    notification_level: NotificationLevel | None = None
    last_consumed_message_index: Count | None = None
    last_read_message_index: Count | None = None
    last_message_index: Count | None = None
    unread_messages_count: Count | None = None
    participants_count: Count | None = None
    messages_count: Count | None = None

    @property
    def horizon(self) -> int | None:
        known = self.last_consumed_message_index
        return self.last_read_message_index if known is None else known


def shallow(value: Any) -> Any:
    """Attributes as JSON; nothing of what is nested deeper than any service allows."""
    if is_too_deep(value):
        _log.warning("attributes set aside: nested too deeply")
        return None
    return value


def parsed_attributes(told: Any) -> Any:
    """A channel's attributes: text is JSON, as SDKs take it; anything else is the value itself."""
    if not isinstance(told, str):
        return shallow(told)
    try:
        return shallow(decode(told))
    except Malformed:
        return told[:LONGEST_TEXT]


def update_from_document(channel: Channel, data: Any) -> Reasons:
    """Take over what everybody may see of a channel."""
    found = parse_item(data, ChannelDocumentData)
    last = None
    if found.last_message is not None:
        last = LastMessage(found.last_message.index, parse_date(found.last_message.timestamp) or UNDATED)
    reasons = update_fields(
        channel,
        {
            "friendly_name": (parse_name(found.friendly_name), UpdateReason.FRIENDLY_NAME),
            "unique_name": (parse_name(found.unique_name), UpdateReason.UNIQUE_NAME),
            "attributes": (parsed_attributes(found.attributes), UpdateReason.ATTRIBUTES),
            "created_by": (parse_name(found.created_by), UpdateReason.CREATED_BY),
            "date_created": (parse_date(found.date_created), UpdateReason.DATE_CREATED),
            "date_updated": (parse_date(found.date_updated), UpdateReason.DATE_UPDATED),
            "last_message": (last, UpdateReason.LAST_MESSAGE),
        },
    )
    if found.members_count is not None:
        channel.members_count = found.members_count
    channel.messages_count = found.messages_count
    return reasons


def is_count_doubtful(channel: Channel, newest_before: int) -> bool:
    """Whether messages are gone since the service counted what is unread: then only it can count anew. Each message
    adds one to the index of the newest and to their number."""
    if channel.counted is None:
        return False
    if channel.last_index < newest_before:
        return True
    if channel.messages_count is None or channel.counted_messages is None:
        return False
    return channel.last_index - channel.counted_at != channel.messages_count - channel.counted_messages


def update_own_part(channel: Channel, found: OwnChannelData) -> Reasons:
    """Apply an item of the own channels map."""
    channel.invited_by = parse_name(found.invited_by)
    return update_fields(
        channel,
        {
            "status": (found.status or channel.status, UpdateReason.STATUS),
            "notification_level": (
                found.notification_level or NotificationLevel.DEFAULT,
                UpdateReason.NOTIFICATION_LEVEL,
            ),
            "last_consumed_message_index": (
                found.last_consumed_message_index,
                UpdateReason.LAST_CONSUMED_MESSAGE_INDEX,
            ),
        },
    )


def new_channel(found: ChannelData) -> Channel:
    channel = Channel(sid=found.sid, status=found.status or ChannelStatus.NOT_PARTICIPATING, type=found.type)
    update_described(channel, found)
    return channel


def update_described(channel: Channel, found: ChannelData) -> Reasons:
    """Take over what the Client API says of a channel, the unread count included."""
    reasons = update_fields(
        channel,
        {
            "status": (found.status or channel.status, UpdateReason.STATUS),
            "friendly_name": (parse_name(found.friendly_name), UpdateReason.FRIENDLY_NAME),
            "unique_name": (parse_name(found.unique_name), UpdateReason.UNIQUE_NAME),
            "attributes": (parsed_attributes(found.attributes), UpdateReason.ATTRIBUTES),
            "created_by": (parse_name(found.created_by), UpdateReason.CREATED_BY),
            "date_created": (parse_date(found.date_created), UpdateReason.DATE_CREATED),
            "date_updated": (parse_date(found.date_updated), UpdateReason.DATE_UPDATED),
            "notification_level": (
                found.notification_level or NotificationLevel.DEFAULT,
                UpdateReason.NOTIFICATION_LEVEL,
            ),
            "last_consumed_message_index": (found.horizon, UpdateReason.LAST_CONSUMED_MESSAGE_INDEX),
        },
    )
    if found.participants_count is not None:
        channel.members_count = found.participants_count
    newest = found.last_message_index
    is_document_known = channel.messages_count is not None  # then it alone says which message is the newest
    if newest is not None and newest > channel.last_index and channel.date_created and not is_document_known:
        channel.last_message = LastMessage(newest, channel.date_created)
    before = channel.unread_messages_count
    if newest is None:
        newest = -1 if found.messages_count == 0 else channel.last_index
    channel.count(found.unread_messages_count, newest, found.messages_count)
    if channel.unread_messages_count != before:
        reasons |= {UpdateReason.UNREAD_MESSAGES_COUNT}
    return reasons
