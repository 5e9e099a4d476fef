"""The event log: what a subscriber missed, and the small steps that keep the log short (guarantees, Follow 3)."""

from collections.abc import Sequence

import msgspec

from chat_tui.protocol.encoding import to_json
from chat_tui.server.store.store import Store
from chat_tui.server.store.transaction import NO_END, Reader

RETENTION = 7 * 24 * 3600 * 1000
"""Milliseconds an event can be replayed."""

KEPT_EVENTS = 10_000
"""The newest events of an object that can be replayed."""

PRUNE_STEP = 200
"""Rows of one step."""


class LoggedEvent(msgspec.Struct, frozen=True):
    """An event as it was published; ``notification`` is the payload."""

    id: int
    notification: bytes


def read(reader: Reader, object_sid: str, after: int, limit: int, most_bytes: int = NO_END) -> list[LoggedEvent]:
    """Up to ``limit`` events, no more once they are ``most_bytes``, of an object with an id above ``after``, oldest
    first."""
    rows = reader.batch("events_after", most_bytes, object_sid=object_sid, after=after, limit=limit).rows
    return [LoggedEvent(event_id, notification) for event_id, notification in rows]


def floor(reader: Reader, object_sid: str) -> int:
    """The highest id a subscriber may have seen last and still be replayed from: the oldest kept event's minus one."""
    oldest = reader.value("oldest_event", object_sid=object_sid)
    if oldest is not None:
        return int(oldest) - 1
    return int(reader.value("object_head", sid=object_sid) or 0)


def heads(reader: Reader, sids: Sequence[str]) -> dict[str, int]:
    """The last event id of each object that exists."""
    found = reader.tuples("object_heads", sids=to_json(list(sids)).decode())
    return dict(found)


async def prune(store: Store, *, now: int | None = None, retention: int = RETENTION, kept: int = KEPT_EVENTS) -> None:
    """Drop the events that are too old or too many, and the mutation ids of old tombstones: all of them, in steps.
    ``now``: to judge ages by, in milliseconds since 1970; the store's own when none is given."""
    before = (store.clock() if now is None else now) - retention
    for query in ("prune_events_by_date", "forget_mutations"):
        await store.write_in_steps(lambda tx: bool(tx.tuples(query, before=before, limit=PRUNE_STEP)))  # noqa: B023
    for object_sid, up_to in await store.read(lambda reader: reader.tuples("overfull_objects", keep=kept)):
        asked = {"object_sid": object_sid, "up_to": up_to, "limit": PRUNE_STEP}
        await store.write_in_steps(lambda tx: bool(tx.tuples("prune_events_by_count", **asked)))  # noqa: B023
