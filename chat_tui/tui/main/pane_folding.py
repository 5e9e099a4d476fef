"""Shows the panes there is room for or the reader asked for, and moves the focus to them."""

from typing import Any

from textual.screen import Screen

from chat_tui.tui.main.folding import CLASSES, Folding, Side
from chat_tui.tui.main.panes import Panes


class PaneFolding:
    """Applies `Folding` to the screen by the classes of its stylesheet."""

    def __init__(self, screen: Screen[Any], panes: Panes) -> None:
        self._screen = screen
        self._panes = panes
        self._folding = Folding()

    def fold(self) -> None:
        """Show the panes there is room for."""
        wanted = self._folding.classes(self._screen.app.size.width)
        for name in CLASSES:
            self._screen.set_class(name in wanted, name)

    def toggle(self, side: Side) -> None:
        """Show a side pane and go there, or hide it and go back to the composer."""
        is_shown = self._folding.toggle(side, self._screen.size.width)
        self.fold()
        if is_shown:
            (self._panes.channels if side == "channels" else self._panes.roster).focus()
        else:
            self._panes.composer.focus()

    def to_composer(self) -> None:
        """Back to where one writes, on a narrow terminal too."""
        self._panes.log.view.selected = None
        self._folding.to_conversation()
        self.fold()
        self._panes.composer.focus()
