"""The items of a Sync object, made from the rows that it shows."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.protocol.numbers import parse_whole
from chat_tui.protocol.sync import ObjectType, info_name, own_channels_name
from chat_tui.protocol.sync_shapes import Item
from chat_tui.server.dates import timestamp
from chat_tui.server.reachability.rules import visible_reachability
from chat_tui.server.store.rows import Channel, Invite, Member, Message, Service, SyncObject, User
from chat_tui.server.store.transaction import NO_END, Reader
from chat_tui.server.sync import events, views

NEWEST = 1000
"""Items of a list that stand in for all of them."""


class Scan(NamedTuple):
    """A way through an object's items: ``rows(start or None, descending, limit)``, the start included."""

    rows: Callable[[Any, bool, int], Iterator[Item]]
    is_list: bool

    def key_of(self, item: Item) -> Any:
        return item.index if self.is_list else item.key

    def position(self, text: str) -> Any:
        """The key that ``text`` says. Raises BadRequest (54453)."""
        if not self.is_list:
            return text
        try:
            return parse_whole(text)
        except ValueError:
            raise BadRequest(f"Index: {text!r} is not a whole number", Code.BAD_PAGE_TOKEN) from None


def scan_of(reader: Reader, found: SyncObject) -> Scan:
    """The way through the items of ``found``."""
    if found.type == ObjectType.LIST:
        return Scan(lambda start, descending, limit: _messages(reader, found, start, descending, limit), True)
    entries = _map_items(reader, found)
    return Scan(lambda start, descending, limit: _slice(entries, start, descending, limit), False)


def newest(reader: Reader, found: SyncObject) -> Iterator[Item]:
    """The items of a map, those first that changed last, or the newest thousand of a list, from the last on."""
    if found.type == ObjectType.LIST:
        return _messages(reader, found, None, True, NEWEST)
    return iter(sorted(_map_items(reader, found), key=lambda item: -item.last_event_id))


def _item(
    found: SyncObject, event: int, date: int, data: Any, key: str | None = None, index: int | None = None
) -> Item:
    return Item(
        data=data,
        revision=str(event),
        last_event_id=event,
        url=events.item_url(ObjectType(found.type), found.sid, key if index is None else index),  # type: ignore[arg-type]
        date_updated=timestamp(date),
        date_created=timestamp(date),
        key=key,
        index=index,
    )


def _messages(reader: Reader, found: SyncObject, start: int | None, descending: bool, limit: int) -> Iterator[Item]:
    query = "messages_descending" if descending else "messages_ascending"
    begin = (NO_END if descending else 0) if start is None else start
    for row in reader.each(Message, query, channel_sid=found.owner_sid, start=begin, limit=limit):
        yield _item(found, row.event_id, row.date_updated, views.message_item(row), index=row.idx)


def _slice(entries: list[Item], start: str | None, descending: bool, limit: int) -> Iterator[Item]:
    keys = [entry.key or "" for entry in entries]
    if descending:
        end = len(entries) if start is None else bisect_right(keys, start)
        return iter(entries[max(0, end - limit) : end][::-1])
    begin = 0 if start is None else bisect_left(keys, start)
    return iter(entries[begin : begin + limit])


def _map_items(reader: Reader, found: SyncObject) -> list[Item]:
    """All items of a map, by key: at most a thousand members or channels, by the limits of a service."""
    if found.name == info_name(found.owner_sid):
        return _info_items(reader, found)
    if found.name == own_channels_name(found.owner_sid):
        return _own_channel_items(reader, found)
    members = reader.all(Member, "members_of_channel", channel_sid=found.owner_sid)
    return [_item(found, m.roster_event, m.date_updated, views.roster_item(m), key=m.sid) for m in members]


def _info_items(reader: Reader, found: SyncObject) -> list[Item]:
    user = reader.one(User, "user_by_sid_alone", sid=found.owner_sid)
    if user is None:
        return []
    service = reader.one(Service, "service_by_sid", sid=user.service_sid)
    if service is None:
        return []
    reachability = views.reachability_item(visible_reachability(service, user))
    date = user.date_updated
    return [
        _item(found, user.attributes_event, date, views.attributes_item(user), key="attributes"),
        _item(found, user.friendly_name_event, date, views.name_item(user), key="friendlyName"),
        _item(found, user.reachability_event, date, reachability, key="reachability"),
    ]


def _own_channel_items(reader: Reader, found: SyncObject) -> list[Item]:
    seats: list[Member | Invite] = [
        *reader.all(Member, "members_of_user", user_sid=found.owner_sid),
        *reader.all(Invite, "invites_of_user", user_sid=found.owner_sid),
    ]
    channels = reader.by_sid(Channel, "channels_by_sids", (seat.channel_sid for seat in seats))
    entries = [
        _item(
            found, seat.own_event, seat.date_updated, views.own_channel_item(channels[seat.channel_sid], seat),
            key=seat.channel_sid,
        )
        for seat in seats
    ]  # fmt: skip
    return sorted(entries, key=lambda entry: entry.key or "")
