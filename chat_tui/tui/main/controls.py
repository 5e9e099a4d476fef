"""What the keys of the main screen act on: its parts, together."""

from collections.abc import Callable
from typing import Any

import msgspec
from textual.screen import Screen

from chat_tui.client import ChatClient
from chat_tui.tui.main.hint_bar import HintBar
from chat_tui.tui.main.navigation import Navigation
from chat_tui.tui.main.pane_folding import PaneFolding
from chat_tui.tui.main.panes import Panes
from chat_tui.tui.main.presenter import Presenter
from chat_tui.tui.main.requests import Requests
from chat_tui.tui.main.view_state import ViewState
from chat_tui.tui.render.glyphs import Glyphs
from chat_tui.tui.render.times import Clock


class Controls(msgspec.Struct, frozen=True):
    """``perform`` runs an action by its id."""

    screen: Screen[Any]
    client: ChatClient
    clock: Clock
    glyphs: Glyphs
    view: ViewState
    presenter: Presenter
    panes: Panes
    folding: PaneFolding
    navigation: Navigation
    hints: HintBar
    requests: Requests
    perform: Callable[[str], object]
