"""User Channels, listed only in v1, User Conversations, and the same seen from the participant (contract U1, U19)."""

from typing import Any

from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.protocol.values import NotificationLevel
from chat_tui.server.dates import date
from chat_tui.server.operations.user_channels import (
    FetchUserChannel,
    LeaveUserChannel,
    ListParticipations,
    ListUserChannels,
    UpdateUserChannel,
    UserChannel,
)
from chat_tui.server.rest import shapes
from chat_tui.server.rest.call import Call
from chat_tui.server.rest.dialects import CHAT_V1, CONVERSATIONS, DEFAULT_SERVICE, Parameters
from chat_tui.server.rest.resource import Listed, Resource, Write
from chat_tui.server.rest.resources import channels


def _links(call: Call, found: UserChannel) -> shapes.Links:
    path = ("Services", found.user.service_sid, "Channels", found.channel.sid)
    links = {"channel": call.at(*path)}
    if found.member is not None:
        links["member"] = call.at(*path, "Members", found.member.sid)
    return links


def represent(call: Call, found: UserChannel) -> shapes.UserChannel | shapes.UserConversation:
    """URLs carry SIDs even when the resource was addressed by name (contract U2, U3, U12)."""
    member = found.member
    body: shapes.UserChannelCore = {
        "account_sid": call.actor.account_sid,
        "service_sid": found.user.service_sid,
        "channel_sid": found.channel.sid,
        "user_sid": found.user.sid,
        "member_sid": None if member is None else member.sid,
        "last_consumed_message_index": None if member is None else member.last_consumed_message_index,
        "unread_messages_count": found.unread,
        "notification_level": NotificationLevel.DEFAULT if member is None else member.notification_level,
        "url": call.at("Services", found.user.service_sid, "Users", found.user.sid, "Channels", found.channel.sid),
        "links": _links(call, found),
    }
    if call.dialect.is_chat:
        return _in_chat(call, found, body)
    conversation: shapes.UserConversation = {**body, **_in_conversations(found)}
    return conversation


def _in_chat(call: Call, found: UserChannel, body: shapes.UserChannelCore) -> shapes.UserChannel:
    """The status in REST's spelling, and every link (contract U4–U6, U10)."""
    if call.dialect is not CHAT_V1:
        body["links"] |= channels.links(call, found.channel)
        del body["links"]["webhooks"]
    return {**body, "status": "invited" if found.member is None else "joined"}


def _in_conversations(found: UserChannel) -> shapes.DescribedConversation:
    channel = found.channel
    return {
        "friendly_name": channel.friendly_name,
        "unique_name": channel.unique_name,
        "conversation_state": channel.state,
        "timers": channels.timers(channel),
        "attributes": channel.attributes,
        "created_by": channel.created_by,
        "date_created": date(channel.date_created),
        "date_updated": date(channel.date_updated),
    }


def _as_participant(call: Call, found: UserChannel) -> shapes.ParticipantConversation:
    described = _in_conversations(found)
    return {
        "account_sid": call.actor.account_sid,
        "service_sid": found.user.service_sid,
        "channel_sid": found.channel.sid,
        "member_sid": None if found.member is None else found.member.sid,
        "participant_user_sid": found.user.sid,
        "participant_identity": found.user.identity,
        "participant_messaging_binding": None,
        "conversation_friendly_name": described["friendly_name"],
        "conversation_unique_name": described["unique_name"],
        "conversation_timers": described["timers"],
        "conversation_attributes": described["attributes"],
        "conversation_created_by": described["created_by"],
        "conversation_date_created": described["date_created"],
        "conversation_date_updated": described["date_updated"],
        "conversation_state": described["conversation_state"],
        "links": _links(call, found),
    }


def _participant(call: Call) -> dict[str, Any]:
    identity, address = (call.query.get(name, [""])[-1] for name in ("Identity", "Address"))
    if identity and address:
        raise BadRequest("Identity, Address: give one of them", Code.ADDRESS_OR_IDENTITY)
    if address:
        raise BadRequest("Address: needs a telephone network, which is not here", Code.BAD_PARAMETER)
    if not identity:
        raise BadRequest("Identity: is missing", Code.ADDRESS_OR_IDENTITY)
    return {"identity": identity}


_HORIZON = ("NotificationLevel", "LastConsumedMessageIndex", "LastConsumptionTimestamp")
RESOURCES = (
    Resource(
        path="/Services/{service_sid}/Users/{user}/Channels",
        item="channel",
        represent=represent,
        page=Listed(ListUserChannels),
        fetch=FetchUserChannel,
        update=Write(UpdateUserChannel, Parameters(*_HORIZON)),
        delete=LeaveUserChannel,
        only={CHAT_V1: ("page",)},
        hidden={CHAT_V1: ("user_sid", "url", "notification_level")},
    ),
    Resource(
        path="/Services/{service_sid}/ParticipantConversations",
        represent=_as_participant,
        page=Listed(ListParticipations, key="channels", more=_participant),
        dialects=(CONVERSATIONS, DEFAULT_SERVICE),
    ),
)
