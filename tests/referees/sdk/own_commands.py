"""The commands of sdk.cjs, done by `ChatClient`."""

import contextlib
import json
from typing import Any

from chat_tui.client import ChatClient
from chat_tui.client.model import Channel, Message
from chat_tui.client.state.open_channel import OpenChannel
from chat_tui.protocol.errors import ChatError
from chat_tui.protocol.values import ChannelType, NotificationLevel
from tests.referees.sdk.words import Told, person, seat


class Commands:
    """Methods are the commands, by sdk.cjs's names, but for those that say where something is."""

    def __init__(self, client: ChatClient) -> None:
        self.client = client

    def find(self, name: str) -> Channel:
        return self.client.channels.find(name)

    async def open(self, name: str) -> OpenChannel:
        return await self.client.open_channel(self.find(name))

    async def at(self, name: str, index: int) -> Message:
        return next(message for message in (await self.open(name)).messages if message.index == index)


class ChannelCommands(Commands):
    """Channels: made, joined, left, changed, and who sits in them."""

    async def create(self, name: str, title: str) -> str | None:
        made = await self.client.channels.create(unique_name=name, friendly_name=title, type=ChannelType.PRIVATE)
        return made.unique_name

    async def join(self, name: str) -> None:
        await self.client.channels.join(name)

    async def leave(self, name: str) -> None:
        await self.client.channels.leave(self.find(name))

    async def destroy(self, name: str) -> None:
        await self.client.channels.delete(self.find(name))

    async def retitle(self, name: str, title: str) -> None:
        await self.client.channels.update(self.find(name), friendly_name=title)

    async def describe(self, name: str, attributes: Any) -> None:
        await self.client.channels.update(self.find(name), attributes=json.dumps(attributes))

    async def add(self, name: str, identity: str) -> None:
        await self.client.channels.add_member(self.find(name), identity)

    async def invite(self, name: str, identity: str) -> None:
        await self.client.channels.invite(self.find(name), identity)

    async def decline(self, name: str) -> None:
        await self.client.channels.decline(self.find(name))

    async def remove(self, name: str, identity: str) -> None:
        await self.client.channels.remove_member(self.find(name), identity)

    async def members(self, name: str) -> list[Told]:
        found = [seat(member) for member in (await self.open(name)).members.values()]
        return sorted(found, key=lambda member: str(member["identity"]))

    async def mute(self, name: str, level: str) -> None:
        await self.client.channels.set_notification_level(self.find(name), NotificationLevel(level))

    async def level(self, name: str) -> str:
        return self.find(name).notification_level.value


class MessageCommands(Commands):
    """Messages: sent, changed, deleted, paged through, read."""

    async def send(self, name: str, body: str, attributes: Any = None) -> int:
        text = json.dumps(attributes if attributes is not None else {})
        return (await self.client.messages.send(self.find(name), body, attributes=text)).index

    async def hold(self, name: str) -> None:
        self._held = name

    async def sendHeld(self, body: str) -> int:  # noqa: N802 - sdk.cjs's word
        return await self.send(self._held, body)

    async def edit(self, name: str, index: int, body: str) -> None:
        await self.client.messages.update(await self.at(name, index), body=body)

    async def mark(self, name: str, index: int, attributes: Any) -> None:
        await self.client.messages.update(await self.at(name, index), attributes=json.dumps(attributes))

    async def erase(self, name: str, index: int) -> None:
        await self.client.messages.delete(await self.at(name, index))

    async def page(self, name: str, size: int) -> Told:
        self._opened, self._size = await self.open(name), size
        self._end = len(self._opened.messages)
        return await self._shown()

    async def older(self) -> Told:
        self._end -= self._size
        return await self._shown()

    async def newer(self) -> Told:
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

    async def unread(self, name: str) -> int | None:
        return self.find(name).unread_messages_count

    async def read(self, name: str, index: int | None) -> int | None:
        return await self.client.channels.set_consumption_horizon(self.find(name), index)

    async def advance(self, name: str, index: int) -> int | None:
        horizon = self.find(name).last_consumed_message_index
        return await self.read(name, max(index, -1 if horizon is None else horizon))

    async def readAll(self, name: str) -> int | None:  # noqa: N802 - sdk.cjs's word
        return await self.read(name, self.find(name).last_index)

    async def readNone(self, name: str) -> int | None:  # noqa: N802 - sdk.cjs's word
        return await self.read(name, None)

    async def typing(self, name: str) -> None:
        self.client.typing.keystroke(self.find(name))


class UserCommands(Commands):
    """Oneself and others."""

    async def me(self) -> Told:
        return {**person(self.client.user), "reachability": self.client.reachability_enabled}

    async def describeSelf(self, attributes: Any) -> None:  # noqa: N802 - sdk.cjs's word
        await self.client.update_user(attributes=json.dumps(attributes))

    async def attributes(self, name: str = "", identity: str = "", index: int | None = None) -> Any:
        if not name:
            return json.loads((await self.client.get_user(identity)).attributes)
        if index is not None:
            return json.loads((await self.at(name, index)).attributes)
        if not identity:
            return self.find(name).attributes
        members = (await self.open(name)).members.values()
        return json.loads(next(member.attributes for member in members if member.identity == identity))

    async def user(self, identity: str) -> Told:
        return person(await self.client.get_user(identity))

    async def describeUser(self, identity: str) -> Told:  # noqa: N802 - sdk.cjs's word
        self._described = await self.client.get_user_descriptor(identity)
        return person(self._described)

    async def descriptor(self) -> Told:
        return person(self._described)

    async def follow(self, identities: list[str]) -> None:
        for identity in identities:
            await self.client.get_user(identity)

    async def followed(self) -> list[str]:
        return sorted(user.identity for user in self.client.people.followed())

    async def rename(self, name: str) -> None:
        await self.client.update_user(friendly_name=name)

    async def push(self, device: str) -> None:
        await self.client.push.register(device)

    async def unpush(self) -> None:
        await self.client.push.unregister()

    async def token(self, token: str) -> None:
        await self.client.update_token(token)

    offer = token

    async def shutdown(self) -> None:
        with contextlib.suppress(ChatError):
            await self.client.close()
