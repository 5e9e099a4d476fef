"""Which panes there is room for, and which the reader wants."""

from typing import Literal

WIDE = 100
MEDIUM = 70
"""Columns from which on all three panes fit, and from which on two do."""

Side = Literal["channels", "roster"]
CLASSES = ("-hidden-channels", "-hidden-roster", "-only-channels", "-only-roster")


class Folding:
    """A side pane is shown where it fits, unless the reader said otherwise; narrow terminals show one at a time."""

    def __init__(self) -> None:
        self._wanted: dict[Side, bool] = {}
        self._only: Side | None = None

    def classes(self, width: int) -> set[str]:
        """The stylesheet's classes for a terminal of ``width`` columns."""
        if width < MEDIUM:
            if self._only is not None:
                other = "roster" if self._only == "channels" else "channels"
                return {f"-only-{self._only}", f"-hidden-{other}"}
            return {"-hidden-channels", "-hidden-roster"}
        sides: tuple[Side, Side] = ("channels", "roster")
        return {f"-hidden-{side}" for side in sides if not self.is_shown(side, width)}

    def is_shown(self, side: Side, width: int) -> bool:
        if width < MEDIUM:
            return self._only == side
        return self._wanted.get(side, self._fits(side, width))

    @staticmethod
    def _fits(side: Side, width: int) -> bool:
        return side == "channels" or width >= WIDE

    def toggle(self, side: Side, width: int) -> bool:
        """Show or hide a side. Returns whether it is shown now."""
        if width < MEDIUM:
            self._only = None if self._only == side else side
        else:
            wanted = not self.is_shown(side, width)
            self._wanted[side] = wanted
            if wanted == self._fits(side, width):
                del self._wanted[side]  # back to what the width says
        return self.is_shown(side, width)

    def to_conversation(self) -> None:
        """On a narrow terminal, back to the middle pane."""
        self._only = None
