"""The channels a user is in or invited to, and what can be done with them."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from chat_tui.client import events
from chat_tui.client.cache import Kept, Rows, encode
from chat_tui.client.memory import recalled
from chat_tui.client.model import Channel
from chat_tui.client.open_channel import OpenChannels
from chat_tui.client.people import Api, Emit
from chat_tui.client.replicas import (
    ChannelDocument,
    ItemData,
    OwnChannels,
    Reasons,
    parse_channel,
    update_described,
    update_own_part,
)
from chat_tui.client.sync import Replica, Replicas, Request
from chat_tui.protocol.errors import ChatError, Code, NotFound
from chat_tui.protocol.values import ChannelStatus, ChannelType, NotificationLevel, UpdateReason

_OWN, _CHANNEL = "own channels", "channel "
RECOUNT_AFTER = 0.5
"""Seconds between a reason to ask for an unread count and the asking."""


class Channels(Mapping[str, Channel]):
    """A mapping from SID to channel. Commands raise ChatError as the service refuses."""

    def __init__(self, api: Api, replicas: Replicas, request: Request, emit: Emit) -> None:
        self._api = api
        self._replicas = replicas
        self._request = request
        self._emit = emit
        self._channels: dict[str, Channel] = {}
        self._documents: dict[str, ChannelDocument] = {}
        self.open = OpenChannels(replicas, request, emit, self._recount_soon)
        self._own: OwnChannels | None = None
        self._recounts: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.identity = ""

    def __getitem__(self, sid: str) -> Channel:
        return self._channels[sid]

    def __iter__(self) -> Iterator[str]:
        return iter(self._channels)

    def __len__(self) -> int:
        return len(self._channels)

    def find(self, name: str) -> Channel:
        """A channel of one's own by SID, unique name or friendly name. Raises NotFound."""
        for channel in self._channels.values():
            if name in (channel.sid, channel.unique_name, channel.friendly_name):
                return channel
        raise NotFound(f"you are in no channel {name}", Code.CHANNEL_NOT_FOUND)

    # ---- start and resume

    async def start(self, own_map: str) -> None:
        """Read the list; documents follow in the background, so that the list can be shown at once."""
        self._own = OwnChannels(own_map, self)
        described = asyncio.create_task(self._describe_all())
        try:
            await self._replicas.open(self._own)
            self._take(await described)
        finally:
            described.cancel()
        self._spawn(self._follow_documents(list(self._channels.values())))

    def forget_all(self) -> None:
        """The service is another one: nobody is in these channels any more."""
        gone = list(self._channels.values())
        self._channels.clear()
        self._documents.clear()
        self.open.forget_all()
        for channel in gone:
            channel.status = ChannelStatus.NOT_PARTICIPATING
            self._emit(events.ChannelLeft(channel))

    async def _describe_all(self) -> list[ItemData]:
        found: list[ItemData] = []
        params: dict[str, Any] = {"PageSize": 1000}
        while True:
            page = await self._api("GET", "my_conversations", params=params)
            found += page["conversations"]
            token = page["meta"].get("next_token")
            if not token:
                return found
            params["PageToken"] = token

    def _take(self, described: list[ItemData]) -> None:
        for data in described:
            channel = self._channels.get(data["sid"])
            if channel is None:
                self._channels[data["sid"]] = parse_channel(data)
            elif reasons := update_described(channel, data):
                self._emit(events.ChannelUpdated(channel, reasons))

    async def recount(self) -> None:
        """Read every channel's unread count and level anew, after a reconnect. Raises ChatError."""
        self._take([data for data in await self._describe_all() if data["sid"] in self._channels])

    async def _follow_documents(self, channels: list[Channel]) -> None:
        fresh = [channel for channel in channels if channel.sid not in self._documents]
        documents = [ChannelDocument(channel, self._on_document) for channel in fresh]
        self._documents |= {document.channel.sid: document for document in documents}
        await self._replicas.open(*documents)

    def _on_document(self, channel: Channel, reasons: Reasons) -> None:
        self._emit(events.ChannelUpdated(channel, reasons))

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(_quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ---- from one start to the next

    def remembered(self) -> Iterator[tuple[str, Kept]]:
        if self._own is None:
            return
        yield _OWN, Kept(self._own.sid, self._own.position, self._own.name.encode())
        for sid, channel in self._channels.items():
            document = self._documents.get(sid)
            place = ("", 0) if document is None else (document.sid, document.position)
            yield f"{_CHANNEL}{sid}", Kept(*place, encode(channel))
        yield from self.open.remembered()

    def recall(self, rows: Rows) -> None:
        own = rows[_OWN]
        self._own = OwnChannels(own.data.decode(), self)
        self._replicas.adopt(self._own, own.sid, own.position)
        for sid, row in recalled(rows, _CHANNEL):
            channel = msgspec.msgpack.decode(row.data, type=Channel)
            self._channels[sid] = channel
            if row.sid:
                self._documents[sid] = ChannelDocument(channel, self._on_document)
                self._replicas.adopt(self._documents[sid], row.sid, row.position)
        self.open.recall(rows, self._channels)

    async def follow_missing(self) -> None:
        """Follow the documents of channels that an earlier start had not got to. Raises ChatError."""
        await self._follow_documents(list(self._channels.values()))

    # ---- the own channels map

    def on_own_channels(self, items: dict[str, ItemData]) -> None:
        for sid in [sid for sid in self._channels if sid not in items]:
            self.on_own_channel_removed(sid)
        for sid, data in items.items():
            if sid in self._channels:
                self.on_own_channel(sid, data)

    def on_own_channel(self, sid: str, data: ItemData) -> None:
        channel = self._channels.get(sid)
        if channel is None:
            self._spawn(self._add(sid))
            return
        was_joined = channel.is_joined
        reasons = update_own_part(channel, data)
        if UpdateReason.LAST_CONSUMED_MESSAGE_INDEX in reasons:
            self._on_horizon(channel)
        if channel.is_joined and not was_joined:
            self._emit(events.ChannelJoined(channel))
            self._recount_soon(channel)
        if reasons:
            self._emit(events.ChannelUpdated(channel, reasons))

    def _on_horizon(self, channel: Channel) -> None:
        """At the end nothing is unread; anywhere else only the service can count."""
        horizon = channel.last_consumed_message_index
        if horizon is None or horizon >= channel.last_index:
            channel.count(0)
        else:
            self._recount_soon(channel)

    def _recount_soon(self, channel: Channel) -> None:
        if channel.sid not in self._recounts:
            self._recounts.add(channel.sid)
            self._spawn(self._recount(channel))

    async def _recount(self, channel: Channel) -> None:
        await asyncio.sleep(RECOUNT_AFTER)
        self._recounts.discard(channel.sid)
        if channel.sid in self._channels:
            self._take([await self._api("GET", "my_conversations", channel.sid)])

    async def _add(self, sid: str) -> None:
        data = await self._api("GET", "my_conversations", sid)
        if sid in self._channels:
            self._take([data])
            return
        channel = parse_channel(data)
        if channel.status is ChannelStatus.NOT_PARTICIPATING:
            return  # left again meanwhile
        self._channels[sid] = channel
        self._emit(events.ChannelJoined(channel) if channel.is_joined else events.ChannelInvited(channel))
        await self._follow_documents([channel])

    def on_own_channel_removed(self, sid: str) -> None:
        channel = self._channels.pop(sid, None)
        if channel is None:
            return
        channel.status = ChannelStatus.NOT_PARTICIPATING
        gone: list[Replica] = [self._documents.pop(sid)] if sid in self._documents else []
        self._spawn(self._replicas.close(*gone))
        self._spawn(self.open.release(sid))
        self._emit(events.ChannelLeft(channel))

    # ---- commands

    async def create(
        self,
        *,
        unique_name: str | None = None,
        friendly_name: str | None = None,
        type: ChannelType = ChannelType.PUBLIC,  # noqa: A002 - the API's word
    ) -> Channel:
        """Make a channel and join it. Raises Conflict when the unique name is taken."""
        body = {"unique_name": unique_name, "friendly_name": friendly_name, "type": type.value}
        data = await self._api("POST", "conversations", json=body)
        return await self._join(data["sid"])

    async def join(self, name: str) -> Channel:
        """Join a public channel, or accept an invitation. ``name``: SID or unique name. Raises NotFound."""
        return await self._join(name)

    async def _join(self, name: str) -> Channel:
        data = await self._api("GET", "conversations", quote(name, safe=""))
        sid = data["sid"]
        if data["status"] != ChannelStatus.JOINED:
            await self._api("POST", "conversations", f"{sid}/Participants", json={"identity": self.identity})
        await self._add(sid)
        return self._channels[sid]

    async def public(self) -> list[Channel]:
        """Every public channel of the service, joined or not."""
        page = await self._api("GET", "conversations", params={"PageSize": 1000})
        return [parse_channel(data) for data in page["conversations"]]

    async def leave(self, channel: Channel) -> None:
        await self._api("DELETE", "conversations", f"{channel.sid}/Participants/{quote(self.identity, safe='')}")

    async def decline(self, channel: Channel) -> None:
        """Turn an invitation down."""
        await self._api("DELETE", "conversations", f"{channel.sid}/Invites/{quote(self.identity, safe='')}")

    async def invite(self, channel: Channel, identity: str) -> None:
        """Raises Conflict when the user is invited or in already."""
        await self._api("POST", "conversations", f"{channel.sid}/Invites", json={"identity": identity})

    async def add_member(self, channel: Channel, identity: str) -> None:
        await self._api("POST", "conversations", f"{channel.sid}/Participants", json={"identity": identity})

    async def remove_member(self, channel: Channel, identity: str) -> None:
        await self._api("DELETE", "conversations", f"{channel.sid}/Participants/{quote(identity, safe='')}")

    async def update(self, channel: Channel, **fields: Any) -> None:
        """Change friendly_name, unique_name or attributes (a string of JSON)."""
        await self._api("POST", "conversations", channel.sid, json=fields)

    async def delete(self, channel: Channel) -> None:
        await self._api("DELETE", "conversations", channel.sid)

    async def set_notification_level(self, channel: Channel, level: NotificationLevel) -> None:
        """Mute or unmute: the service's setting, so it holds for every device. Shown at once, taken back with the
        refusal."""
        before = channel.notification_level
        self._show_level(channel, level)
        try:
            body = {"notification_level": level.value}
            data = await self._api("POST", "my_conversations", channel.sid, json=body)
        except ChatError:
            self._show_level(channel, before)
            raise
        self._take([data])

    def _show_level(self, channel: Channel, level: NotificationLevel) -> None:
        if channel.notification_level is not level:
            channel.notification_level = level
            self._emit(events.ChannelUpdated(channel, frozenset({UpdateReason.NOTIFICATION_LEVEL})))

    async def set_consumption_horizon(self, channel: Channel, index: int | None) -> int | None:
        """Say how far one has read; the unread count that follows."""
        data = await self._api("POST", "my_conversations", channel.sid, json={"last_read_message_index": index})
        self._take([data])
        return channel.unread_messages_count


async def _quietly(work: Any) -> None:
    """What fails for want of a link is done again after the next one."""
    try:
        await work
    except ChatError:
        return
