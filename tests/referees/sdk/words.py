"""What `ChatClient` knows and hears, in the words of sdk.cjs."""

import json
from typing import Any

from chat_tui.client import events
from chat_tui.client.model import Channel, ConnectionState, Member, Message, Phase, User, UserDescriptor

Told = dict[str, Any]


PHASES = {Phase.WAITING: "connecting", Phase.CLOSED: "disconnected"}
"""Where the SDKs have other words for a link's state."""


def link(state: ConnectionState) -> Told:
    return {"state": PHASES.get(state.phase, state.phase.value), "errorCode": state.code}


def person(user: User | UserDescriptor) -> Told:
    return {
        "identity": user.identity,
        "online": user.is_online,
        "notifiable": user.is_notifiable,
        "name": user.friendly_name,
    }


def note(message: Message) -> Told:
    attributes = json.loads(message.attributes)
    return {"index": message.index, "author": message.author, "body": message.body, "attributes": attributes}


def seat(member: Member) -> Told:
    return {"identity": member.identity, "read": member.last_consumed_message_index}


def room(channel: Channel) -> Told:
    return {"name": channel.unique_name, "title": channel.friendly_name, "status": channel.status.value}


NAMES: dict[type[events.Event], str] = {
    events.ConnectionChanged: "connection",
    events.ChannelJoined: "channelJoined",
    events.ChannelInvited: "channelInvited",
    events.ChannelLeft: "channelLeft",
    events.ChannelUpdated: "channelUpdated",
    events.ChannelReloaded: "channelReloaded",
    events.MemberJoined: "memberJoined",
    events.MemberLeft: "memberLeft",
    events.MemberUpdated: "memberUpdated",
    events.MessageAdded: "messageAdded",
    events.MessageUpdated: "messageUpdated",
    events.MessageRemoved: "messageRemoved",
    events.TypingStarted: "typingStarted",
    events.TypingEnded: "typingEnded",
    events.UserUpdated: "userUpdated",
    events.UserSubscribed: "userSubscribed",
    events.UserUnsubscribed: "userUnsubscribed",
    events.TokenAboutToExpire: "tokenAboutToExpire",
    events.TokenExpired: "tokenExpired",
}


def told(event: events.Event) -> Told | None:
    """An event in the words of sdk.cjs; those an SDK does not have are left out."""
    name = NAMES.get(type(event))
    if name is None:
        return None
    found: Told = {"event": name}
    describe: Told = {"state": link, "channel": room, "member": seat, "message": note, "user": person}
    for field in describe.keys() & set(event.__struct_fields__):
        found |= describe[field](getattr(event, field))
    if hasattr(event, "identity"):
        found["identity"] = event.identity
    if hasattr(event, "update_reasons"):
        found["raw"] = found["reasons"] = sorted(reason.value for reason in event.update_reasons)
    return found
