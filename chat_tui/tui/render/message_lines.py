"""Messages as lines: grouped by author and time, under days, with a divider before what is new."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from chat_tui.client.model import Message, PendingMessage, SendState
from chat_tui.tui.render.glyphs import Glyphs
from chat_tui.tui.render.line import Line, Piece, centred
from chat_tui.tui.render.safe_text import Safe, safe, safe_name
from chat_tui.tui.render.times import Clock
from chat_tui.tui.render.wrap import cells, pad, shorten, wrap

RUN_SECONDS = 5 * 60
"""Messages of one author within it share a heading."""

FOLD_LINES = 200
FOLD_CHARACTERS = 4000
FOLDED_LINES = 20
"""How much of a long message is shown before it is unfolded."""

MIN_AUTHOR = 5
MAX_AUTHOR = 12
NARROW = 44


class LogStyle(msgspec.Struct, frozen=True):
    """What all messages of a log share; a new value makes every cached line obsolete."""

    width: int
    glyphs: Glyphs
    clock: Clock
    own_identity: str
    author_width: int = 7


class MessageContext(msgspec.Struct, frozen=True):
    """What goes before a message: a day, a divider of ``new`` messages, a heading with author and time."""

    day: datetime | None = None
    new: int | None = None
    has_heading: bool = True
    is_selected: bool = False
    is_unfolded: bool = False


def starts_run(author: str, date: datetime, before: Message | None) -> bool:
    """Whether a message needs a heading of its own after ``before``."""
    if before is None or before.author != author:
        return True
    return (date - before.date_created).total_seconds() > RUN_SECONDS


def author_width(width: int) -> int:
    """Cells for the column of authors."""
    return max(MIN_AUTHOR, min(MAX_AUTHOR, width // 8))


def message_lines(message: Message, name: Safe, style: LogStyle, context: MessageContext) -> list[Line]:
    """A message with whatever goes before it. ``name``, where it is wider than the column of authors, gets a line of
    its own."""
    note = "edited" if message.was_edited else ""
    is_own = message.author == style.own_identity
    lines = _before(context, style)
    return lines + _body(message.body, name, message.date_created, style, context, note=note, is_own=is_own)


SEND_WORDS = {SendState.QUEUED: "waiting", SendState.SENDING: "sending", SendState.SENT: "", SendState.FAILED: "failed"}


def pending_lines(pending: PendingMessage, name: Safe, style: LogStyle, context: MessageContext) -> list[Line]:
    """One's own message on its way, dimmed, with its state."""
    note = SEND_WORDS[pending.state]
    lines = _before(context, style)
    lines += _body(pending.body, name, pending.date_created, style, context, note=note, is_own=True, is_pending=True)
    if pending.error is not None:
        why = Safe(f"not sent: {safe_name(pending.error)}")
        lines.append((Piece(Safe(" " * _indent(style))), Piece(shorten(why, style.width - _indent(style)), "failed")))
    return lines


def _before(context: MessageContext, style: LogStyle) -> list[Line]:
    lines: list[Line] = []
    if context.day is not None:
        lines.append(centred(style.clock.day(context.day), style.width, style.glyphs.rule, "rule"))
    if context.new is not None:
        words = Safe(f"{context.new} new") if context.new else Safe("new")
        lines.append(centred(words, style.width, style.glyphs.rule, "new"))
    return lines


def _is_narrow(style: LogStyle) -> bool:
    return style.width < NARROW


def _indent(style: LogStyle) -> int:
    """Cells left of a message's text; narrow logs put the heading on a line of its own."""
    return 3 if _is_narrow(style) else style.author_width + 9


def _body(
    body: str,
    name: Safe,
    date: datetime,
    style: LogStyle,
    context: MessageContext,
    *,
    note: str,
    is_own: bool,
    is_pending: bool = False,
) -> list[Line]:
    indent = _indent(style)
    tail = Safe(f"  {note}") if note else Safe("")
    room = max(10, style.width - indent - 1)
    texts = folded(body, room, unfolded=context.is_unfolded)
    body_style = "dim" if is_pending else "plain"
    lead = Piece(style.glyphs.cursor if context.is_selected else Safe(" "), "cursor")
    lines: list[Line] = []
    heading = _heading(name, date, style, is_own=is_own) if context.has_heading else None
    if heading is not None and (_is_narrow(style) or cells(name) > style.author_width):
        lines.append((lead, *heading))
        heading = None
    for number, text in enumerate(texts):
        margin = heading if number == 0 and heading is not None else (Piece(Safe(" " * (indent - 1))),)
        lines.append((lead, *margin, Piece(text, body_style)))
    if tail and cells(texts[-1]) + cells(tail) <= room:
        lines[-1] = (*lines[-1], Piece(tail, "failed" if note == "failed" else "dim"))
    elif tail:
        lines.append((lead, Piece(Safe(" " * (indent - 3))), Piece(tail, "dim")))
    return lines


def line_room(style: LogStyle) -> int:
    """Cells for a name that has a line of its own, behind the time."""
    return max(1, style.width - 9)


def _heading(name: Safe, date: datetime, style: LogStyle, *, is_own: bool) -> Line:
    name_style = "own" if is_own else "strong"
    is_column = not _is_narrow(style) and cells(name) <= style.author_width
    author = pad(name, style.author_width) if is_column else shorten(name, line_room(style))
    return (Piece(Safe(f"{style.clock.time(date)}  "), "dim"), Piece(author, name_style), Piece(Safe(" ")))


def folded(body: str, width: int, *, unfolded: bool = False) -> list[Safe]:
    """The lines of a body; a long one shows its beginning and how much is missing."""
    if unfolded or (len(body) <= FOLD_CHARACTERS and body.count("\n") < FOLD_LINES):
        lines = wrap(safe(body), width)
        if unfolded or len(lines) <= FOLD_LINES:
            return lines
        hidden = len(lines) - FOLDED_LINES
        return [*lines[:FOLDED_LINES], shorten(Safe(f"… {hidden} more lines (select, Enter)"), width)]
    lines = wrap(safe(body[:FOLD_CHARACTERS]), width)[:FOLDED_LINES]
    return [*lines, shorten(Safe(f"… {len(body):,} characters in all (select, Enter)"), width)]


def empty_log_lines(words: Sequence[str], width: int, height: int, *, is_loading: bool) -> list[Line]:
    """What stands in the middle of a log without messages."""
    words = words or (("loading…",) if is_loading else ("no messages yet",))
    texts = [text for line in words for text in wrap(Safe(line), max(1, width - 4))]
    lines: list[Line] = [centred(text, width, Safe(" "), "dim") for text in texts]
    top = max(0, (height - len(lines)) // 2)
    return ([()] * top + lines + [()] * height)[:height]
