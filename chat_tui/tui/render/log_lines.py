"""The lines of every message of a log, made once and kept for as long as nothing changes that they depend on."""

from collections.abc import Callable, Sequence

import msgspec

from chat_tui.client.model import Message, PendingMessage
from chat_tui.tui.render.glyphs import Glyphs
from chat_tui.tui.render.line import Line, Piece
from chat_tui.tui.render.message_lines import (
    LogStyle,
    MessageContext,
    author_width,
    line_room,
    message_lines,
    pending_lines,
    starts_run,
)
from chat_tui.tui.render.safe_text import Safe, safe_name
from chat_tui.tui.render.times import Clock
from chat_tui.tui.render.wrap import shorten

CACHED_UNITS = 3000

UNDRAWN = Safe(" this cannot be drawn: see the log")


class LogContent(msgspec.Struct):
    """What the log shows. ``first_new``: index of the message the divider stands before; ``author``: what to call an
    identity in a column of so many cells, or on a line of so many where that does not tell it from others, and
    ``naming`` a number that is another when somebody may be called something else."""

    messages: Sequence[Message] = ()
    pending: Sequence[PendingMessage] = ()
    author: Callable[[str, int, int], Safe] = lambda identity, _column, room: shorten(safe_name(identity), room)
    naming: Callable[[], int] = int
    own_identity: str = ""
    first_new: int | None = None
    new_count: int = 0
    has_older: bool = False
    is_loading: bool = False
    words: tuple[str, ...] = ()
    """What stands there instead when there are no messages."""


class LogLines:
    """Units are the messages in order, then what is not sent yet. ``on_fault`` is told of one that cannot be drawn."""

    def __init__(self, clock: Clock, glyphs: Glyphs, on_fault: Callable[[str, Exception], object]) -> None:
        self.content = LogContent()
        self.marked: int | None = None
        """Index of the message that is drawn as the selected one."""
        self.cache: dict[tuple[object, ...], list[Line]] = {}
        self._clock = clock
        self._glyphs = glyphs
        self._on_fault = on_fault
        self._style = LogStyle(0, glyphs, clock, "")
        self._unfolded: set[str] = set()

    def fit(self, width: int) -> None:
        """From now on the lines are ``width`` cells wide."""
        style = LogStyle(width, self._glyphs, self._clock, self.content.own_identity, author_width(width))
        if style != self._style or len(self.cache) > CACHED_UNITS:
            self._style = style
            self.cache.clear()

    def count(self) -> int:
        return len(self.content.messages) + len(self.content.pending)

    def toggle_fold(self, message_sid: str) -> None:
        """Show all of a long message, or fold it again."""
        self._unfolded ^= {message_sid}

    def of(self, unit: int) -> list[Line]:
        """A message that makes no sense takes no other along."""
        try:
            messages = self.content.messages
            if unit >= len(messages):
                return self._of_pending(unit - len(messages))
            return self._of_message(messages[unit], messages[unit - 1] if unit else None)
        except Exception as error:
            self._on_fault("drawing a message", error)
            return [(Piece(shorten(UNDRAWN, self._style.width), "failed"),)]

    def _of_message(self, message: Message, before: Message | None) -> list[Line]:
        context = self._context_of(message, before)
        name = self._author(message.author)
        key = (message.sid, message.date_updated, name, context)
        lines = self.cache.get(key)
        if lines is None:
            lines = self.cache[key] = message_lines(message, name, self._style, context)
        return lines

    def _author(self, identity: str) -> Safe:
        style = self._style
        return self.content.author(identity, style.author_width, line_room(style))

    def _context_of(self, message: Message, before: Message | None) -> MessageContext:
        is_day = before is None or not self._clock.is_same_day(before.date_created, message.date_created)
        is_new = message.index == self.content.first_new
        return MessageContext(
            day=message.date_created if is_day else None,
            new=self.content.new_count if is_new else None,
            has_heading=is_day or is_new or starts_run(message.author, message.date_created, before),
            is_selected=self.marked is not None and message.index == self.marked,
            is_unfolded=message.sid in self._unfolded,
        )

    def _of_pending(self, number: int) -> list[Line]:
        pending, messages, own = self.content.pending[number], self.content.messages, self.content.own_identity
        before = messages[-1] if messages and number == 0 else None
        is_day = number == 0 and (
            before is None or not self._clock.is_same_day(before.date_created, pending.date_created)
        )
        continues = number > 0 or not starts_run(own, pending.date_created, before)
        context = MessageContext(day=pending.date_created if is_day else None, has_heading=is_day or not continues)
        return pending_lines(pending, self._author(own), self._style, context)
