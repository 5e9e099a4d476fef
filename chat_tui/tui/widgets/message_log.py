"""The middle pane: one view over values, drawn by lines, never a widget per message."""

from dataclasses import dataclass
from functools import partial

from textual import events
from textual.message import Message as TextualMessage

from chat_tui.tui.faults import report_fault
from chat_tui.tui.render.glyphs import UNICODE, Glyphs
from chat_tui.tui.render.line import Line, centred
from chat_tui.tui.render.log_lines import LogContent, LogLines
from chat_tui.tui.render.log_view import BEYOND, LogView
from chat_tui.tui.render.message_lines import empty_log_lines
from chat_tui.tui.render.safe_text import Safe
from chat_tui.tui.render.times import Clock
from chat_tui.tui.widgets.line_pane import LinePane

WHEEL_LINES = 3


class MessageLog(LinePane, can_focus=True):
    """``lines`` knows how each message is drawn, ``view`` which of them the reader sees."""

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
        self.lines = LogLines(clock, glyphs, partial(report_fault, self))
        self.view = LogView(self.lines)
        self._row_units: list[int] = []

    def show(self, content: LogContent, *, anew: bool = False) -> None:
        """``anew``: another channel, so begin at its end."""
        self.lines.content = content
        if anew:
            self.view.begin_anew()
        self.redraw()

    def show_older(self, content: LogContent, count: int) -> None:
        """``count`` messages were put in front: what is in view stays there."""
        self.lines.content = content
        self.view.prepended(count)
        self.redraw()

    def compute(self, width: int, height: int) -> list[Line]:
        self.lines.fit(width)
        self.lines.marked = self.view.selected if self.has_focus else None
        self.view.height = height
        content = self.lines.content
        if not self.lines.count():
            return empty_log_lines(content.words, width, height, is_loading=content.is_loading)
        window = self.view.window()
        missing = height - len(window)
        self._row_units = [-1] * missing + [unit for unit, _ in window]
        found: list[Line] = [()] * missing + [line for _, line in window]
        if content.is_loading:
            found[0] = centred(Safe("loading earlier messages…"), width, Safe(" "), "dim")
        return found

    # ---- scrolling

    def scroll_lines(self, by: int) -> None:
        """Up by ``by`` lines, or down when negative."""
        is_at_top = self.view.scroll(by)
        self._after_moving(at_top=is_at_top and by > 0)

    def scroll_pages(self, pages: int) -> None:
        self.scroll_lines(pages * max(1, self.content_size.height - 2))

    def scroll_to_start(self) -> None:
        self.scroll_lines(BEYOND)

    def scroll_to_end(self) -> None:
        self.view.to_end()
        self._after_moving(at_top=False)

    def scroll_to_new(self) -> None:
        """To the divider."""
        if self.view.to_new():
            self._after_moving(at_top=False)

    def _after_moving(self, *, at_top: bool) -> None:
        self.redraw()
        self.post_message(self.Scrolled(self.view.follows))
        if at_top and self.lines.content.has_older and not self.lines.content.is_loading:
            self.post_message(self.TopReached())

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_lines(WHEEL_LINES)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_lines(-WHEEL_LINES)

    # ---- selecting

    def _select_unit(self, unit: int) -> None:
        self.view.select(unit)
        self._after_moving(at_top=unit == 0)

    def select(self, by: int) -> None:
        """Move the cursor over messages; below the newest it goes back to the composer."""
        unit, count = self.view.selected_unit, len(self.lines.content.messages)
        wanted = count - 1 if unit is None else unit + by
        if unit is not None and wanted >= count:
            self.post_message(self.Left())
        elif wanted >= 0:
            self._select_unit(wanted)
        elif unit is not None:
            self._after_moving(at_top=True)

    def unfold(self) -> None:
        """Show all of a long message, or fold it again."""
        message = self.view.selected_message
        if message is not None:
            self.lines.toggle_fold(message.sid)
            self.redraw()

    def on_focus(self) -> None:
        if self.view.selected is None and self.lines.content.messages:
            self._select_unit(len(self.lines.content.messages) - 1)
        self.call_next(self.redraw)  # Textual sets has_focus after this handler

    def on_blur(self) -> None:
        self.call_next(self.redraw)

    def on_click(self, event: events.Click) -> None:
        y = event.get_content_offset_capture(self).y
        unit = self._row_units[y] if 0 <= y < len(self._row_units) else -1
        if 0 <= unit < len(self.lines.content.messages):
            self._select_unit(unit)
