"""The left pane: the user's channels and invitations."""

from dataclasses import dataclass

from textual.message import Message

from chat_tui.tui.render.channel_rows import ChannelRow, channel_line
from chat_tui.tui.render.glyphs import UNICODE, Glyphs
from chat_tui.tui.render.line import Line
from chat_tui.tui.render.names import NameWithin
from chat_tui.tui.widgets.pick_list import PickList


class ChannelList(PickList):
    rows: list[ChannelRow] = []  # noqa: RUF012 - replaced as a whole, never changed
    current: str | None = None

    def __init__(self, within: NameWithin, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002
        """``within``: what to call a channel in so many cells."""
        super().__init__(glyphs=glyphs, id=id)
        self._within = within

    @dataclass
    class Picked(Message):
        """The reader wants to be in this channel."""

        sid: str

    def show(self, rows: list[ChannelRow], current: str | None) -> None:
        """These rows, the cursor staying on its channel."""
        under_cursor = self.rows[self.cursor].sid if self.cursor < len(self.rows) else current
        if current != self.current:
            under_cursor = current
        self.rows, self.current = rows, current
        self.cursor = next((n for n, row in enumerate(rows) if row.sid == under_cursor), self.cursor)
        self.redraw()

    @property
    def sid_at_cursor(self) -> str | None:
        return self.rows[self.cursor].sid if self.cursor < len(self.rows) else None

    def count(self) -> int:
        return len(self.rows)

    def line(self, number: int, width: int) -> Line:
        row = self.rows[number]
        is_cursor = self.has_focus and number == self.cursor
        is_current = row.sid == self.current
        return channel_line(row, width, self.glyphs, self._within, is_current=is_current, is_cursor=is_cursor)

    def picked(self, number: int) -> None:
        self.post_message(self.Picked(self.rows[number].sid))
