"""The Sync objects a chat is made of (contract 7.4), each turning its events into changes of the model."""

from bisect import bisect_left
from collections.abc import Callable
from typing import Any, Protocol

from chat_tui.client.link.answers import parse_answer
from chat_tui.client.model import Channel, Member, Message, User
from chat_tui.client.ports import Request
from chat_tui.client.state.channel_parsing import OwnData, is_count_doubtful, update_from_document
from chat_tui.client.state.parsing import (
    MAX_TEXT,
    Marks,
    MemberData,
    Reasons,
    Snapshot,
    SnapshotPage,
    SyncEvent,
    Value,
    parse_item,
    parse_member,
    parse_message,
    parse_messages,
    parse_name,
    update_fields,
)
from chat_tui.client.state.replica import Replica
from chat_tui.protocol.defaults import PAGE
from chat_tui.protocol.sync import EventType, ObjectType
from chat_tui.protocol.untrusted import Malformed
from chat_tui.protocol.values import UpdateReason


class UserInfo(Replica):
    """A user's name, attributes and reachability."""

    def __init__(self, user: User, on_update: Callable[[User, Reasons], None], clock: Callable[[], float]) -> None:
        super().__init__(user.info_map)
        self.user = user
        self._on_update = on_update
        self._clock = clock

    async def apply_snapshot(self, found: Snapshot, request: Request) -> None:
        reasons: Reasons = frozenset()
        for item in found.items or ():
            reasons |= self._set(item.key, item.data)
        self.user.is_subscribed = True
        self._report(reasons)

    def apply_event(self, event_type: EventType, event: SyncEvent) -> None:
        self._report(self._set(event.item_key, event.item_data))

    def removed(self) -> None:
        self.user.is_subscribed = False

    def _set(self, key: str | None, data: Any) -> Reasons:
        self.user.date_refreshed = self._clock()
        if key == "friendlyName":
            return update_fields(
                self.user, {"friendly_name": (parse_name(parse_item(data, Value).value), UpdateReason.FRIENDLY_NAME)}
            )
        if key == "attributes":
            attributes = (parse_item(data, Value).value or "{}")[:MAX_TEXT]
            return update_fields(self.user, {"attributes": (attributes, UpdateReason.ATTRIBUTES)})
        if key == "reachability":
            marks = parse_item(data, Marks)
            return update_fields(
                self.user,
                {
                    "is_online": (marks.online, UpdateReason.ONLINE),
                    "is_notifiable": (marks.notifiable, UpdateReason.NOTIFIABLE),
                },
            )
        return frozenset()

    def _report(self, reasons: Reasons) -> None:
        if reasons:
            self._on_update(self.user, reasons)


class OwnChannelsListener(Protocol):
    def on_own_channel(self, sid: str) -> None:
        """The user's part in a channel is now another."""

    def on_own_channel_removed(self, sid: str) -> None: ...
    def on_own_channels(self) -> None:
        """All of them, read anew."""


class OwnChannels(Replica):
    """Which channels a user is in, or invited to: ``items`` by channel SID. It alone says so: what is not here, is
    gone, and what is here and not known elsewhere, is still to be asked for."""

    def __init__(self, name: str, listener: OwnChannelsListener) -> None:
        super().__init__(name)
        self.items: dict[str, OwnData] = {}
        self._listener = listener

    async def apply_snapshot(self, found: Snapshot, request: Request) -> None:
        self.items = {item.key: parse_item(item.data, OwnData) for item in found.items or () if item.key}
        self._listener.on_own_channels()

    def apply_event(self, event_type: EventType, event: SyncEvent) -> None:
        if not event.item_key:
            raise Malformed("an event of a map without a key")
        if event_type is EventType.MAP_ITEM_REMOVED:
            self.items.pop(event.item_key, None)
            self._listener.on_own_channel_removed(event.item_key)
        else:
            self.items[event.item_key] = parse_item(event.item_data, OwnData)
            self._listener.on_own_channel(event.item_key)


class ChannelDocument(Replica):
    """What everybody may see of a channel: names, attributes, the newest message. ``on_deletion``: a message was
    deleted, or may have been."""

    kind = ObjectType.DOCUMENT

    def __init__(
        self,
        channel: Channel,
        on_update: Callable[[Channel, Reasons], None],
        on_deletion: Callable[[Channel], None],
    ) -> None:
        super().__init__(f"{channel.sid}.channel")
        self.channel = channel
        self._on_update = on_update
        self._on_deletion = on_deletion

    async def apply_snapshot(self, found: Snapshot, request: Request) -> None:
        self._set(found.data)

    def apply_event(self, event_type: EventType, event: SyncEvent) -> None:
        if event_type is EventType.DOCUMENT_UPDATED:
            self._set(event.document_data)

    def _set(self, data: Any) -> None:
        newest = self.channel.last_index
        reasons = update_from_document(self.channel, data)
        if is_count_doubtful(self.channel, newest):
            self._on_deletion(self.channel)
        if reasons:
            self._on_update(self.channel, reasons)


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
        super().__init__(f"{channel.sid}.messages")
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


class Roster(Replica):
    """The members of a channel, by SID."""

    def __init__(self, channel: Channel, listener: ChannelListener) -> None:
        super().__init__(f"{channel.sid}.roster")
        self.channel = channel
        self.members: dict[str, Member] = {}
        self._listener = listener

    async def apply_snapshot(self, found: Snapshot, request: Request) -> None:
        self.members = {item.key: parse_member(item.key, item.data) for item in found.items or () if item.key}

    def apply_event(self, event_type: EventType, event: SyncEvent) -> None:
        sid = event.item_key
        if not sid:
            raise Malformed("an event of a map without a key")
        if event_type is EventType.MAP_ITEM_REMOVED:
            gone = self.members.pop(sid, None)
            if gone is not None:
                self._listener.on_member_left(self.channel, gone)
        elif sid in self.members:
            self._update(self.members[sid], event.item_data)
        else:
            self.members[sid] = parse_member(sid, event.item_data)
            self._listener.on_member_joined(self.channel, self.members[sid])

    def _update(self, member: Member, data: Any) -> None:
        found = parse_item(data, MemberData)
        reasons = update_fields(
            member,
            {
                "role_sid": (found.role_sid, UpdateReason.ROLE_SID),
                "attributes": ((found.attributes or "{}")[:MAX_TEXT], UpdateReason.ATTRIBUTES),
                "last_consumed_message_index": (
                    found.last_consumed_message_index,
                    UpdateReason.LAST_CONSUMED_MESSAGE_INDEX,
                ),
                "last_consumption_timestamp": (
                    found.last_consumption_timestamp,
                    UpdateReason.LAST_CONSUMPTION_TIMESTAMP,
                ),
            },
        )
        if reasons:
            self._listener.on_member_updated(self.channel, member, reasons)
