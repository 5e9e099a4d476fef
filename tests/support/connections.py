"""A store's connections in this process, found with SQLite's own list: for trouble that only SQLite can make."""

from typing import Any

import apsw

from chat_tui.server.store.store import Store


def writer_of(store: Store) -> apsw.Connection:
    """The one it writes on."""
    return _one(store, is_reader=False)


def reader_of(store: Store) -> apsw.Connection:
    """The one it reads on."""
    return _one(store, is_reader=True)


def _one(store: Store, *, is_reader: bool) -> apsw.Connection:
    place = str(store.path.resolve())
    [found] = [each for each in apsw.connections() if each.filename == place and each.readonly("main") is is_reader]
    return found


async def rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    """What any query finds, on the store's own reading connection, when its turn comes."""
    connection = reader_of(store)
    return await store.read(lambda _: list(connection.execute(query)))
