"""The Sync list of a channel's messages (contract 7.4)."""

from bisect import bisect_left
from typing import Protocol

from chat_tui.client.link.answers import parse_answer
from chat_tui.client.model import Channel, Member, Message, Reasons
from chat_tui.client.ports import Request
from chat_tui.client.state.parsing import Snapshot, SnapshotPage, SyncEvent, parse_message, parse_messages
from chat_tui.client.state.replica import Replica
from chat_tui.protocol.defaults import PAGE
from chat_tui.protocol.sync import EventType, ObjectType, messages_name
from chat_tui.protocol.untrusted import Malformed
from chat_tui.protocol.values import UpdateReason


class ChannelListener(Protocol):
    """Who hears of an open channel's messages and members."""

    def on_message_added(self, channel: Channel, message: Message) -> None: ...
    def on_message_updated(self, channel: Channel, message: Message, reasons: Reasons) -> None: ...
    def on_message_removed(self, channel: Channel, message: Message) -> None: ...
    def on_member_joined(self, channel: Channel, member: Member) -> None: ...
    def on_member_left(self, channel: Channel, member: Member) -> None: ...
    def on_member_updated(self, channel: Channel, member: Member, reasons: Reasons) -> None: ...


class MessageList(Replica):
    """The newest messages, without a gap up to the live end; older ones are added in front."""

    kind = ObjectType.LIST
    first_page = PAGE

    def __init__(self, channel: Channel, listener: ChannelListener) -> None:
        super().__init__(messages_name(channel.sid))
        self.channel = channel
        self.messages: list[Message] = []
        self.has_older = True
        self._listener = listener

    async def apply_snapshot(self, found: Snapshot, request: Request) -> None:
        page = await self._page(request, self.first_page)
        self.messages = parse_messages(self.channel.sid, page.items)
        self.has_older = self._is_more(page, self.first_page)

    async def load_older(self, request: Request, count: int) -> list[Message]:
        """Read ``count`` messages before the oldest one here. Raises ChatError."""
        oldest = self.messages[0].index if self.messages else None
        if oldest == 0:
            self.has_older = False
            return []
        page = await self._page(request, count, None if oldest is None else oldest - 1)
        older = parse_messages(self.channel.sid, page.items)
        if oldest is None:
            older = [] if self.messages else older
        elif not self.messages or self.messages[0].index > oldest:
            return []  # read anew meanwhile: these would not join
        else:
            older = [message for message in older if message.index < self.messages[0].index]
        self.messages[:0] = older
        self.has_older = bool(older) and self._is_more(page, count)  # what brings nothing older is the end
        return older

    async def _page(self, request: Request, count: int, newest: int | None = None) -> SnapshotPage:
        params = {"Order": "desc", "PageSize": str(count)}
        if newest is not None:
            params["From"] = str(newest)
        found: SnapshotPage = parse_answer(await request("GET", f"{self.url}/Items", params=params), SnapshotPage)
        return found

    def _is_more(self, page: SnapshotPage, count: int) -> bool:
        reaches_the_first = bool(self.messages) and self.messages[0].index == 0
        return not reaches_the_first and (page.meta.next_token is not None or len(page.items) >= count)

    def apply_event(self, event_type: EventType, event: SyncEvent) -> None:
        index = event.item_index
        if index is None:
            raise Malformed("an event of a list without an index")
        if event_type is EventType.LIST_ITEM_REMOVED:
            self._remove(index)
            return
        message = parse_message(self.channel.sid, index, event.item_data)
        place, is_there = self._find(index)
        if is_there:
            self._replace(place, message)
        elif event_type is EventType.LIST_ITEM_ADDED and (place or not self.messages or not self.has_older):
            self.messages.insert(place, message)
            self._listener.on_message_added(self.channel, message)

    def _find(self, index: int) -> tuple[int, bool]:
        """Where a message stands or would stand, and whether it does."""
        place = bisect_left(self.messages, index, key=lambda message: message.index)
        return place, place < len(self.messages) and self.messages[place].index == index

    def _replace(self, place: int, message: Message) -> None:
        before = self.messages[place]
        self.messages[place] = message
        pairs = (
            (before.body, message.body, UpdateReason.BODY),
            (before.attributes, message.attributes, UpdateReason.ATTRIBUTES),
            (before.author, message.author, UpdateReason.AUTHOR),
            (before.last_updated_by, message.last_updated_by, UpdateReason.LAST_UPDATED_BY),
            (before.date_updated, message.date_updated, UpdateReason.DATE_UPDATED),
        )
        reasons = frozenset(reason for old, new, reason in pairs if old != new)
        if reasons:
            self._listener.on_message_updated(self.channel, message, reasons)

    def _remove(self, index: int) -> None:
        place, is_there = self._find(index)
        if is_there:
            self._listener.on_message_removed(self.channel, self.messages.pop(place))
