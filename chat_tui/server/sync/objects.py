"""Sync objects as they are read: descriptors, and pages of items from the rows. Who may: `operations.access`."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.protocol.numbers import whole
from chat_tui.protocol.sync import Descriptor, Item, ItemPage, ObjectType
from chat_tui.server.dates import timestamp
from chat_tui.server.reachability.rules import published
from chat_tui.server.store.rows import Channel, Invite, Member, Message, Service, SyncObject, User
from chat_tui.server.store.transaction import Reader
from chat_tui.server.sync import notifications as n
from chat_tui.server.sync import views as v

MAX_PAGE = 1000
DEFAULT_PAGE = 50
PAGE_BYTES = 256 * 1024


class ItemQuery(msgspec.Struct, frozen=True):
    """Which items: one by ``key`` (of a list: its index), or a page from ``start``, inclusive, in ``order``."""

    key: str | None = None
    start: str | None = None
    order: str = "asc"
    page_size: int = DEFAULT_PAGE
    token: str | None = None


def describe(reader: Reader, found: SyncObject, *, with_items: bool = False) -> Descriptor:
    """What the object is and where it stands. The position is read before the data."""
    kind = ObjectType(found.type)
    url = f"{v.LABEL}/v3/{kind.value.title()}s/{found.sid}"
    date = timestamp(found.date_created)
    descriptor = Descriptor(
        sid=found.sid,
        unique_name=found.name,
        last_event_id=found.last_event_id,
        revision=str(found.last_event_id),
        url=url,
        links={"items": f"{url}/Items"},
        date_created=date,
        date_updated=date,
    )
    if kind is ObjectType.DOCUMENT:
        channel = reader.one(Channel, "channel_by_sid_alone", sid=found.owner_sid)
        descriptor.data = None if channel is None else v.channel_document(channel)
    elif with_items:
        page = _page(_scan_of(reader, found), ItemQuery(page_size=MAX_PAGE))
        if page.meta["next_token"] is None:  # else they are to be asked for page by page
            descriptor.items = page.items
    return descriptor


def items(reader: Reader, found: SyncObject, query: ItemQuery) -> ItemPage:
    """One item, or a page of them. Raises BadRequest (54453) for a bad token or position."""
    scan = _scan_of(reader, found)
    if query.key is None:
        return _page(scan, query)
    key = _position(scan, query.key)
    first = scan.rows(key, False, 1)
    return ItemPage([item for item in first if scan.key_of(item) == key], _meta(None, None))


def _take(items: Iterator[Item], size: int) -> tuple[list[Item], bool]:
    """A page of at most ``size`` items and `PAGE_BYTES`, at least one, and whether another follows."""
    page: list[Item] = []
    left = PAGE_BYTES
    for item in items:
        if len(page) >= size or (page and left <= 0):
            return page, True
        page.append(item)
        left -= len(to_json(item.data))
    return page, False


def newest(reader: Reader, found: SyncObject) -> Iterator[Item]:
    """The items of a map, those first that changed last, or the newest thousand of a list, from the last on."""
    if found.type == ObjectType.LIST:
        return _messages(reader, found, None, True, MAX_PAGE)
    return iter(sorted(_map_items(reader, found), key=lambda item: -item.last_event_id))


class _Scan(NamedTuple):
    """A way through an object's items: ``rows(start or None, descending, limit)``, the start included."""

    rows: Callable[[Any, bool, int], Iterator[Item]]
    is_list: bool

    def key_of(self, item: Item) -> Any:
        return item.index if self.is_list else item.key


def _position(scan: _Scan, text: str) -> Any:
    if not scan.is_list:
        return text
    try:
        return whole(text)
    except ValueError:
        raise BadRequest(f"Index: {text!r} is not a whole number", Code.BAD_PAGE_TOKEN) from None


def _meta(before: str | None, after: str | None) -> dict[str, str | None]:
    return {"previous_token": before, "next_token": after}


class _Way(NamedTuple):
    """How a list is walked; older SDKs send a page token and nothing else, so it holds all of it."""

    descending: bool
    size: int

    def token(self, where: str, key: Any) -> str:
        """``where``: ``n``, the page that begins at ``key``, or ``p``, the one that ends just before."""
        return f"{where}{'d' if self.descending else 'a'}{self.size}.{key}"


def _read_token(text: str) -> tuple[str, _Way, str]:
    """Raises BadRequest (54453)."""
    head, _, key = text.partition(".")
    try:
        if head[:1] not in ("n", "p") or head[1:2] not in ("a", "d"):
            raise ValueError(head)
        size = whole(head[2:])
    except ValueError:
        raise BadRequest("PageToken: not one of this service's", Code.BAD_PAGE_TOKEN) from None
    return head[0], _Way(head[1] == "d", max(1, min(size, MAX_PAGE))), key


