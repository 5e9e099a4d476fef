"""Pages of rows in a stable order: by creation, then SID, after the last row seen."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")

DEFAULT_SIZE = 50
MAX_SIZE = 1000


class PageQuery(msgspec.Struct, frozen=True):
    """``size`` rows after ``(after_date, after_sid)``."""

    size: int = DEFAULT_SIZE
    after_date: int = 0
    after_sid: str = ""

    def params(self) -> dict[str, Any]:
        """Query parameters; one row more than a page tells whether another follows."""
        return {"after_date": self.after_date, "after_sid": self.after_sid, "limit": self.size + 1}


class Page(msgspec.Struct, Generic[T], frozen=True):
    """``next`` asks for the page after this one; ``None`` on the last."""

    items: list[T]
    next: PageQuery | None = None


def page(rows: Sequence[Any], query: PageQuery) -> Page[Any]:
    """The page in ``rows``, which were read with ``query.params()``."""
    if len(rows) <= query.size:
        return Page(list(rows))
    last = rows[query.size - 1]
    return Page(list(rows[: query.size]), PageQuery(query.size, last.date_created, last.sid))
