"""What an operation is given: named queries over rows, and, when it may write, the changes it made."""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import aiosql
import apsw
import msgspec

from chat_tui.protocol.encoding import to_json
from chat_tui.server.store.rows import Row

Columns = tuple[Any, ...]
R = TypeVar("R", bound=Row)
T = TypeVar("T")

QUERIES = Path(__file__).with_name("queries")

NO_END = 2**62
"""Stands in a query, and for a size, where there is no bound: larger than whatever a row holds."""


@cache
def load_queries() -> dict[str, str]:
    """The text of every named query of ``queries/*.sql``, parsed once per process."""
    found = aiosql.from_path(QUERIES, "apsw", mandatory_parameters=False)
    return {name: getattr(found, name).sql for name in found.available_queries}


class Batch(NamedTuple, Generic[T]):
    """Rows, and whether more follow that were too large to be read with them."""

    rows: list[T]
    is_more: bool


class Reader:
    """Reads one consistent state of the database; ``now`` is the time of the transaction."""

    def __init__(self, connection: apsw.Connection, now: int) -> None:
        self._connection = connection
        self._queries = load_queries()
        self.now = now

    def _execute(self, query: str, params: dict[str, Any]) -> apsw.Cursor:
        """Straight to the database: aiosql's own call takes as long as the query, a score of times for one message."""
        return self._connection.execute(self._queries[query], params)

    def one(self, row: type[R], query: str, **params: Any) -> R | None:
        """The first row of ``query``, or ``None``."""
        found = self._execute(query, params).fetchone()
        return None if found is None else msgspec.convert(found, row, strict=False)

    def all(self, row: type[R], query: str, **params: Any) -> list[R]:
        """Every row of ``query``."""
        return [msgspec.convert(found, row, strict=False) for found in self._execute(query, params)]

    def by_sid(self, row: type[R], query: str, sids: Iterable[str]) -> dict[str, R]:
        """The rows that ``query`` finds for ``:sids``, a JSON list, by SID."""
        found = self.all(row, query, sids=to_json(list(sids)).decode())
        return {one.sid: one for one in found}  # type: ignore[attr-defined]

    def value(self, query: str, **params: Any) -> Any:
        """The first column of the first row, or ``None``."""
        found = self._execute(query, params).fetchone()
        return None if found is None else found[0]

    def first(self, query: str, **params: Any) -> Columns:
        """The first row of ``query``, which must exist, as it comes."""
        found: Columns | None = self._execute(query, params).fetchone()
        assert found is not None, query
        return found

    def tuples(self, query: str, **params: Any) -> list[Columns]:
        """Every row of ``query`` as it comes."""
        return list(self._execute(query, params))

    def each(self, row: type[R], query: str, **params: Any) -> Iterator[R]:
        """The rows of ``query`` one by one: what is not asked for is not read."""
        for found in self._execute(query, params):
            yield msgspec.convert(found, row, strict=False)

    def batch(self, query: str, most_bytes: int, **params: Any) -> Batch[Columns]:
        """The first rows of ``query`` that hold ``most_bytes`` of text and blobs together, and at least one."""
        return _until(self._execute(query, params), most_bytes)

    def batch_of(self, row: type[R], query: str, most_bytes: int, **params: Any) -> Batch[R]:
        """`batch`, as rows of a kind."""
        found = self.batch(query, most_bytes, **params)
        return Batch([msgspec.convert(columns, row, strict=False) for columns in found.rows], found.is_more)


def _until(rows: Iterable[Columns], most_bytes: int) -> Batch[Columns]:
    found: list[Columns] = []
    for row in rows:
        if found and most_bytes <= 0:
            return Batch(found, True)
        found.append(row)
        most_bytes -= sum(len(column) for column in row if type(column) in (str, bytes))
    return Batch(found, False)


class Transaction(Reader):
    """One operation's writes, under a savepoint. ``changes`` become Sync events before the commit (`sync.projection`);
    ``published`` goes to the bus after it, and is dropped with the savepoint if the operation fails."""

    def __init__(self, connection: apsw.Connection, now: int) -> None:
        super().__init__(connection, now)
        self.changes: list[Any] = []
        self.published: list[Any] = []
        self.has_written = False

    def run(self, query: str, **params: Any) -> None:
        """Execute a statement that changes rows. Unique constraints raise apsw.ConstraintError."""
        self.has_written = True
        self._execute(query, params)

    def lock(self, row: Row) -> None:
        """Hold ``row`` until the commit. SQLite's single writer does so already."""

    def record(self, change: Any) -> None:
        """Remember a domain change for the projection."""
        self.changes.append(change)

    def publish(self, item: Any) -> None:
        """Tell the bus after the commit."""
        self.published.append(item)


def wall_clock() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


Clock = Callable[[], int]
