"""The Sync objects a chat is made of (fact sheet 7.4), each turning its events into changes of the model."""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from chat_tui.client.model import Channel, LastMessage, Member, Message, User, parse_date
from chat_tui.client.sync import Replica, Request
from chat_tui.protocol.sync import Descriptor, EventType, Item, ItemPage, ObjectType, SyncEvent
from chat_tui.protocol.untrusted import Malformed, decode
from chat_tui.protocol.values import ChannelStatus, ChannelType, NotificationLevel, UpdateReason

Reasons = frozenset[UpdateReason]
ItemData = dict[str, Any]


def changed(target: Any, fields: dict[str, tuple[Any, UpdateReason]]) -> Reasons:
    """Set attributes that differ, and say which did: field → (new value, its reason)."""
    reasons = set()
    for name, (value, reason) in fields.items():
        before = getattr(target, name)
        if before != value or type(before) is not type(value):  # 1 is not true
            setattr(target, name, value)
            reasons.add(reason)
    return frozenset(reasons)


def parsed_attributes(told: Any) -> Any:
    """A channel's attributes: text is JSON, as SDKs take it; anything else is the value itself."""
    if not isinstance(told, str):
        return told
    try:
        return decode(told)
    except Malformed:
        return told


class UserInfo(Replica):
    """A user's name, attributes and reachability."""

    def __init__(self, user: User, on_update: Callable[[User, Reasons], None], clock: Callable[[], float]) -> None:
        super().__init__(user.info_map)
        self.user = user
        self._on_update = on_update
        self._clock = clock

    async def take(self, found: Descriptor, request: Request) -> None:
        reasons: Reasons = frozenset()
        for item in found.items or ():
            reasons |= self._set(item.key, item.data)
        self.user.is_subscribed = True
        self._report(reasons)

    def change(self, event_type: EventType, event: SyncEvent) -> None:
        self._report(self._set(event.item_key, event.item_data))

    def removed(self) -> None:
        self.user.is_subscribed = False

    def _set(self, key: str | None, data: Any) -> Reasons:
        data = data or {}
        self.user.date_refreshed = self._clock()
        if key == "friendlyName":
            return changed(self.user, {"friendly_name": (data.get("value"), UpdateReason.FRIENDLY_NAME)})
        if key == "attributes":
            return changed(self.user, {"attributes": (data.get("value") or "{}", UpdateReason.ATTRIBUTES)})
        if key == "reachability":
            return changed(
                self.user,
                {
                    "is_online": (data.get("online"), UpdateReason.ONLINE),
                    "is_notifiable": (data.get("notifiable"), UpdateReason.NOTIFIABLE),
                },
            )
        return frozenset()

    def _report(self, reasons: Reasons) -> None:
        if reasons:
            self._on_update(self.user, reasons)


class OwnChannelsListener(Protocol):
    def on_own_channel(self, sid: str, data: ItemData) -> None:
        """The user's part in a channel is now this."""

    def on_own_channel_removed(self, sid: str) -> None: ...
    def on_own_channels(self, items: dict[str, ItemData]) -> None:
        """All of them, after a reload."""


class OwnChannels(Replica):
    """Which channels a user is in, or invited to."""

    def __init__(self, name: str, listener: OwnChannelsListener) -> None:
        super().__init__(name)
        self._listener = listener

    async def take(self, found: Descriptor, request: Request) -> None:
        self._listener.on_own_channels({item.key: item.data for item in found.items or () if item.key is not None})

    def change(self, event_type: EventType, event: SyncEvent) -> None:
        if event.item_key is None:
            return
        if event_type is EventType.MAP_ITEM_REMOVED:
            self._listener.on_own_channel_removed(event.item_key)
        else:
            self._listener.on_own_channel(event.item_key, event.item_data)


