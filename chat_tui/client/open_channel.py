"""Channels whose messages and members are followed: the last ten that were opened."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from chat_tui.client import events
from chat_tui.client.cache import KEPT_MESSAGES, Kept, Rows, encode
from chat_tui.client.memory import recalled
from chat_tui.client.model import Channel, Member, Message
from chat_tui.client.replicas import ChannelListener, MessageList, Reasons, Roster, parse_message
from chat_tui.client.sync import LABEL, Replica, Replicas, Request
from chat_tui.protocol.sync import ItemPage

KEPT_OPEN = 10

_MESSAGES, _ROSTER = "messages ", "roster "


class _Newest(msgspec.Struct):
    messages: list[Message]
    has_older: bool


class OpenChannel:
    """The newest messages in order, and everybody in the channel. The client keeps the last ten open."""

    def __init__(self, channel: Channel, replicas: Replicas, request: Request, listener: ChannelListener) -> None:
        self.channel = channel
        self._replicas = replicas
        self._request = request
        self._list = MessageList(channel, listener)
        self._roster = Roster(channel, listener)

    @property
    def messages(self) -> Sequence[Message]:
        """Ascending, without a gap up to the newest."""
        return self._list.messages

    @property
    def has_older(self) -> bool:
        return self._list.has_older

    @property
    def members(self) -> Mapping[str, Member]:
        """By member SID."""
        return self._roster.members

    async def load(self) -> None:
        """Raises Forbidden or NotFound when the user is no member, TransportError without a link."""
        await self._replicas.open(self._list, self._roster)

    async def load_older(self, count: int = 50) -> list[Message]:
        """Put up to ``count`` older messages in front; the ones that were added. Raises ChatError."""
        if not self.has_older:
            return []
        return await self._list.load_older(self._request, count)

    async def release(self) -> None:
        """Follow no more."""
        await self._replicas.close(self._list, self._roster)

    def remembered(self, sid: str) -> Iterator[tuple[str, Kept]]:
        newest = _Newest(self._list.messages[-KEPT_MESSAGES:], self.has_older or len(self.messages) > KEPT_MESSAGES)
        yield f"{_MESSAGES}{sid}", Kept(self._list.sid, self._list.position, encode(newest))
        yield f"{_ROSTER}{sid}", Kept(self._roster.sid, self._roster.position, encode(list(self.members.values())))

    def recall(self, messages: Kept, roster: Kept) -> None:
        newest = msgspec.msgpack.decode(messages.data, type=_Newest)
        self._list.messages, self._list.has_older = newest.messages, newest.has_older
        members = msgspec.msgpack.decode(roster.data, type=list[Member])
        self._roster.members = {member.sid: member for member in members}
        self._replicas.adopt(self._list, messages.sid, messages.position)
        self._replicas.adopt(self._roster, roster.sid, roster.position)

    @property
    def is_followed(self) -> bool:
        return self._replicas.follows(self._list)


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
        self._open: OrderedDict[str, OpenChannel] = OrderedDict()
        self.on_message: Callable[[Channel, Message], None] = lambda _channel, _message: None

    async def __call__(self, channel: Channel) -> OpenChannel:
        """Follow a channel's messages and members. Ten stay open; the one longest unused is let go.

        Raises Forbidden or NotFound when the user is no member, TransportError without a link."""
        opened = self._open.get(channel.sid)
        if opened is not None and opened.is_followed:
            self._open.move_to_end(channel.sid)
            return opened
        opened = OpenChannel(channel, self._replicas, self._request, self)
        await opened.load()
        self._open[channel.sid] = opened
        while len(self._open) > KEPT_OPEN:
            _, oldest = self._open.popitem(last=False)
            await oldest.release()
        return opened

    def get(self, sid: str) -> OpenChannel | None:
        """The channel, if it is open."""
        return self._open.get(sid)

    def remembered(self) -> Iterator[tuple[str, Kept]]:
        for sid, opened in self._open.items():
            if opened.is_followed:
                yield from opened.remembered(sid)

    def recall(self, rows: Rows, channels: Mapping[str, Channel]) -> None:
        for sid, row in recalled(rows, _MESSAGES):
            if sid in channels and f"{_ROSTER}{sid}" in rows:
                opened = OpenChannel(channels[sid], self._replicas, self._request, self)
                opened.recall(row, rows[f"{_ROSTER}{sid}"])
                self._open[sid] = opened

    def forget_all(self) -> None:
        """The service is another one."""
        self._open.clear()

    async def release(self, sid: str) -> None:
        opened = self._open.pop(sid, None)
        if opened is not None:
            await opened.release()

    async def newest_messages(self, channel: Channel, count: int) -> list[Message]:
        """The ``count`` newest messages, ascending, without following them."""
        params = {"Order": "desc", "PageSize": str(count)}
        page = await self._request("GET", f"{LABEL}/v3/Lists/{channel.sid}.messages/Items", params=params)
        return [parse_message(channel.sid, item) for item in reversed(msgspec.convert(page, ItemPage).items)]

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
