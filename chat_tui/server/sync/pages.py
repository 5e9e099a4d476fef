"""Pages of a Sync object's items, either way, by tokens that say all there is to know."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from chat_tui.protocol import sync_shapes
from chat_tui.protocol.defaults import MAX_PAGE, PAGE, PAGE_BYTES
from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.protocol.numbers import parse_whole
from chat_tui.protocol.sync_shapes import Item, ItemPage
from chat_tui.server.store.rows import SyncObject
from chat_tui.server.store.transaction import Reader
from chat_tui.server.sync.items import Scan, scan_of


class ItemQuery(msgspec.Struct, frozen=True):
    """Which items: one by ``key`` (of a list: its index), or a page from ``start``, inclusive, in ``order``."""

    key: str | None = None
    start: str | None = None
    order: str = "asc"
    page_size: int = PAGE
    token: str | None = None


def all_items(reader: Reader, found: SyncObject) -> list[Item] | None:
    """Every item, where they are few and small enough for one page; ``None`` where they must be asked for page by
    page."""
    page = _page(scan_of(reader, found), ItemQuery(page_size=MAX_PAGE))
    return page.items if page.meta["next_token"] is None else None


def read_items(reader: Reader, found: SyncObject, query: ItemQuery) -> ItemPage:
    """One item, or a page of them. Raises BadRequest (54453) for a bad token or position."""
    scan = scan_of(reader, found)
    if query.key is None:
        return _page(scan, query)
    key = scan.position(query.key)
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


def _meta(before: str | None, after: str | None) -> sync_shapes.TokenMeta:
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
        size = parse_whole(head[2:])
    except ValueError:
        raise BadRequest("PageToken: not one of this service's", Code.BAD_PAGE_TOKEN) from None
    return head[0], _Way(head[1] == "d", max(1, min(size, MAX_PAGE))), key


def _page(scan: Scan, query: ItemQuery) -> ItemPage:
    way, start = _Way(query.order == "desc", max(1, min(query.page_size, MAX_PAGE))), None
    if query.token is not None:
        where, way, key = _read_token(query.token)
        start = scan.position(key)
        if where == "p":
            return _page_before(scan, start, way)
    elif query.start is not None:
        start = scan.position(query.start)
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


def _page_before(scan: Scan, edge: Any, way: _Way) -> ItemPage:
    back = (row for row in scan.rows(edge, not way.descending, way.size + 2) if scan.key_of(row) != edge)
    nearest, is_more = _take(back, way.size)
    rows = nearest[::-1]
    before = way.token("p", scan.key_of(rows[0])) if is_more else None
    return ItemPage(rows, _meta(before, way.token("n", edge)))
