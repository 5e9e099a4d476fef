"""The checker is checked first: ten kinds of planted faults, ten caught, and nothing found where nothing is wrong
(guarantees, Checker 2)."""

from collections.abc import Callable

import pytest

from tests.checker.record import Record, Shown, judge


def good() -> Record:
    """Two users who kept every promise."""
    stored = [(0, "ann", "a0"), (1, "ben", "b0"), (2, "ann", "a1"), (3, "ben", "b1")]
    listed = [(index, body) for index, _, body in stored]
    marks: dict[str, bool | None] = {"ann": True, "ben": False}
    return Record(
        sent={"ann": ["a0", "a1"], "ben": ["b0", "b1"]},
        acknowledged={"a0": 0, "b0": 1, "a1": 2, "b1": 3},
        stored=stored,
        shown={
            "ann": Shown(listed, [0, 1, 2, 3], unread=2, horizon=1, marks=dict(marks)),
            "ben": Shown(listed[1:], [2, 3], unread=None, horizon=None, marks=dict(marks)),
        },
        marks=marks,
    )


def lose(record: Record) -> None:
    del record.stored[3]
    for shown in record.shown.values():
        shown.messages = shown.messages[:-1]


def store_twice(record: Record) -> None:
    record.stored.append((4, "ben", "b1"))


def misplace(record: Record) -> None:
    record.acknowledged["a1"] = 1


def invent(record: Record) -> None:
    record.stored.append((4, "eve", "e0"))


def reorder(record: Record) -> None:
    record.stored[0], record.stored[2] = (0, "ann", "a1"), (2, "ann", "a0")


def show_twice(record: Record) -> None:
    record.shown["ann"].messages.insert(2, (1, "b0"))


def show_out_of_order(record: Record) -> None:
    shown = record.shown["ann"].messages
    shown[0], shown[1] = shown[1], shown[0]


def leave_a_gap(record: Record) -> None:
    del record.shown["ben"].messages[1]


def announce_twice(record: Record) -> None:
    record.shown["ben"].events.append(3)


def miscount(record: Record) -> None:
    record.shown["ann"].unread = 3


def mistake_a_mark(record: Record) -> None:
    record.shown["ben"].marks["ann"] = False


def get_stuck(record: Record) -> None:
    record.shown["ann"].unsent = 1


PLANTED: dict[str, Callable[[Record], None]] = {
    "lost": lose,
    "stored twice": store_twice,
    "misplaced": misplace,
    "invented": invent,
    "reordered": reorder,
    "shown twice": show_twice,
    "out of order": show_out_of_order,
    "differs": leave_a_gap,
    "announced twice": announce_twice,
    "miscounted": miscount,
    "unreached": mistake_a_mark,
    "stuck": get_stuck,
}


def test_a_record_of_kept_promises_is_clean() -> None:
    """No false alarm."""
    assert judge(good()) == []


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_caught(fault: str) -> None:
    """By its name."""
    record = good()
    PLANTED[fault](record)
    assert any(found.startswith(fault) for found in judge(record)), judge(record)
