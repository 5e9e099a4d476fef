"""A pane of rows with a cursor, moved by keys and by the mouse."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from chat_tui.tui.render.line import Line
from chat_tui.tui.widgets.line_pane import LinePane


class PickList(LinePane, can_focus=True):
    """Subclasses hold the rows, say which can be picked, and what picking does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("pageup", "page(-1)", "page up", show=False),
        Binding("pagedown", "page(1)", "page down", show=False),
        Binding("home", "move(-100000)", "first", show=False),
        Binding("end", "move(100000)", "last", show=False),
        Binding("enter", "pick", "pick", show=False),
    ]

    cursor = 0
    _top = 0

    def count(self) -> int:
        raise NotImplementedError

    def line(self, number: int, width: int) -> Line:
        """Row ``number`` in ``width`` cells."""
        raise NotImplementedError

    def is_pickable(self, number: int) -> bool:
        return True

    def picked(self, number: int) -> None:
        """The reader chose a row."""

    def moved(self) -> None:
        """The cursor is somewhere else."""

    def compute(self, width: int, height: int) -> list[Line]:
        count = self.count()
        self.cursor = max(0, min(self.cursor, count - 1))
        self._top = max(0, min(self._top, count - height))
        if self.cursor < self._top:
            self._top = self.cursor
        elif self.cursor >= self._top + height:
            self._top = self.cursor - height + 1
        lines = [self.line(number, width) for number in range(self._top, min(count, self._top + height))]
        return lines + [()] * (height - len(lines))

    def action_move(self, by: int) -> None:
        """Move the cursor, over rows that cannot be picked."""
        step = 1 if by > 0 else -1
        wanted = max(0, min(self.count() - 1, self.cursor + by))
        while 0 <= wanted < self.count() and not self.is_pickable(wanted):
            wanted += step
        if 0 <= wanted < self.count():
            self.cursor = wanted
            self.moved()
            self.redraw()

    def action_page(self, pages: int) -> None:
        self.action_move(pages * max(1, self.content_size.height - 1))

    def action_pick(self) -> None:
        if self.count() and self.is_pickable(self.cursor):
            self.picked(self.cursor)

    def on_click(self, event: events.Click) -> None:
        number = self._top + event.get_content_offset_capture(self).y
        if 0 <= number < self.count() and self.is_pickable(number):
            self.cursor = number
            self.picked(number)
            self.redraw()

    def on_mouse_scroll_up(self) -> None:
        self.action_move(-3)

    def on_mouse_scroll_down(self) -> None:
        self.action_move(3)

    def on_focus(self) -> None:
        self.call_next(self.redraw)  # Textual sets has_focus after this handler

    def on_blur(self) -> None:
        self.call_next(self.redraw)
