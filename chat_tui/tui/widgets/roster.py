"""The right pane: everybody in the channel, under two marks."""

from chat_tui.tui.render.glyphs import UNICODE, Glyphs
from chat_tui.tui.render.line import Line
from chat_tui.tui.render.names import NameWithin
from chat_tui.tui.render.roster_rows import Heading, RosterRow, mark_words, roster_line
from chat_tui.tui.render.safe_text import safe_text
from chat_tui.tui.widgets.pick_list import PickList


class Roster(PickList):
    rows: list[Heading | RosterRow] = []  # noqa: RUF012 - replaced as a whole, never changed
    is_stale = False

    def __init__(self, within: NameWithin, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002
        """``within``: what to call somebody in so many cells."""
        super().__init__(glyphs=glyphs, id=id)
        self._within = within

    def show(self, rows: list[Heading | RosterRow], *, is_stale: bool) -> None:
        self.rows, self.is_stale = rows, is_stale
        self.redraw()
        self.moved()

    def count(self) -> int:
        return len(self.rows)

    def is_pickable(self, number: int) -> bool:
        return isinstance(self.rows[number], RosterRow)

    def line(self, number: int, width: int) -> Line:
        is_cursor = self.has_focus and number == self.cursor
        row = self.rows[number]
        return roster_line(row, width, self.glyphs, self._within, is_stale=self.is_stale, is_cursor=is_cursor)

    def moved(self) -> None:
        """Both marks of the person under the cursor, in words."""
        row = self.rows[self.cursor] if self.cursor < len(self.rows) else None
        words = mark_words(row) if self.has_focus and isinstance(row, RosterRow) else ""
        if words != getattr(self, "_words", ""):
            self._words = words
            self.border_subtitle = safe_text(words) if words else None

    def on_focus(self) -> None:
        if self.rows and not self.is_pickable(self.cursor):
            self.action_move(1)
        super().on_focus()
        self.call_next(self.moved)

    def on_blur(self) -> None:
        super().on_blur()
        self.call_next(self.moved)