def _page(scan: _Scan, query: ItemQuery) -> ItemPage:
    way, start = _Way(query.order == "desc", max(1, min(query.page_size, MAX_PAGE))), None
    if query.token is not None:
        where, way, key = _read_token(query.token)
        start = _position(scan, key)
        if where == "p":
            return _page_before(scan, start, way)
    elif query.start is not None:
        start = _position(scan, query.start)
    rows, is_more = _take(scan.rows(start, way.descending, way.size + 1), way.size)
    after = None
    if is_more:
        ahead = scan.rows(scan.key_of(rows[-1]), way.descending, 2)
        after = next((way.token("n", key) for key in map(scan.key_of, ahead) if key != scan.key_of(rows[-1])), None)
    before = None
    if start is not None:
        edge = scan.key_of(rows[0]) if rows else start
        earlier = any(scan.key_of(row) != edge for row in scan.rows(edge, not way.descending, 2))
        before = way.token("p", edge) if earlier else None
    return ItemPage(rows, _meta(before, after))


def _page_before(scan: _Scan, edge: Any, way: _Way) -> ItemPage:
    back = (row for row in scan.rows(edge, not way.descending, way.size + 2) if scan.key_of(row) != edge)
    nearest, is_more = _take(back, way.size)
    rows = nearest[::-1]
    before = way.token("p", scan.key_of(rows[0])) if is_more else None
    return ItemPage(rows, _meta(before, way.token("n", edge)))


def _scan_of(reader: Reader, found: SyncObject) -> _Scan:
    if found.type == ObjectType.LIST:
        return _Scan(lambda start, descending, limit: _messages(reader, found, start, descending, limit), True)
    entries = _map_items(reader, found)
    return _Scan(lambda start, descending, limit: _slice(entries, start, descending, limit), False)


def _item(
    found: SyncObject, event: int, date: int, data: Any, key: str | None = None, index: int | None = None
) -> Item:
    return Item(
        data=data,
        revision=str(event),
        last_event_id=event,
        url=n.item_url(ObjectType(found.type), found.sid, key if index is None else index),  # type: ignore[arg-type]
        date_updated=timestamp(date),
        date_created=timestamp(date),
        key=key,
        index=index,
    )


def _messages(reader: Reader, found: SyncObject, start: int | None, descending: bool, limit: int) -> Iterator[Item]:
    query = "messages_descending" if descending else "messages_ascending"
    begin = (2**62 if descending else 0) if start is None else start
    for row in reader.each(Message, query, channel_sid=found.owner_sid, start=begin, limit=limit):
        yield _item(found, row.event_id, row.date_updated, v.message_item(row), index=row.idx)


def _slice(entries: list[Item], start: str | None, descending: bool, limit: int) -> Iterator[Item]:
    keys = [entry.key or "" for entry in entries]
    if descending:
        end = len(entries) if start is None else bisect_right(keys, start)
        return iter(entries[max(0, end - limit) : end][::-1])
    begin = 0 if start is None else bisect_left(keys, start)
    return iter(entries[begin : begin + limit])


def _map_items(reader: Reader, found: SyncObject) -> list[Item]:
    """All items of a map, by key: at most a thousand members or channels, by the limits of a service."""
    if found.name == v.info_name(found.owner_sid):
        return _info_items(reader, found)
    if found.name == v.own_channels_name(found.owner_sid):
        return _own_channel_items(reader, found)
    members = reader.all(Member, "members_of_channel", channel_sid=found.owner_sid)
    return [_item(found, m.roster_event, m.date_updated, v.roster_item(m), key=m.sid) for m in members]


def _info_items(reader: Reader, found: SyncObject) -> list[Item]:
    user = reader.one(User, "user_by_sid_alone", sid=found.owner_sid)
    if user is None:
        return []
    service = reader.one(Service, "service_by_sid", sid=user.service_sid)
    if service is None:
        return []
    reachability = v.reachability_item(published(service, user))
    date = user.date_updated
    return [
        _item(found, user.attributes_event, date, v.attributes_item(user), key="attributes"),
        _item(found, user.friendly_name_event, date, v.name_item(user), key="friendlyName"),
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
            found, seat.own_event, seat.date_updated, v.own_channel_item(channels[seat.channel_sid], seat),
            key=seat.channel_sid,
        )
        for seat in seats
    ]  # fmt: skip
    return sorted(entries, key=lambda entry: entry.key or "")
