"""The other screens, as the main one opens them and takes their answers; none of them is on the start path."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from chat_tui.tui.actions import Action
from chat_tui.tui.main.controls import Controls
from chat_tui.tui.render.safe_text import safe, safe_name

if TYPE_CHECKING:
    from chat_tui.tui.screens.outbox import OutboxChoice


def show_help(on: Controls, actions: Sequence[Action[Any]]) -> None:
    from chat_tui.tui.screens.help import Help

    on.screen.app.push_screen(Help(actions, on.glyphs))


def show_outbox(on: Controls) -> None:
    """What is not sent yet."""
    from chat_tui.tui.screens.outbox import OutboxScreen

    outbox = OutboxScreen(on.client.outbox, on.presenter.channels.title_of, on.clock, on.glyphs)
    on.screen.app.push_screen(outbox, partial(_on_outbox_left, on))


def _on_outbox_left(on: Controls, choice: "OutboxChoice | None") -> None:
    if choice is not None:
        on.navigation.go(choice.channel_sid)
        if choice.text:
            on.panes.composer.give_back(safe(choice.text))


def pick_channel(on: Controls) -> None:
    from chat_tui.tui.main.pickers import channel_picker

    on.screen.app.push_screen(channel_picker(on.presenter, on.glyphs), partial(_on_picked, on))


def pick_anything(on: Controls, actions: Sequence[Action[Any]]) -> None:
    """An action, a channel or a person."""
    from chat_tui.tui.main.pickers import palette

    on.screen.app.push_screen(palette(actions, on.presenter, on.glyphs), partial(_on_picked, on))


def _on_picked(on: Controls, value: str | None) -> None:
    """The picker's answer: go there, do it, or write their name."""
    kind, _, rest = (value or "").partition(":")
    if kind == "channel":
        on.navigation.go(rest)
    elif kind == "action":
        on.perform(rest)
    elif kind == "person":
        on.panes.composer.insert(f"@{safe_name(rest)} ")
        on.panes.composer.focus()
