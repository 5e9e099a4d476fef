"""Makes what Textual paints of a line: segments in the theme's styles."""

from rich.segment import Segment
from rich.style import Style
from textual.color import BLACK
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.tui.render.line import Line
from chat_tui.tui.widgets.styles import style_named

_IN_ASCII = str.maketrans({"…": ".", "—": "-", "·": "-"})
"""Our own punctuation on terminals without Unicode."""


class StripPainter:
    """For one widget, whose theme and background it keeps in mind until it is told to `forget` them."""

    def __init__(self, widget: Widget, *, is_ascii: bool) -> None:
        self._widget = widget
        self._is_ascii = is_ascii
        self._styles: dict[str, Style] = {}

    def forget(self) -> None:
        """The theme changed: every style is another one."""
        self._styles.clear()

    def strip(self, line: Line, width: int) -> Strip:
        """``line`` in exactly ``width`` cells."""
        segments = [
            Segment(piece.text.translate(_IN_ASCII) if self._is_ascii else piece.text, self._style(piece.style))
            for piece in line
            if piece.text
        ]
        return Strip(segments).adjust_cell_length(width, self._style("plain"))

    def _style(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            visual = self._widget.visual_style
            background = visual.background or BLACK
            style = style_named(name, self._widget.app.theme_variables, visual.rich_style, background)
            self._styles[name] = style
        return style
