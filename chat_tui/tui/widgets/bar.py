"""A row of text: the title at the top, who types, the keys at the bottom."""

from chat_tui.tui.render.line import Line, between
from chat_tui.tui.widgets.line_pane import LinePane


class Bar(LinePane):
    """``left`` and ``right`` stand at the two edges."""

    left: Line = ()
    right: Line = ()

    def show(self, left: Line, right: Line = ()) -> None:
        if (left, right) != (self.left, self.right):
            self.left, self.right = left, right
            self.redraw()

    def compute(self, width: int, height: int) -> list[Line]:
        return [between(self.left, self.right, width)]
