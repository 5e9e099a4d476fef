"""The base of every pane: a widget drawn line by line from values, repainting only the rows that changed."""

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.tui.faults import Guarded, report_fault
from chat_tui.tui.render.glyphs import ASCII, UNICODE, Glyphs
from chat_tui.tui.render.line import Line, Piece
from chat_tui.tui.render.log_lines import UNDRAWN
from chat_tui.tui.render.wrap import shorten
from chat_tui.tui.widgets.strip_painter import StripPainter


class LinePane(Guarded, Widget):
    """Subclasses say what stands in each row (`row`); `redraw` finds out which rows differ."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.glyphs = glyphs
        self.drawn: list[Line] = []
        """What stood in each row when it was last computed."""
        self._strips: dict[Line, Strip] = {}
        self._painter = StripPainter(self, is_ascii=glyphs is ASCII)

    def row(self, y: int) -> Line:
        """What stands in row ``y`` of the pane now."""
        return self.drawn[y] if y < len(self.drawn) else ()

    def compute(self, width: int, height: int) -> list[Line]:
        """The pane's rows for its size."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Compute the rows anew and repaint those that changed."""
        size = self.content_size
        if not size:
            return
        before, self.drawn = self.drawn, self._computed(size.width, size.height)
        if len(before) != len(self.drawn):
            self.refresh()
            return
        changed = [y for y, (old, new) in enumerate(zip(before, self.drawn, strict=True)) if old != new]
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
        self.drawn = []
        self.redraw()

    def notify_style_update(self) -> None:
        """The theme changed: every style is another one."""
        super().notify_style_update()
        self._painter.forget()
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """Row ``y`` as Textual wants it."""
        try:
            line = self.row(y)
            strip = self._strips.get(line)
            if strip is None or strip.cell_length != self.content_size.width:
                if len(self._strips) > 2000:
                    self._strips.clear()
                strip = self._strips[line] = self._painter.strip(line, self.content_size.width)
        except Exception as error:  # one row less is better than no screen
            report_fault(self, f"drawing a row of {self.id}", error)
            return Strip.blank(self.content_size.width)
        return strip