class ChannelDocument(Replica):
    """What everybody may see of a channel: names, attributes, the newest message."""

    kind = ObjectType.DOCUMENT

    def __init__(self, channel: Channel, on_update: Callable[[Channel, Reasons], None]) -> None:
        super().__init__(f"{channel.sid}.channel")
        self.channel = channel
        self._on_update = on_update

    async def take(self, found: Descriptor, request: Request) -> None:
        self._set(found.data or {})

    def change(self, event_type: EventType, event: SyncEvent) -> None:
        if event_type is EventType.DOCUMENT_UPDATED:
            self._set(event.document_data or {})

    def _set(self, data: ItemData) -> None:
        last = data.get("lastMessage") or {}
        date = parse_date(last.get("timestamp"))
        reasons = changed(
            self.channel,
            {
                "friendly_name": (data.get("friendlyName"), UpdateReason.FRIENDLY_NAME),
                "unique_name": (data.get("uniqueName"), UpdateReason.UNIQUE_NAME),
                "attributes": (parsed_attributes(data.get("attributes")), UpdateReason.ATTRIBUTES),
                "created_by": (data.get("createdBy"), UpdateReason.CREATED_BY),
                "date_created": (parse_date(data.get("dateCreated")), UpdateReason.DATE_CREATED),
                "date_updated": (parse_date(data.get("dateUpdated")), UpdateReason.DATE_UPDATED),
                "last_message": (LastMessage(last["index"], date) if date else None, UpdateReason.LAST_MESSAGE),
            },
        )
        self.channel.members_count = data.get("membersCount", self.channel.members_count)
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
    first_page = 50

    def __init__(self, channel: Channel, listener: ChannelListener) -> None:
        super().__init__(f"{channel.sid}.messages")
        self.channel = channel
        self.messages: list[Message] = []
        self.has_older = True
        self._listener = listener

    async def take(self, found: Descriptor, request: Request) -> None:
        self.messages = []
        self.has_older = True
        await self.load_older(request, self.first_page)

    async def load_older(self, request: Request, count: int) -> list[Message]:
        """Read ``count`` messages before the oldest one here. Raises ChatError."""
        params = {"Order": "desc", "PageSize": str(count)}
        if self.messages:
            params["From"] = str(self.messages[0].index - 1)
            if self.messages[0].index == 0:
                self.has_older = False
                return []
        page = msgspec.convert(await request("GET", f"{self.url}/Items", params=params), ItemPage)
        known = self.messages[0].index if self.messages else None
        older = [parse_message(self.channel.sid, item) for item in reversed(page.items)]
        older = [message for message in older if known is None or message.index < known]
        self.messages[:0] = older
        self.has_older = page.meta.get("next_token") is not None or (len(page.items) >= count and known != 0)
        return older

    def change(self, event_type: EventType, event: SyncEvent) -> None:
        index = event.item_index
        if index is None:
            return
        if event_type is EventType.LIST_ITEM_REMOVED:
            self._remove(index)
            return
        message = parse_item(self.channel.sid, index, event.item_data)
        if event_type is EventType.LIST_ITEM_ADDED and (not self.messages or index > self.messages[-1].index):
            self.messages.append(message)
            self._listener.on_message_added(self.channel, message)
        else:
            self._replace(message)

    def _find(self, index: int) -> int | None:
        low, high = 0, len(self.messages)
        while low < high:
            middle = (low + high) // 2
            if self.messages[middle].index < index:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self.messages) and self.messages[low].index == index else None

    def _replace(self, message: Message) -> None:
        place = self._find(message.index)
        if place is None:
            return  # older than what is loaded
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
        place = self._find(index)
        if place is not None:
            self._listener.on_message_removed(self.channel, self.messages.pop(place))


def parse_message(channel_sid: str, item: Item) -> Message:
    return parse_item(channel_sid, item.index or 0, item.data)


def parse_item(channel_sid: str, index: int, data: ItemData) -> Message:
    date = parse_date(data.get("timestamp"))
    assert date is not None, "the service dates every message"
    return Message(
        sid=data.get("sid", ""),
        channel_sid=channel_sid,
        index=index,
        author=data.get("author") or "",
        body=data.get("text") or "",
        date_created=date,
        date_updated=parse_date(data.get("dateUpdated")),
        last_updated_by=data.get("lastUpdatedBy"),
        attributes=data.get("attributes") or "{}",
        member_sid=data.get("memberSid"),
    )


