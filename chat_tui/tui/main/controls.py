"""What the keys of the main screen act on: its parts, together."""

from dataclasses import dataclass
from typing import Any

from textual.screen import Screen

from chat_tui.client import ChatClient
from chat_tui.tui.main.dialogs import Dialogs
from chat_tui.tui.main.hint_bar import HintBar
from chat_tui.tui.main.navigation import Navigation
from chat_tui.tui.main.pane_folding import PaneFolding
from chat_tui.tui.main.panes import Panes
from chat_tui.tui.main.requests import Requests
from chat_tui.tui.main.view_state import ViewState


@dataclass(frozen=True)
class Controls:
    """Each keeps one part of the screen's state, or asks one kind of thing."""

    screen: Screen[Any]
    client: ChatClient
    view: ViewState
    panes: Panes
    folding: PaneFolding
    navigation: Navigation
    hints: HintBar
    requests: Requests
    dialogs: Dialogs
