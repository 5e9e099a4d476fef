"""The channels a user is in or invited to, kept up to date."""

import asyncio
from collections.abc import Iterable, Iterator

import msgspec

from chat_tui.client import events
from chat_tui.client.model import Channel, Reasons
from chat_tui.client.ports import Api, Emit, Request, Spawn
from chat_tui.client.state.channel_document import ChannelDocument
from chat_tui.client.state.channel_parsing import (
    ChannelData,
    OwnChannelData,
    new_channel,
    update_described,
    update_own_part,
)
from chat_tui.client.state.descriptions import Descriptions
from chat_tui.client.state.missing_channels import MissingChannels
from chat_tui.client.state.open_channel import OpenChannels
from chat_tui.client.state.own_channels import OwnChannels
from chat_tui.client.state.replica import Replica
from chat_tui.client.state.replicas import Replicas
from chat_tui.client.storage.cache import Row, Rows, encode
from chat_tui.client.storage.snapshots import decode_row, decode_rows
from chat_tui.protocol.values import ChannelStatus, UpdateReason

_OWN, _CHANNEL = "own channels", "channel "
RECOUNT_AFTER = 0.5
"""Seconds between a reason to ask for an unread count and the asking."""


class SavedOwnChannels(msgspec.Struct):
    name: str
    items: dict[str, OwnChannelData]


