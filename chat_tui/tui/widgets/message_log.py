"""The middle pane: one view over values, drawn by lines, never a widget per message."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from textual import events
from textual.message import Message as TextualMessage

from chat_tui.client.model import Message, PendingMessage
from chat_tui.tui.actions import MESSAGES, bindings
from chat_tui.tui.faults import report_fault
from chat_tui.tui.render.glyphs import UNICODE, Glyphs
from chat_tui.tui.render.line import Line, Piece, centred
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
from chat_tui.tui.render.viewport import Viewport
from chat_tui.tui.render.wrap import shorten, wrap
from chat_tui.tui.widgets.line_pane import UNDRAWN, LinePane

CACHED_UNITS = 3000


class Log(msgspec.Struct):
    """What the log shows. ``first_new``: index of the message the divider stands before; ``author``: what to call an
    identity in a column of so many cells, or on a line of so many where that does not tell it from others, and
    ``naming`` a number that is another when somebody may be called something else."""

    messages: Sequence[Message] = ()
    pending: Sequence[PendingMessage] = ()
    author: Callable[[str, int, int], Safe] = lambda identity, _column, room: shorten(safe_name(identity), room)
    naming: Callable[[], int] = int
    first_new: int | None = None
    new_count: int = 0
    has_older: bool = False
    is_loading: bool = False
    words: tuple[str, ...] = ()
    """What stands there instead when there are no messages."""


class MessageLog(LinePane, can_focus=True):
    BINDINGS = bindings(MESSAGES)

    @dataclass
    class TopReached(TextualMessage):
        """The reader is at the beginning of what is loaded."""

    @dataclass
    class Scrolled(TextualMessage):
        """The view moved; ``follows``: the end is in view."""

        follows: bool

    @dataclass
    class Left(TextualMessage):
        """The reader moved down past the newest message, back to the composer."""

    def __init__(self, clock: Clock, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002
        super().__init__(glyphs=glyphs, id=id)
        self.log_shown = Log()
        self.own_identity = ""
        self.selected: int | None = None
        """Index of the message under the cursor."""
        self._clock = clock
        self._viewport: Viewport[Line] = Viewport()
        self._log_style = LogStyle(0, glyphs, clock, "")
        self._cache: dict[tuple[object, ...], list[Line]] = {}
        self._unfolded: set[str] = set()
        self._row_units: list[int] = []

    # ---- what is shown

    def show(self, log: Log, *, anew: bool = False) -> None:
        """``anew``: another channel, so begin at its end."""
        self.log_shown = log
        if anew:
            self._viewport = Viewport()
            self.selected = None
        self.redraw()

    def older_arrived(self, count: int) -> None:
        """``count`` messages were put in front: what is in view stays there."""
        self._viewport.prepended(count)
        self.redraw()

    @property
    def follows(self) -> bool:
        return self._viewport.follows

    @property
    def below(self) -> int:
        """How many messages are under the view."""
        return self._viewport.below(self._count())

    def _count(self) -> int:
        return len(self.log_shown.messages) + len(self.log_shown.pending)

    def compute(self, width: int, height: int) -> list[Line]:
        style = LogStyle(width, self.glyphs, self._clock, self.own_identity, author_width(width))
        if style != self._log_style or len(self._cache) > CACHED_UNITS:
            self._log_style = style
            self._cache.clear()
        log = self.log_shown
        if not self._count():
            words = log.words or (("loading…",) if log.is_loading else ("no messages yet",))
            texts = [text for line in words for text in wrap(Safe(line), max(1, width - 4))]
            lines: list[Line] = [centred(text, width, Safe(" "), "dim") for text in texts]
            top = max(0, (height - len(lines)) // 2)
            return ([()] * top + lines + [()] * height)[:height]
        for _ in range(2):  # whoever comes into view may change what others are called
            naming = log.naming()
            window = self._viewport.window(self._count(), self._unit_lines, height)
            if log.naming() == naming:
                break
        self._row_units = [unit for unit, _ in window]
        found: list[Line] = [line for _, line in window]
        missing = height - len(found)
        self._row_units[:0] = [-1] * missing
        found[:0] = [()] * missing
        if log.is_loading:
            found[0] = centred(Safe("loading earlier messages…"), width, Safe(" "), "dim")
        return found

    def _unit_lines(self, unit: int) -> list[Line]:
        """A message that makes no sense takes no other along."""
        try:
            return self._lines_of(unit)
        except Exception as error:
            report_fault(self, "drawing a message", error)
            return [(Piece(shorten(UNDRAWN, self._log_style.width), "failed"),)]

    def _lines_of(self, unit: int) -> list[Line]:
        messages = self.log_shown.messages
        if unit >= len(messages):
            return self._pending_lines(unit - len(messages))
        message = messages[unit]
        before = messages[unit - 1] if unit else None
        context = self._context_of(message, before)
        name = self._author(message.author)
        key = (message.sid, message.date_updated, name, context)
        lines = self._cache.get(key)
        if lines is None:
            lines = self._cache[key] = message_lines(message, name, self._log_style, context)
        return lines

    def _author(self, identity: str) -> Safe:
        style = self._log_style
        return self.log_shown.author(identity, style.author_width, line_room(style))

    def _context_of(self, message: Message, before: Message | None) -> MessageContext:
        log = self.log_shown
        is_day = before is None or not self._clock.is_same_day(before.date_created, message.date_created)
        is_new = message.index == log.first_new
        return MessageContext(
            day=message.date_created if is_day else None,
            new=log.new_count if is_new else None,
            has_heading=is_day or is_new or starts_run(message.author, message.date_created, before),
            is_selected=message.index == self.selected and self.has_focus,
            is_unfolded=message.sid in self._unfolded,
        )

    def _pending_lines(self, number: int) -> list[Line]:
        pending = self.log_shown.pending[number]
        messages = self.log_shown.messages
        before = messages[-1] if messages and number == 0 else None
        is_day = number == 0 and (
            before is None or not self._clock.is_same_day(before.date_created, pending.date_created)
        )
        continues = number > 0 or not starts_run(self.own_identity, pending.date_created, before)
        context = MessageContext(day=pending.date_created if is_day else None, has_heading=is_day or not continues)
        return pending_lines(pending, self._author(self.own_identity), self._log_style, context)

    # ---- scrolling

    def scroll_lines(self, by: int) -> None:
        """Up by ``by`` lines, or down when negative."""
        height = self.content_size.height
        at_top = self._viewport.scroll(by, self._count(), self._unit_lines, height)
        self._after_moving(at_top=at_top and by > 0)

    def scroll_pages(self, pages: int) -> None:
        self.scroll_lines(pages * max(1, self.content_size.height - 2))

    def scroll_to_start(self) -> None:
        self.scroll_lines(1_000_000)

    def scroll_to_end(self) -> None:
        self._viewport.follow()
        self._after_moving(at_top=False)

    def scroll_to_new(self) -> None:
        """To the divider."""
        for unit, message in enumerate(self.log_shown.messages):
            if message.index == self.log_shown.first_new:
                self._viewport.reveal(unit, self._count(), self._unit_lines, self.content_size.height)
                self._after_moving(at_top=False)

    def _after_moving(self, *, at_top: bool) -> None:
        self.redraw()
        self.post_message(self.Scrolled(self.follows))
        if at_top and self.log_shown.has_older and not self.log_shown.is_loading:
            self.post_message(self.TopReached())

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_lines(3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_lines(-3)

    # ---- selecting

    def select_newest(self) -> None:
        if self.log_shown.messages:
            self._select(len(self.log_shown.messages) - 1)

    def _unit_selected(self) -> int | None:
        for unit in range(len(self.log_shown.messages) - 1, -1, -1):
            if self.log_shown.messages[unit].index == self.selected:
                return unit
        return None

    def _select(self, unit: int) -> None:
        self.selected = self.log_shown.messages[unit].index
        self._viewport.reveal(unit, self._count(), self._unit_lines, self.content_size.height)
        self._after_moving(at_top=unit == 0)

    def action_select(self, by: int) -> None:
        """Move the cursor over messages; below the newest it goes back to the composer."""
        unit = self._unit_selected()
        if unit is None:
            self.select_newest()
        elif unit + by >= len(self.log_shown.messages):
            self.post_message(self.Left())
        elif unit + by >= 0:
            self._select(unit + by)
        else:
            self._after_moving(at_top=True)

    def action_unfold(self) -> None:
        """Show all of a long message, or fold it again."""
        message = self.selected_message
        if message is not None:
            self._unfolded ^= {message.sid}
            self.redraw()

    @property
    def selected_message(self) -> Message | None:
        unit = self._unit_selected()
        return None if unit is None else self.log_shown.messages[unit]

    def on_focus(self) -> None:
        if self.selected is None:
            self.select_newest()
        self.call_next(self.redraw)  # Textual sets has_focus after this handler

    def on_blur(self) -> None:
        self.call_next(self.redraw)

    def on_click(self, event: events.Click) -> None:
        y = event.get_content_offset_capture(self).y
        unit = self._row_units[y] if 0 <= y < len(self._row_units) else -1
        if 0 <= unit < len(self.log_shown.messages):
            self._select(unit)
