"""Pages of rows in a stable order: as they came, after the last one seen; and the page in front of one."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from chat_tui.protocol.defaults import PAGE, PAGE_BYTES
from chat_tui.protocol.encoding import to_json
from chat_tui.server.store.rows import Row
from chat_tui.server.store.transaction import Reader

T = TypeVar("T")
R = TypeVar("R", bound=Row)

Positions = Callable[[int, int], Sequence[tuple[Any, ...]]]
"""``(edge, limit)``: the positions in front of ``edge``, nearest first, as rows of one column."""


class PageQuery(msgspec.Struct, frozen=True):
    """``size`` rows behind position ``after``, or from the first; with ``before``, the ones nearest in front of it.
    What a position counts is the list's business."""

    size: int = PAGE
    after: int | None = None
    before: int | None = None


class Page(msgspec.Struct, Generic[T], frozen=True):
    """``next`` asks for the page after this one, ``previous`` for the one in front of it; ``None`` where there is
    none. ``is_second``: no more than a page is in front."""

    items: list[T]
    next: PageQuery | None = None
    previous: PageQuery | None = None
    is_second: bool = False


def page(tx: Reader, row: type[R], query: str, asked: PageQuery, **params: Any) -> Page[R]:
    """The page that ``query`` finds; it selects a row's columns, then its position, given ``:after`` and ``:limit``.
    ``…_back`` finds the positions in front of ``:before``. One row more than a page tells whether another follows."""

    def in_front(edge: int, limit: int) -> list[Any]:
        return tx.tuples(f"{query}_back", **params, before=edge, limit=limit)

    def read(anchor: PageQuery) -> Page[R]:
        found = tx.batch(query, PAGE_BYTES, **params, after=anchor.after or 0, limit=anchor.size + 1)
        rows = [(msgspec.convert(columns, row, strict=False), columns[-1]) for columns in found.rows]
        return cut_page(rows, anchor, in_front, is_more=found.is_more)

    return read_page(asked, in_front, read)


def read_page(asked: PageQuery, in_front: Positions, read: Callable[[PageQuery], Page[T]]) -> Page[T]:
    """The page that ``read`` gives for ``asked``, `anchored`. One in front of a position must reach up to it: where
    its rows are too large together, it begins later, so that the way back leaves nothing out."""
    size = asked.size
    while True:
        anchor = anchored(msgspec.structs.replace(asked, size=size), in_front)
        found = read(anchor)
        if asked.before is None or size == 1 or len(found.items) >= len(in_front(asked.before, size)):
            return _of_size(found, asked.size)
        size //= 2


def _of_size(page: Page[T], size: int) -> Page[T]:
    """Whatever is asked for next is as large as what was asked for."""
    following, previous = (
        None if query is None else msgspec.structs.replace(query, size=size) for query in (page.next, page.previous)
    )
    return msgspec.structs.replace(page, next=following, previous=previous)


def anchored(asked: PageQuery, in_front: Positions) -> PageQuery:
    """``asked``, and, of a page in front of a position, where it begins now: counted from that position, so that what
    comes or goes farther in front neither moves it nor leaves a gap."""
    if asked.before is None:
        return asked
    before = in_front(asked.before, asked.size + 1)
    return PageQuery(asked.size, before[asked.size][0] if len(before) > asked.size else None, asked.before)


def json_list(wanted: Sequence[str]) -> str | None:
    """A filter of several values as queries take it; ``None`` lets everything through."""
    return to_json(wanted).decode() if wanted else None


def cut_page(
    found: list[tuple[T, int]], asked: PageQuery, in_front: Positions, step: int = 1, *, is_more: bool = False
) -> Page[T]:
    """The page in items with their positions, of which there may be more than it holds, or (``is_more``) that were
    not read because they are too large together. ``step``: which way positions go."""
    held = [(item, at) for item, at in found[: asked.size] if asked.before is None or (asked.before - at) * step > 0]
    items = [item for item, _ in held]
    following = None
    if is_more or len(found) > len(held):
        following = PageQuery(asked.size, held[-1][1] if held else asked.after)
    if asked.after is None:
        return Page(items, following)
    edge = held[0][1] if held else asked.after + step
    before = in_front(edge, asked.size + 1)
    return Page(items, following, PageQuery(asked.size, before=edge) if before else None, len(before) <= asked.size)