class KnownChannels:
    """``by_sid``: those of the user ``identity``. Their parts arrive by three roads: the own channels map, a document
    each, and the Client API's descriptions, which alone hold unread counts. The own map alone says which channels there
    are. ``spawn`` does work nobody awaits."""

    def __init__(self, api: Api, replicas: Replicas, request: Request, emit: Emit, spawn: Spawn) -> None:
        self.identity = ""
        self._spawn = spawn
        self._descriptions = Descriptions(api)
        self._replicas = replicas
        self._emit = emit
        self.by_sid: dict[str, Channel] = {}
        self.documents: dict[str, ChannelDocument] = {}
        self.open = OpenChannels(replicas, request, emit, self._recount_soon)
        self._own: OwnChannels | None = None
        self._is_loaded = False
        self._recounts: set[str] = set()
        self._missing = MissingChannels(self._is_missing, self.add, spawn)

    # ---- start and resume

    async def start(self, own_map: str) -> None:
        """Read the list; documents follow in the background, so that the list can be shown at once."""
        self._own, self._is_loaded = OwnChannels(own_map, self), False
        opened, described = await asyncio.gather(
            self._replicas.open(self._own), self._descriptions.all(), return_exceptions=True
        )
        for outcome in (opened, described):
            if isinstance(outcome, BaseException):
                raise outcome
        assert isinstance(described, list)
        for found in described:
            if found.sid in self._own.items:
                self.by_sid[found.sid] = new_channel(found)
        self._is_loaded = True
        self.on_own_channels()
        self.follow_documents()
        self._spawn(self._compare(described), "comparing lists of channels")

    def forget_all(self) -> None:
        """The service is another one: nobody is in these channels any more."""
        gone = list(self.by_sid.values())
        self.by_sid.clear()
        self.documents.clear()
        self._own = None
        self.open.forget_all()
        for channel in gone:
            channel.status = ChannelStatus.NOT_PARTICIPATING
            self._emit(events.ChannelLeft(channel))

    def update_from(self, found: ChannelData) -> None:
        """Take over what the Client API answered to a command, of a channel that is known."""
        channel = self.by_sid.get(found.sid)
        if channel is not None:
            self._updated(channel, update_described(channel, found))

    def _update_count(self, found: ChannelData, *, is_last_word: bool = False) -> None:
        """Take over a description that may have crossed a change: one's own part is as the own map has it, and a count
        for another horizon than that one is asked for once more."""
        channel = self.by_sid.get(found.sid)
        own = None if self._own is None else self._own.items.get(found.sid)
        if channel is None or own is None:
            return
        reasons = update_described(channel, found)
        if not is_last_word:
            reasons = (reasons | update_own_part(channel, own)) - {UpdateReason.LAST_CONSUMED_MESSAGE_INDEX}
            if channel.last_consumed_message_index != found.horizon:
                self._recount_soon(channel, is_last_word=True)
        self._updated(channel, reasons)

    def _updated(self, channel: Channel, reasons: Reasons) -> None:
        if reasons:
            self._emit(events.ChannelUpdated(channel, reasons))

    async def recount(self) -> None:
        """Read every channel's unread count and level anew (guarantees, Client 6), after a reconnect, and the channels
        one was added to while nobody heard of it. Raises ChatError."""
        described = await self._descriptions.all()
        self._spawn(self._compare(described), "comparing lists of channels")
        for found in described:
            if found.sid in self.by_sid:
                self._update_count(found)
            elif self._own is not None and found.sid in self._own.items:
                self._adopt(found)
        for sid in [] if self._own is None else [sid for sid in self._own.items if sid not in self.by_sid]:
            self._missing.fetch(sid)

    async def _compare(self, described: Iterable[ChannelData]) -> None:
        """One is in a channel that the own map does not have, nor gets soon: the map is read anew."""
        await asyncio.sleep(RECOUNT_AFTER)
        own = self._own
        if own is not None and any(
            found.status in (ChannelStatus.JOINED, ChannelStatus.INVITED) and found.sid not in own.items
            for found in described
        ):
            self._replicas.read_anew(own)

    def follow_documents(self) -> None:
        """Follow the documents of channels that are not followed yet."""
        self._follow_documents_of(self.by_sid.values())

    def _follow_documents_of(self, channels: Iterable[Channel]) -> None:
        fresh = []
        for channel in channels:
            sid = channel.sid
            document = self.documents.get(sid)
            if document is None or not self._replicas.follows(document):
                self.documents[sid] = ChannelDocument(channel, self._updated, self._recount_soon)
                fresh.append(self.documents[sid])
        self._replicas.follow(*fresh)

    # ---- from one start to the next

    def to_rows(self) -> Iterator[tuple[str, Row]]:
        if self._own is None:
            return
        own = SavedOwnChannels(self._own.name, self._own.items)
        yield _OWN, Row(self._own.sid, self._own.last_event_id, encode(own))
        for sid, channel in self.by_sid.items():
            document = self.documents.get(sid)
            place = ("", 0) if document is None else (document.sid, document.last_event_id)
            yield f"{_CHANNEL}{sid}", Row(*place, encode(channel))
        yield from self.open.to_rows()

    def restore(self, rows: Rows) -> None:
        """Raises KeyError or Malformed when the list itself cannot be known again; a channel that cannot is asked for
        with the next link."""
        own: SavedOwnChannels = decode_row(rows[_OWN], SavedOwnChannels)
        self._own, self._is_loaded = OwnChannels(own.name, self), True
        self._own.items = own.items
        self._replicas.adopt(self._own, rows[_OWN].sid, rows[_OWN].position)
        for sid, row, channel in decode_rows(rows, _CHANNEL, Channel):
            if channel.sid != sid or sid not in own.items:
                continue
            self.by_sid[sid] = channel
            if row.sid:
                self.documents[sid] = ChannelDocument(channel, self._updated, self._recount_soon)
                self._replicas.adopt(self.documents[sid], row.sid, row.position)
        self.open.restore(rows, self.by_sid)

    # ---- the own channels map

    def on_own_channels(self) -> None:
        """Make the channels those of the map."""
        if self._own is None or not self._is_loaded:
            return
        for sid in [sid for sid in self.by_sid if sid not in self._own.items]:
            self.on_own_channel_removed(sid)
        for sid in list(self._own.items):
            self.on_own_channel(sid)

    def on_own_channel(self, sid: str) -> None:
        channel = self.by_sid.get(sid)
        if self._own is None or channel is None:
            self._missing.fetch(sid)
            return
        was_joined = channel.is_joined
        reasons = update_own_part(channel, self._own.items[sid])
        if UpdateReason.LAST_CONSUMED_MESSAGE_INDEX in reasons:
            self._on_horizon(channel)
        if channel.is_joined and not was_joined:
            self._emit(events.ChannelJoined(channel))
            self._recount_soon(channel)
        self._updated(channel, reasons)

    def _on_horizon(self, channel: Channel) -> None:
        """At the end nothing is unread; anywhere else only the service can count."""
        horizon = channel.last_consumed_message_index
        if horizon is None:
            channel.count(None, channel.last_index)
        elif horizon == channel.last_index:
            channel.count(0, horizon, channel.messages_count)
        else:
            if horizon > channel.last_index:  # the document is behind: it will say which messages there are
                channel.count(0, horizon)
            self._recount_soon(channel)

    def _recount_soon(self, channel: Channel, *, is_last_word: bool = False) -> None:
        if channel.sid not in self._recounts:
            self._recounts.add(channel.sid)
            self._spawn(self._recount(channel, is_last_word), "a count of what is unread")

    async def _recount(self, channel: Channel, is_last_word: bool) -> None:
        await asyncio.sleep(RECOUNT_AFTER)
        self._recounts.discard(channel.sid)
        if channel.sid in self.by_sid:
            self._update_count(await self._descriptions.one(channel.sid), is_last_word=is_last_word)

    # ---- channels that are not known yet

    def _is_missing(self, sid: str) -> bool:
        """And there is a link to ask over."""
        is_own = self._own is not None and sid in self._own.items
        return self._replicas.is_up and is_own and sid not in self.by_sid

    async def add(self, sid: str) -> None:
        """Come to know a channel, or know it better. Raises ChatError."""
        found, left_meanwhile = await self._descriptions.one_noting_removals(sid)
        if found.sid in self.by_sid:
            self.update_from(found)
        elif found.sid not in left_meanwhile or (self._own is not None and found.sid in self._own.items):
            self._adopt(found)

    def _adopt(self, found: ChannelData) -> None:
        channel = new_channel(found)
        own = None if self._own is None else self._own.items.get(found.sid)
        if own is not None:
            update_own_part(channel, own)
        if channel.status is ChannelStatus.NOT_PARTICIPATING:
            return  # left again meanwhile
        self.by_sid[found.sid] = channel
        self._emit(events.ChannelJoined(channel) if channel.is_joined else events.ChannelInvited(channel))
        self._follow_documents_of([channel])

    def on_own_channel_removed(self, sid: str) -> None:
        self._descriptions.note_removal(sid)
        channel = self.by_sid.pop(sid, None)
        if channel is None:
            return
        channel.status = ChannelStatus.NOT_PARTICIPATING
        gone: list[Replica] = [self.documents.pop(sid)] if sid in self.documents else []
        self._spawn(self._replicas.close(*gone), "leaving a channel's document")
        self._spawn(self.open.release(sid), "leaving a channel")
        self._emit(events.ChannelLeft(channel))
