"""The rows of the roster: everybody in the channel under two marks, and the line that says whom a message reaches."""

from collections.abc import Iterable, Sequence

import msgspec

from chat_tui.client.model import User
from chat_tui.tui.render.glyphs import NOTIFIABLE_WORDS, ONLINE_WORDS, Glyphs, Mark, mark_of
from chat_tui.tui.render.line import Line, Piece, between, width_of
from chat_tui.tui.render.names import NameWithin, room_in_steps
from chat_tui.tui.render.safe_text import Safe
from chat_tui.tui.render.times import age
from chat_tui.tui.render.wrap import cells, shorten

_GROUPS = (Mark.YES, Mark.NO, Mark.UNKNOWN)
_TITLES = {Mark.YES: "Online", Mark.NO: "Offline", Mark.UNKNOWN: "Unknown"}


class RosterRow(msgspec.Struct, frozen=True):
    """``age``, in seconds, when the marks are not followed live."""

    identity: str
    name: Safe
    online: Mark
    notifiable: Mark
    is_own: bool = False
    age: float | None = None


def roster_row(user: User, name: Safe, *, enabled: bool, own_identity: str, age: float | None = None) -> RosterRow:
    return RosterRow(
        user.identity,
        name,
        mark_of(user.is_online, enabled=enabled),
        mark_of(user.is_notifiable, enabled=enabled),
        is_own=user.identity == own_identity,
        age=age,
    )


class Heading(msgspec.Struct, frozen=True):
    text: Safe


def grouped(rows: Iterable[RosterRow], *, enabled: bool) -> list[Heading | RosterRow]:
    """Under Online, Offline, Unknown; with the feature off, in one group that says how to turn it on."""
    ordered = sorted(rows, key=lambda row: (row.name.casefold(), row.identity))
    if not enabled:
        return [
            Heading(Safe(f"Members — {len(ordered)}")),
            *ordered,
            Heading(Safe("")),
            Heading(Safe("reachability is off;")),
            Heading(Safe("ReachabilityEnabled on")),
            Heading(Safe("the Service turns it on")),
        ]
    found: list[Heading | RosterRow] = []
    for mark in _GROUPS:
        members = [row for row in ordered if row.online is mark]
        if members:
            found += [Heading(Safe(f"{_TITLES[mark]} — {len(members)}")), *members]
    return found


MARKS = 5
"""Cells before the name."""

SUFFIX = Safe(" (you)")


def roster_line(
    row: Heading | RosterRow, width: int, glyphs: Glyphs, within: NameWithin, *, is_stale: bool, is_cursor: bool
) -> Line:
    """``is_stale``: our own link is down, so no mark may look live. ``within`` says how a name is cut."""
    if isinstance(row, Heading):
        return (Piece(shorten(Safe(f" {row.text}"), width), "dim"),)
    stale = is_stale or row.age is not None
    online = "dim" if stale or row.online is not Mark.YES else "good"
    notifiable = "dim" if stale or row.notifiable is not Mark.YES else "good"
    suffix = SUFFIX if row.is_own else Safe("")
    right = (Piece(Safe(f" {age(row.age)} "), "dim"),) if row.age is not None else ()
    name = row.name
    room = width - MARKS - len(suffix) - width_of(right)
    if cells(name) > room:
        name = within(row.identity, room_in_steps(room))
    left = (
        Piece(glyphs.cursor if is_cursor else Safe(" "), "cursor"),
        Piece(glyphs.online[row.online], online),
        Piece(Safe(" ")),
        Piece(glyphs.notifiable[row.notifiable], notifiable),
        Piece(Safe(" ")),
        Piece(Safe(name + suffix), "dim" if stale or row.online in (Mark.NO, Mark.UNKNOWN) else "plain"),
    )
    return between(left, right, width)


def mark_words(row: RosterRow) -> Safe:
    """Both marks in words, where there is room."""
    return Safe(f"{ONLINE_WORDS[row.online]}, {NOTIFIABLE_WORDS[row.notifiable]}")


def reach_line(rows: Sequence[RosterRow], width: int, *, enabled: bool, glyphs: Glyphs) -> Safe:
    """Will this reach them? For everybody but oneself, in as many words as ``width`` cells hold; it states
    registration, not delivery."""
    others = [row for row in rows if not row.is_own]
    if not others:
        return Safe("nobody else is here")
    if not enabled:
        return Safe("reachability off")
    online = sum(row.online is Mark.YES for row in others)
    push = sum(row.online is Mark.NO and row.notifiable is Mark.YES for row in others)
    nobody = sum(row.online is Mark.NO and row.notifiable is not Mark.YES for row in others)
    unknown = sum(row.online is Mark.UNKNOWN for row in others)
    counts = (
        (online, "online", "on"),
        (push, "push on", "push"),
        (nobody, "nobody", "none"),
        (unknown, "unknown", "?"),
    )
    shown = [found for found in counts if found[0] or found[1] == "online"]
    between_them = f" {glyphs.dot} "
    full = "reaches " + between_them.join(f"{count} {word}" for count, word, _ in shown)
    short = between_them.join(f"{count} {word}" for count, _, word in shown)
    return Safe(next((text for text in (full, full.removeprefix("reaches ")) if cells(text) <= width), short))
