"""The channels a user is in or invited to, kept up to date."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

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
from chat_tui.client.sync import Replica, Replicas, Request, Spawn
from chat_tui.protocol.values import ChannelStatus, UpdateReason

_OWN, _CHANNEL = "own channels", "channel "
RECOUNT_AFTER = 0.5
"""Seconds between a reason to ask for an unread count and the asking."""


class KnownChannels:
    """``channels`` by SID. Their parts arrive by three roads: the own channels map, a document each, and the Client
    API's descriptions, which alone hold unread counts. ``spawn`` does work nobody awaits."""

    def __init__(self, api: Api, replicas: Replicas, request: Request, emit: Emit, spawn: Spawn) -> None:
        self._spawn = spawn
        self._api = api
        self._replicas = replicas
        self._emit = emit
        self.channels: dict[str, Channel] = {}
        self.documents: dict[str, ChannelDocument] = {}
        self.open = OpenChannels(replicas, request, emit, self._recount_soon)
        self._own: OwnChannels | None = None
        self._recounts: set[str] = set()

    # ---- start and resume

    async def start(self, own_map: str) -> None:
        """Read the list; documents follow in the background, so that the list can be shown at once."""
        self._own = OwnChannels(own_map, self)
        described = asyncio.create_task(self._describe_all())
        try:
            await self._replicas.open(self._own)
            self.take(await described)
        finally:
            described.cancel()
        self._spawn(self._follow_documents(list(self.channels.values())))

    def forget_all(self) -> None:
        """The service is another one: nobody is in these channels any more."""
        gone = list(self.channels.values())
        self.channels.clear()
        self.documents.clear()
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

    def take(self, described: Iterable[ItemData]) -> None:
        """Take over what the Client API says of channels."""
        for data in described:
            channel = self.channels.get(data["sid"])
            if channel is None:
                self.channels[data["sid"]] = parse_channel(data)
            elif reasons := update_described(channel, data):
                self._emit(events.ChannelUpdated(channel, reasons))

    async def recount(self) -> None:
        """Read every channel's unread count and level anew, after a reconnect. Raises ChatError."""
        self.take([data for data in await self._describe_all() if data["sid"] in self.channels])

    async def _follow_documents(self, channels: list[Channel]) -> None:
        fresh = [channel for channel in channels if channel.sid not in self.documents]
        documents = [ChannelDocument(channel, self._on_document) for channel in fresh]
        self.documents |= {document.channel.sid: document for document in documents}
        await self._replicas.open(*documents)

    def _on_document(self, channel: Channel, reasons: Reasons) -> None:
        self._emit(events.ChannelUpdated(channel, reasons))

    # ---- from one start to the next

    def remembered(self) -> Iterator[tuple[str, Kept]]:
        if self._own is None:
            return
        yield _OWN, Kept(self._own.sid, self._own.position, self._own.name.encode())
        for sid, channel in self.channels.items():
            document = self.documents.get(sid)
            place = ("", 0) if document is None else (document.sid, document.position)
            yield f"{_CHANNEL}{sid}", Kept(*place, encode(channel))
        yield from self.open.remembered()

    def recall(self, rows: Rows) -> None:
        own = rows[_OWN]
        self._own = OwnChannels(own.data.decode(), self)
        self._replicas.adopt(self._own, own.sid, own.position)
        for sid, row in recalled(rows, _CHANNEL):
            channel = msgspec.msgpack.decode(row.data, type=Channel)
            self.channels[sid] = channel
            if row.sid:
                self.documents[sid] = ChannelDocument(channel, self._on_document)
                self._replicas.adopt(self.documents[sid], row.sid, row.position)
        self.open.recall(rows, self.channels)

    async def follow_missing(self) -> None:
        """Follow the documents of channels that an earlier start had not got to. Raises ChatError."""
        await self._follow_documents(list(self.channels.values()))

    # ---- the own channels map

    def on_own_channels(self, items: dict[str, ItemData]) -> None:
        for sid in [sid for sid in self.channels if sid not in items]:
            self.on_own_channel_removed(sid)
        for sid, data in items.items():
            if sid in self.channels:
                self.on_own_channel(sid, data)

    def on_own_channel(self, sid: str, data: ItemData) -> None:
        channel = self.channels.get(sid)
        if channel is None:
            self._spawn(self.add(sid))
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
        if channel.sid in self.channels:
            self.take([await self._api("GET", "my_conversations", channel.sid)])

    async def add(self, sid: str) -> None:
        """Come to know a channel, or know it better. Raises ChatError."""
        data = await self._api("GET", "my_conversations", sid)
        if sid in self.channels:
            self.take([data])
            return
        channel = parse_channel(data)
        if channel.status is ChannelStatus.NOT_PARTICIPATING:
            return  # left again meanwhile
        self.channels[sid] = channel
        self._emit(events.ChannelJoined(channel) if channel.is_joined else events.ChannelInvited(channel))
        await self._follow_documents([channel])

    def on_own_channel_removed(self, sid: str) -> None:
        channel = self.channels.pop(sid, None)
        if channel is None:
            return
        channel.status = ChannelStatus.NOT_PARTICIPATING
        gone: list[Replica] = [self.documents.pop(sid)] if sid in self.documents else []
        self._spawn(self._replicas.close(*gone))
        self._spawn(self.open.release(sid))
        self._emit(events.ChannelLeft(channel))