class Roster(Replica):
    """The members of a channel, by SID."""

    def __init__(self, channel: Channel, listener: ChannelListener) -> None:
        super().__init__(f"{channel.sid}.roster")
        self.channel = channel
        self.members: dict[str, Member] = {}
        self._listener = listener

    async def take(self, found: Descriptor, request: Request) -> None:
        self.members = {item.key: _parse_member(item.key, item.data) for item in found.items or () if item.key}

    def change(self, event_type: EventType, event: SyncEvent) -> None:
        sid = event.item_key
        if sid is None:
            return
        if event_type is EventType.MAP_ITEM_REMOVED:
            gone = self.members.pop(sid, None)
            if gone is not None:
                self._listener.on_member_left(self.channel, gone)
        elif sid in self.members:
            self._update(self.members[sid], event.item_data)
        else:
            self.members[sid] = _parse_member(sid, event.item_data)
            self._listener.on_member_joined(self.channel, self.members[sid])

    def _update(self, member: Member, data: ItemData) -> None:
        reasons = changed(
            member,
            {
                "role_sid": (data.get("roleSid"), UpdateReason.ROLE_SID),
                "attributes": (data.get("attributes") or "{}", UpdateReason.ATTRIBUTES),
                "last_consumed_message_index": (
                    data.get("lastConsumedMessageIndex"),
                    UpdateReason.LAST_CONSUMED_MESSAGE_INDEX,
                ),
                "last_consumption_timestamp": (
                    data.get("lastConsumptionTimestamp"),
                    UpdateReason.LAST_CONSUMPTION_TIMESTAMP,
                ),
            },
        )
        if reasons:
            self._listener.on_member_updated(self.channel, member, reasons)


def _parse_member(sid: str, data: ItemData) -> Member:
    return Member(
        sid=sid,
        identity=data.get("identity") or "",
        info_map=data.get("userInfo") or "",
        role_sid=data.get("roleSid"),
        attributes=data.get("attributes") or "{}",
        last_consumed_message_index=data.get("lastConsumedMessageIndex"),
        last_consumption_timestamp=data.get("lastConsumptionTimestamp"),
    )


def update_own_part(channel: Channel, data: ItemData) -> Reasons:
    """Apply an item of the own channels map."""
    channel.invited_by = data.get("invitedBy")
    return changed(
        channel,
        {
            "status": (ChannelStatus(data["status"]), UpdateReason.STATUS),
            "notification_level": (
                NotificationLevel(data.get("notificationLevel") or "default"),
                UpdateReason.NOTIFICATION_LEVEL,
            ),
            "last_consumed_message_index": (
                data.get("lastConsumedMessageIndex"),
                UpdateReason.LAST_CONSUMED_MESSAGE_INDEX,
            ),
        },
    )


def parse_channel(data: ItemData) -> Channel:
    """A channel from the Client API's descriptor."""
    channel = Channel(sid=data["sid"], status=ChannelStatus(data["status"]), type=ChannelType(data["type"]))
    update_described(channel, data)
    return channel


def update_described(channel: Channel, data: ItemData) -> Reasons:
    """Take over what the Client API says of a channel, the unread count included."""
    reasons = changed(
        channel,
        {
            "status": (ChannelStatus(data["status"]), UpdateReason.STATUS),
            "friendly_name": (data.get("friendly_name"), UpdateReason.FRIENDLY_NAME),
            "unique_name": (data.get("unique_name"), UpdateReason.UNIQUE_NAME),
            "attributes": (parsed_attributes(data.get("attributes")), UpdateReason.ATTRIBUTES),
            "created_by": (data.get("created_by"), UpdateReason.CREATED_BY),
            "date_created": (parse_date(data.get("date_created")), UpdateReason.DATE_CREATED),
            "date_updated": (parse_date(data.get("date_updated")), UpdateReason.DATE_UPDATED),
            "notification_level": (
                NotificationLevel(data.get("notification_level") or "default"),
                UpdateReason.NOTIFICATION_LEVEL,
            ),
            "last_consumed_message_index": (
                data.get("last_consumed_message_index", data.get("last_read_message_index")),
                UpdateReason.LAST_CONSUMED_MESSAGE_INDEX,
            ),
        },
    )
    channel.members_count = data.get("participants_count", channel.members_count)
    newest = data.get("last_message_index")
    if newest is not None and newest > channel.last_index and channel.date_created is not None:
        channel.last_message = LastMessage(newest, channel.date_created)
    before = channel.unread_messages_count
    channel.counted = data.get("unread_messages_count")
    channel.counted_at = channel.last_index if newest is None else max(newest, -1)
    if channel.unread_messages_count != before:
        reasons |= {UpdateReason.UNREAD_MESSAGES_COUNT}
    return reasons
