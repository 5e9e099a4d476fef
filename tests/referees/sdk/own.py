"""Our own client in the place of an SDK: the same commands, the same events, the same words."""

import asyncio
import contextlib
import json
from typing import Any

from chat_tui.client import ChatClient, events
from chat_tui.client.model import Channel, ConnectionState, Member, Message, Phase, User, UserDescriptor
from chat_tui.client.state.open_channel import OpenChannel
from chat_tui.protocol.errors import ChatError, Unauthenticated
from chat_tui.protocol.values import ChannelType, NotificationLevel
from tests.referees.sdk.event_recorder import EventRecorder
from tests.referees.sdk.official import Realm

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


class OwnClient(EventRecorder):
    """`ChatClient`, driven as the SDKs are."""

    def __init__(self, realm: Realm, identity: str, token: str | None = None) -> None:
        super().__init__(identity)
        self._client = ChatClient(realm.url, token or realm.token(identity))

    async def __aenter__(self) -> "OwnClient":
        self._listening = asyncio.create_task(self._listen(self._client.events()))
        self._starting = asyncio.create_task(self._start())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()
        for task in (self._starting, self._listening):
            task.cancel()
        await asyncio.wait([self._starting, self._listening])

    async def _start(self) -> None:
        try:
            await self._client.start()
        except Unauthenticated as error:
            self.record({"event": "state", "state": "failed", "code": error.code})
        else:
            self.record({"event": "state", "state": "initialized"})

    async def _listen(self, stream: events.EventStream) -> None:
        async for event in stream:
            if (found := told(event)) is not None:
                self.record(found)

    async def do(self, command: str, **arguments: Any) -> Any:
        return await getattr(self, f"_{command}")(**arguments)

    async def attempt(self, command: str, **arguments: Any) -> Told:
        try:
            return {"ok": await self.do(command, **arguments)}
        except ChatError as error:
            return {"error": {"message": error.message, "status": error.status, "code": error.code}}

    # ---- commands, as sdk.cjs has them

    def _find(self, name: str) -> Channel:
        return self._client.channels.find(name)

    async def _open(self, name: str) -> OpenChannel:
        return await self._client.open_channel(self._find(name))

    async def _at(self, name: str, index: int) -> Message:
        return next(message for message in (await self._open(name)).messages if message.index == index)

    async def _me(self) -> Told:
        return {**person(self._client.user), "reachability": self._client.reachability_enabled}

    async def _create(self, name: str, title: str) -> str | None:
        made = await self._client.channels.create(unique_name=name, friendly_name=title, type=ChannelType.PRIVATE)
        return made.unique_name

    async def _join(self, name: str) -> None:
        await self._client.channels.join(name)

    async def _leave(self, name: str) -> None:
        await self._client.channels.leave(self._find(name))

    async def _destroy(self, name: str) -> None:
        await self._client.channels.delete(self._find(name))

    async def _retitle(self, name: str, title: str) -> None:
        await self._client.channels.update(self._find(name), friendly_name=title)

    async def _describe(self, name: str, attributes: Any) -> None:
        await self._client.channels.update(self._find(name), attributes=json.dumps(attributes))

    async def _describeSelf(self, attributes: Any) -> None:  # noqa: N802 - sdk.cjs's word
        await self._client.update_user(attributes=json.dumps(attributes))

    async def _attributes(self, name: str = "", identity: str = "", index: int | None = None) -> Any:
        if not name:
            return json.loads((await self._client.get_user(identity)).attributes)
        if index is not None:
            return json.loads((await self._at(name, index)).attributes)
        if not identity:
            return self._find(name).attributes
        members = (await self._open(name)).members.values()
        return json.loads(next(member.attributes for member in members if member.identity == identity))

    async def _add(self, name: str, identity: str) -> None:
        await self._client.channels.add_member(self._find(name), identity)

    async def _invite(self, name: str, identity: str) -> None:
        await self._client.channels.invite(self._find(name), identity)

    async def _decline(self, name: str) -> None:
        await self._client.channels.decline(self._find(name))

    async def _remove(self, name: str, identity: str) -> None:
        await self._client.channels.remove_member(self._find(name), identity)

    async def _members(self, name: str) -> list[Told]:
        found = [seat(member) for member in (await self._open(name)).members.values()]
        return sorted(found, key=lambda member: str(member["identity"]))

    async def _send(self, name: str, body: str, attributes: Any = None) -> int:
        text = json.dumps(attributes if attributes is not None else {})
        return (await self._client.messages.send(self._find(name), body, attributes=text)).index

    async def _hold(self, name: str) -> None:
        self._held = name

    async def _sendHeld(self, body: str) -> int:  # noqa: N802 - sdk.cjs's word
        return await self._send(self._held, body)

    async def _edit(self, name: str, index: int, body: str) -> None:
        await self._client.messages.update(await self._at(name, index), body=body)

    async def _mark(self, name: str, index: int, attributes: Any) -> None:
        await self._client.messages.update(await self._at(name, index), attributes=json.dumps(attributes))

    async def _erase(self, name: str, index: int) -> None:
        await self._client.messages.delete(await self._at(name, index))

    async def _page(self, name: str, size: int) -> Told:
        self._opened, self._size = await self._open(name), size
        self._end = len(self._opened.messages)
        return await self._shown()

    async def _older(self) -> Told:
        self._end -= self._size
        return await self._shown()

    async def _newer(self) -> Told:
        self._end = min(self._end + self._size, len(self._opened.messages))
        return await self._shown()

    async def _shown(self) -> Told:
        """The ``size`` messages that end before ``end``; older ones are put in front of the list when needed."""
        while self._end < self._size and self._opened.has_older:
            self._end += len(await self._opened.load_older(self._size))
        start = max(0, self._end - self._size)
        indices = [message.index for message in self._opened.messages[start : self._end]]
        has_after = self._end < len(self._opened.messages)
        return {"indices": indices, "before": start > 0 or self._opened.has_older, "after": has_after}

    async def _unread(self, name: str) -> int | None:
        return self._find(name).unread_messages_count

    async def _read(self, name: str, index: int | None) -> int | None:
        return await self._client.channels.set_consumption_horizon(self._find(name), index)

    async def _advance(self, name: str, index: int) -> int | None:
        horizon = self._find(name).last_consumed_message_index
        return await self._read(name, max(index, -1 if horizon is None else horizon))

    async def _readAll(self, name: str) -> int | None:  # noqa: N802 - sdk.cjs's word
        return await self._read(name, self._find(name).last_index)

    async def _readNone(self, name: str) -> int | None:  # noqa: N802 - sdk.cjs's word
        return await self._read(name, None)

    async def _mute(self, name: str, level: str) -> None:
        await self._client.channels.set_notification_level(self._find(name), NotificationLevel(level))

    async def _level(self, name: str) -> str:
        return self._find(name).notification_level.value

    async def _typing(self, name: str) -> None:
        self._client.typing.keystroke(self._find(name))

    async def _user(self, identity: str) -> Told:
        return person(await self._client.get_user(identity))

    async def _describeUser(self, identity: str) -> Told:  # noqa: N802 - sdk.cjs's word
        self._described = await self._client.get_user_descriptor(identity)
        return person(self._described)

    async def _descriptor(self) -> Told:
        return person(self._described)

    async def _follow(self, identities: list[str]) -> None:
        for identity in identities:
            await self._client.get_user(identity)

    async def _followed(self) -> list[str]:
        return sorted(user.identity for user in self._client.people.followed())

    async def _rename(self, name: str) -> None:
        await self._client.update_user(friendly_name=name)

    async def _push(self, device: str) -> None:
        await self._client.push.register(device)

    async def _unpush(self) -> None:
        await self._client.push.unregister()

    async def _token(self, token: str) -> None:
        await self._client.update_token(token)

    _offer = _token

    async def _shutdown(self) -> None:
        with contextlib.suppress(ChatError):
            await self._client.close()
