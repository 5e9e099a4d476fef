"""Textual's own containers and fields, which here go on after an error as the rest does."""

from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from chat_tui.tui.faults import Guarded


class Row(Guarded, Horizontal):
    pass


class Column(Guarded, Vertical):
    pass


class SearchInput(Guarded, Input):
    pass
