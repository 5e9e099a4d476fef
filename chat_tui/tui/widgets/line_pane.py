"""The base of every pane: a widget drawn line by line from values, repainting only the rows that changed."""

from rich.segment import Segment
from rich.style import Style
from textual.color import BLACK
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.tui.faults import Guarded, report_fault
from chat_tui.tui.render.glyphs import ASCII, UNICODE, Glyphs
from chat_tui.tui.render.line import Line, Piece
from chat_tui.tui.render.safe_text import Safe
from chat_tui.tui.render.wrap import shorten
from chat_tui.tui.widgets.styles import style_named

_IN_ASCII = str.maketrans({"…": ".", "—": "-", "·": "-"})
"""Our own punctuation on terminals without Unicode."""


UNDRAWN = Safe(" this cannot be drawn: see the log")


class LinePane(Guarded, Widget):
    """Subclasses say what stands in each row (`row`); `redraw` finds out which rows differ."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.glyphs = glyphs
        self._drawn: list[Line] = []
        self._strips: dict[Line, Strip] = {}
        self._known_styles: dict[str, Style] = {}

    def row(self, y: int) -> Line:
        """What stands in row ``y`` of the pane now."""
        return self._drawn[y] if y < len(self._drawn) else ()

    def compute(self, width: int, height: int) -> list[Line]:
        """The pane's rows for its size."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Compute the rows anew and repaint those that changed."""
        size = self.content_size
        if not size:
            return
        before, self._drawn = self._drawn, self._computed(size.width, size.height)
        if len(before) != len(self._drawn):
            self.refresh()
            return
        changed = [y for y, (old, new) in enumerate(zip(before, self._drawn, strict=True)) if old != new]
        if changed:
            self.refresh(*(Region(0, y, size.width, 1) for y in changed))

    def _computed(self, width: int, height: int) -> list[Line]:
        """A pane that cannot be drawn says so, and leaves the others alone."""
        try:
            return self.compute(width, height)
        except Exception as error:
            report_fault(self, f"drawing {self.id}", error)
            return [(Piece(shorten(UNDRAWN, width), "failed"),), *[()] * (height - 1)]

    def on_resize(self) -> None:
        self._drawn = []
        self.redraw()

    def notify_style_update(self) -> None:
        """The theme changed: every style is another one."""
        super().notify_style_update()
        self._known_styles.clear()
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """Row ``y`` as Textual wants it."""
        try:
            line = self.row(y)
            strip = self._strips.get(line)
            if strip is None or strip.cell_length != self.content_size.width:
                if len(self._strips) > 2000:
                    self._strips.clear()
                strip = self._strips[line] = self._strip(line)
        except Exception as error:  # one row less is better than no screen
            report_fault(self, f"drawing a row of {self.id}", error)
            return Strip.blank(self.content_size.width)
        return strip

    def _strip(self, line: Line) -> Strip:
        is_ascii = self.glyphs is ASCII
        segments = [
            Segment(piece.text.translate(_IN_ASCII) if is_ascii else piece.text, self._style_of(piece.style))
            for piece in line
            if piece.text
        ]
        return Strip(segments).adjust_cell_length(self.content_size.width, self._style_of("plain"))

    def _style_of(self, name: str) -> Style:
        style = self._known_styles.get(name)
        if style is None:
            visual = self.visual_style
            style = style_named(name, self.app.theme_variables, visual.rich_style, visual.background or BLACK)
            self._known_styles[name] = style
        return style
