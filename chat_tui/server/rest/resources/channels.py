"""Channels, which Conversations calls conversations and gives a state, timers and bindings."""

from typing import Any

from chat_tui.server.dates import date
from chat_tui.server.operations.channels import (
    CreateChannel,
    DeleteChannel,
    FetchChannel,
    ListChannels,
    UpdateChannel,
)
from chat_tui.server.operations.participants import CreateWithParticipants
from chat_tui.server.rest import shapes
from chat_tui.server.rest.call import Call
from chat_tui.server.rest.dialects import CHAT_V1, CONVERSATIONS, DEFAULT_SERVICE, Parameters
from chat_tui.server.rest.resource import Listed, Resource, Write
from chat_tui.server.store.rows import Channel

_STATE = {"State": "state", "Timers.Inactive": "inactive_timer", "Timers.Closed": "closed_timer"}
_NAMES = ("FriendlyName", "UniqueName", "Attributes")
_UPDATE = Parameters(
    *_NAMES,
    later=("DateCreated", "DateUpdated"),
    chat={"CreatedBy": "created_by"},
    conversations=_STATE,
)
_CREATE = Parameters(
    *_NAMES,
    later=("DateCreated", "DateUpdated"),
    chat={"CreatedBy": "created_by", "Type": "type"},
    conversations=_STATE,
)
_UNSUPPORTED = ("MessagingServiceSid", "Bindings.Email.Address", "Bindings.Email.Name")


def links(call: Call, channel: Channel) -> shapes.Links:
    """What hangs on a channel; the last message only when there is one."""
    path = ("Services", channel.service_sid, "Channels", channel.sid)
    if not call.dialect.is_chat:
        names = ["Members", "Messages", "Webhooks", "Export"]
    else:
        names = ["Members", "Messages", "Invites", *([] if call.dialect is CHAT_V1 else ["Webhooks"])]
    found = {name.lower(): call.at(*path, name) for name in names}
    if call.dialect.is_chat and channel.last_message_sid is not None:
        found["last_message"] = call.at(*path, "Messages", channel.last_message_sid)
    return found


def timers(channel: Channel) -> shapes.Timers:
    """When the timers that run will have run out."""
    found: shapes.Timers = {}
    if channel.date_inactive is not None:
        found["date_inactive"] = date(channel.date_inactive)
    if channel.date_closed is not None:
        found["date_closed"] = date(channel.date_closed)
    return found


def represent(call: Call, channel: Channel) -> shapes.Channel | shapes.Conversation:
    body: shapes.ChannelCore = {
        "sid": channel.sid,
        "account_sid": call.actor.account_sid,
        "service_sid": channel.service_sid,
        "friendly_name": channel.friendly_name,
        "unique_name": channel.unique_name,
        "attributes": channel.attributes,
        "date_created": date(channel.date_created),
        "date_updated": date(channel.date_updated),
        "url": call.at("Services", channel.service_sid, "Channels", channel.sid),
        "links": links(call, channel),
    }
    if not call.dialect.is_chat:
        conversation: shapes.Conversation = {
            **body,
            "messaging_service_sid": None,
            "state": channel.state,
            "timers": timers(channel),
            "bindings": {},
        }
        return conversation
    return {
        **body,
        "type": channel.type,
        "created_by": channel.created_by,
        "members_count": channel.members_count,
        "messages_count": channel.messages_count,
    }


def _more(call: Call) -> dict[str, Any]:
    """A conversation is its participants' own, as a private channel is."""
    return {} if call.dialect.is_chat else {"type": "private"}


RESOURCES = (
    Resource(
        path="/Services/{service_sid}/Channels",
        item="channel",
        represent=represent,
        create=Write(CreateChannel, _CREATE, _more, _UNSUPPORTED),
        page=Listed(
            ListChannels,
            Parameters(
                conversations={"StartDate": "start_date", "EndDate": "end_date", "State": "state"},
                chat={"Type": "types"},
            ),
        ),
        fetch=FetchChannel,
        update=Write(UpdateChannel, _UPDATE, unsupported=_UNSUPPORTED),
        delete=DeleteChannel,
    ),
    Resource(
        path="/Services/{service_sid}/ConversationWithParticipants",
        represent=represent,
        create=Write(
            CreateWithParticipants,
            Parameters(
                *_NAMES,
                later=("DateCreated", "DateUpdated"),
                conversations=_STATE | {"Participant": "participants"},
            ),
            _more,
            _UNSUPPORTED,
        ),
        dialects=(CONVERSATIONS, DEFAULT_SERVICE),
    ),
)
