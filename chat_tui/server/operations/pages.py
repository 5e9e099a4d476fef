"""Pages of rows in a stable order: as they came, after the last one seen."""

from typing import Any, Generic, TypeVar

import msgspec

from chat_tui.server.store.rows import Row
from chat_tui.server.store.transaction import Reader

T = TypeVar("T")
R = TypeVar("R", bound=Row)

DEFAULT_SIZE = 50
MAX_SIZE = 1000


class PageQuery(msgspec.Struct, frozen=True):
    """``size`` rows after position ``after``, or from the first. What a position counts is the list's business."""

    size: int = DEFAULT_SIZE
    after: int | None = None


class Page(msgspec.Struct, Generic[T], frozen=True):
    """``next`` asks for the page after this one; ``None`` on the last."""

    items: list[T]
    next: PageQuery | None = None


def page(tx: Reader, row: type[R], query: str, asked: PageQuery, **params: Any) -> Page[R]:
    """The page that ``query`` finds; it selects a row's columns, then its position, given ``:after`` and ``:limit``.
    One row more than a page tells whether another follows."""
    found = tx.tuples(query, **params, after=asked.after or 0, limit=asked.size + 1)
    return cut([(msgspec.convert(columns, row, strict=False), columns[-1]) for columns in found], asked)


def cut(found: list[tuple[T, int]], asked: PageQuery) -> Page[T]:
    """The page in items with their positions, of which there may be more than it holds."""
    items = [item for item, _ in found[: asked.size]]
    return Page(items, PageQuery(asked.size, found[asked.size - 1][1]) if len(found) > asked.size else None)
