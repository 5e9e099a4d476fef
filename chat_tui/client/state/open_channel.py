"""Channels whose messages and members are followed: the last ten that were opened."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from chat_tui.client import events
from chat_tui.client.link.answers import parse_answer
from chat_tui.client.model import Channel, Member, Message, Reasons
from chat_tui.client.ports import Request
from chat_tui.client.state.message_list import ChannelListener, MessageList
from chat_tui.client.state.parsing import SnapshotPage, parse_messages
from chat_tui.client.state.replica import Replica
from chat_tui.client.state.replicas import Replicas
from chat_tui.client.state.roster import Roster
from chat_tui.client.storage.cache import SAVED_MESSAGES, Row, Rows, encode
from chat_tui.client.storage.snapshots import decode_row, decode_rows
from chat_tui.protocol.defaults import PAGE, SYNC_API
from chat_tui.protocol.errors import Code, NotFound
from chat_tui.protocol.sync import messages_name
from chat_tui.protocol.untrusted import Malformed
from chat_tui.protocol.values import ChannelStatus

KEPT_OPEN = 10

_MESSAGES, _ROSTER = "messages ", "roster "


class SavedMessages(msgspec.Struct):
    messages: list[Message]
    has_older: bool


class OpenChannel:
    """The newest messages in order, and everybody in the channel. The client keeps the last ten open."""

    def __init__(self, channel: Channel, replicas: Replicas, request: Request, listener: ChannelListener) -> None:
        self.channel = channel
        self._replicas = replicas
        self._request = request
        self.message_list = MessageList(channel, listener)
        self.roster = Roster(channel, listener)

    @property
    def messages(self) -> Sequence[Message]:
        """Ascending, without a gap up to the newest."""
        return self.message_list.messages

    @property
    def has_older(self) -> bool:
        return self.message_list.has_older

    @property
    def members(self) -> Mapping[str, Member]:
        """By member SID."""
        return self.roster.members

    async def load(self) -> None:
        """Raises Forbidden or NotFound when the user is no member, TransportError without a link."""
        if len(await self._replicas.open(self.message_list, self.roster)) < 2:
            await self.release()
            raise NotFound("this channel is gone, or you are no member of it", Code.CHANNEL_NOT_FOUND)

    async def load_older(self, count: int = PAGE) -> list[Message]:
        """Put up to ``count`` older messages in front; the ones that were added. Raises ChatError."""
        if not self.has_older:
            return []
        return await self.message_list.load_older(self._request, count)

    async def release(self) -> None:
        """Follow no more."""
        await self._replicas.close(self.message_list, self.roster)

    def to_rows(self, sid: str) -> Iterator[tuple[str, Row]]:
        messages = self.message_list
        has_older = self.has_older or len(self.messages) > SAVED_MESSAGES
        newest = SavedMessages(messages.messages[-SAVED_MESSAGES:], has_older)
        yield f"{_MESSAGES}{sid}", Row(messages.sid, messages.last_event_id, encode(newest))
        yield f"{_ROSTER}{sid}", Row(self.roster.sid, self.roster.last_event_id, encode(list(self.members.values())))

    def restore(self, messages: Row, newest: SavedMessages, roster: Row) -> None:
        """Raises Malformed, and then nothing is changed."""
        members: list[Member] = decode_row(roster, list[Member])
        by_index = {message.index: message for message in newest.messages}
        self.message_list.messages = [by_index[index] for index in sorted(by_index)]
        self.message_list.has_older = newest.has_older
        self.roster.members = {member.sid: member for member in members}
        self._replicas.adopt(self.message_list, messages.sid, messages.position)
        self._replicas.adopt(self.roster, roster.sid, roster.position)

    @property
    def is_followed(self) -> bool:
        return self._replicas.follows(self.message_list) and self._replicas.follows(self.roster)


class OpenChannels:
    """Turns what happens in open channels into events. ``on_message`` hears of each message first; ``recount`` asks
    for a channel's unread count."""

    def __init__(
        self,
        replicas: Replicas,
        request: Request,
        emit: Callable[[events.Event], None],
        recount: Callable[[Channel], None],
    ) -> None:
        self._replicas = replicas
        self._request = request
        self._emit = emit
        self._recount = recount
        self.by_sid: OrderedDict[str, OpenChannel] = OrderedDict()
        self._opening: dict[str, asyncio.Lock] = {}
        self.on_message: Callable[[Channel, Message], None] = lambda _channel, _message: None

    async def __call__(self, channel: Channel) -> OpenChannel:
        """Follow a channel's messages and members. Ten stay open; the one longest unused is let go.

        Raises Forbidden or NotFound when the user is no member, TransportError without a link."""
        opened = self._followed(channel.sid)
        if opened is None:
            async with self._opening.setdefault(channel.sid, asyncio.Lock()):  # whoever asks meanwhile gets the same
                opened = self._followed(channel.sid) or await self._load(channel)
        return opened

    def _followed(self, sid: str) -> OpenChannel | None:
        opened = self.by_sid.get(sid)
        if opened is None or not opened.is_followed:
            return None
        self.by_sid.move_to_end(sid)
        return opened

    async def _load(self, channel: Channel) -> OpenChannel:
        before = self.by_sid.pop(channel.sid, None)
        if before is not None:
            await before.release()
        opened = OpenChannel(channel, self._replicas, self._request, self)
        await opened.load()
        if channel.status is ChannelStatus.NOT_PARTICIPATING:
            await opened.release()
            raise NotFound("you are no longer in this channel", Code.CHANNEL_NOT_FOUND)
        self.by_sid[channel.sid] = opened
        while len(self.by_sid) > KEPT_OPEN:
            _, oldest = self.by_sid.popitem(last=False)
            await oldest.release()
        return opened

    def get(self, sid: str) -> OpenChannel | None:
        """The channel, if it is open."""
        return self.by_sid.get(sid)

    def to_rows(self) -> Iterator[tuple[str, Row]]:
        for sid, opened in self.by_sid.items():
            if opened.is_followed:
                yield from opened.to_rows(sid)

    def restore(self, rows: Rows, channels: Mapping[str, Channel]) -> None:
        """What makes no sense is read anew when it is opened."""
        for sid, row, newest in decode_rows(rows, _MESSAGES, SavedMessages):
            if sid not in channels or f"{_ROSTER}{sid}" not in rows:
                continue
            opened = OpenChannel(channels[sid], self._replicas, self._request, self)
            try:
                opened.restore(row, newest, rows[f"{_ROSTER}{sid}"])
            except Malformed:
                continue
            self.by_sid[sid] = opened

    def forget_all(self) -> None:
        """The service is another one."""
        self.by_sid.clear()

    async def release(self, sid: str) -> None:
        opened = self.by_sid.pop(sid, None)
        if opened is not None:
            await opened.release()

    async def newest_messages(self, channel: Channel, count: int) -> list[Message]:
        """The ``count`` newest messages, ascending, without following them."""
        params = {"Order": "desc", "PageSize": str(count)}
        url = f"{SYNC_API}/v3/Lists/{messages_name(channel.sid)}/Items"
        page: SnapshotPage = parse_answer(await self._request("GET", url, params=params), SnapshotPage)
        return parse_messages(channel.sid, page.items)[-count:]

    def on_reloaded(self, replica: Replica) -> None:
        """Too much was missed of something: tell whoever shows it."""
        channel = getattr(replica, "channel", None)
        if isinstance(channel, Channel):
            self._recount(channel)
            self._emit(events.ChannelReloaded(channel))

    def on_message_added(self, channel: Channel, message: Message) -> None:
        self.on_message(channel, message)
        self._emit(events.MessageAdded(channel, message))

    def on_message_updated(self, channel: Channel, message: Message, reasons: Reasons) -> None:
        self._emit(events.MessageUpdated(channel, message, reasons))

    def on_message_removed(self, channel: Channel, message: Message) -> None:
        self._recount(channel)
        self._emit(events.MessageRemoved(channel, message))

    def on_member_joined(self, channel: Channel, member: Member) -> None:
        self._emit(events.MemberJoined(channel, member))

    def on_member_left(self, channel: Channel, member: Member) -> None:
        self._emit(events.MemberLeft(channel, member))

    def on_member_updated(self, channel: Channel, member: Member, reasons: Reasons) -> None:
        self._emit(events.MemberUpdated(channel, member, reasons))
