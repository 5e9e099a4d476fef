"""What a workload saw, and what is true of it if every promise was kept."""

from collections import Counter
from collections.abc import Iterator

import msgspec


class Shown(msgspec.Struct):
    """What one user's client shows of the channel at the end. ``events``: indices of every message that was announced
    as new, in order; ``messages``: index and body of the list; ``marks``: online of everybody, by identity."""

    messages: list[tuple[int, str]]
    events: list[int]
    unread: int | None
    horizon: int | None
    marks: dict[str, bool | None]
    unsent: int = 0


class Record(msgspec.Struct):
    """``sent``: per user, what was submitted, in order; ``acknowledged``: body → the index the service answered with;
    ``stored``: index, author and body in the service; ``marks``: what the service says of everybody."""

    sent: dict[str, list[str]]
    acknowledged: dict[str, int]
    stored: list[tuple[int, str, str]]
    shown: dict[str, Shown]
    marks: dict[str, bool | None]


def judge(record: Record) -> list[str]:
    """Every promise that was broken (guarantees, Checker 1)."""
    return [*_of_the_store(record), *(fault for user in record.shown for fault in _of_a_screen(record, user))]


def _of_the_store(record: Record) -> Iterator[str]:
    at = {body: index for index, _, body in record.stored}
    for body, index in record.acknowledged.items():
        if body not in at:
            yield f"lost: {body} was acknowledged and is not stored"
        elif at[body] != index:
            yield f"misplaced: {body} was acknowledged at {index} and is at {at[body]}"
    for body, times in Counter(body for _, _, body in record.stored).items():
        if times > 1:
            yield f"stored twice: {body}"
    submitted = {body for bodies in record.sent.values() for body in bodies}
    for _, author, body in record.stored:
        if body not in submitted:
            yield f"invented: {body} of {author} was never sent"
    for user, bodies in record.sent.items():
        places = [at[body] for body in bodies if body in at]
        if places != sorted(places):
            yield f"reordered: {user}'s messages are not in the order they were written in"


def _of_a_screen(record: Record, user: str) -> Iterator[str]:
    shown = record.shown[user]
    indices = [index for index, _ in shown.messages]
    first = indices[0] if indices else 0
    expected = [(index, body) for index, _, body in record.stored if index >= first]
    if len(set(indices)) != len(indices):
        yield f"shown twice: {user}'s list repeats an index"
    elif indices != sorted(indices):
        yield f"out of order: {user}'s list"
    elif shown.messages != expected:
        yield f"differs: {user} shows {len(shown.messages)} of {len(expected)} messages from {first} on, or other ones"
    if len(set(shown.events)) != len(shown.events):
        yield f"announced twice: {user} heard of an index more than once"
    if shown.unsent:
        yield f"stuck: {user} has {shown.unsent} messages that are not sent"
    counted = None if shown.horizon is None else sum(1 for index, _, _ in record.stored if index > shown.horizon)
    if shown.unread != counted:
        yield f"miscounted: {user} shows {shown.unread} unread of {counted}"
    for other, online in shown.marks.items():
        if online != record.marks.get(other):
            yield f"unreached: {user} shows {other} as {online}, the service says {record.marks.get(other)}"
