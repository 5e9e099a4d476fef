"""One's own connection: how the link is, who one is on it, and what waits; it goes on changing while it is shown."""

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from chat_tui.client import ChatClient
from chat_tui.tui.faults import Guarded
from chat_tui.tui.render.glyphs import NOTIFIABLE_WORDS, ONLINE_WORDS, Glyphs, mark_of
from chat_tui.tui.render.line import Line, Piece
from chat_tui.tui.render.link_words import link_words
from chat_tui.tui.render.safe_text import Safe, safe_name, safe_text
from chat_tui.tui.render.times import Clock
from chat_tui.tui.render.wrap import pad
from chat_tui.tui.widgets.line_pane import LinePane

CONNECTION_EVERY = 1.0
"""Seconds between two looks."""

LABEL = 16
"""Cells for what a row is about."""


def connection_lines(client: ChatClient, clock: Clock, glyphs: Glyphs) -> Iterator[Line]:
    """A row for each thing that is known."""
    state, user, enabled = client.connection, client.user, client.reachability_enabled
    words, style = link_words(state, clock)
    yield _row("link", Safe(f"{words} {glyphs.dot} since {clock.time_of(state.since)}"), style)
    if state.reason:
        yield _row("because", safe_name(state.reason), "warning")
    yield _row("you", safe_name(f"{user.title} (@{user.identity})"))
    online, notifiable = (mark_of(mark, enabled=enabled) for mark in (user.is_online, user.is_notifiable))
    yield _row("others see", Safe(f"{glyphs.online[online]} {ONLINE_WORDS[online]}"))
    yield _row("", Safe(f"{glyphs.notifiable[notifiable]} {NOTIFIABLE_WORDS[notifiable]}"))
    yield _row("reachability", _on(enabled))
    yield _row("read horizons", _on(client.read_status_enabled))
    yield _row("channels", Safe(str(len(client.channels))))
    yield _row("users followed", Safe(f"{len(client.people.followed())} of at most {client.people.limit}"))
    yield _row("not sent yet", Safe(str(len(client.outbox.unsent()))))


def _on(is_on: bool) -> Safe:
    return Safe("on" if is_on else "off")


def _row(label: str, words: Safe, style: str = "plain") -> Line:
    return (Piece(pad(Safe(f" {label}"), LABEL), "dim"), Piece(words, style))


class ConnectionPane(LinePane):
    def __init__(self, client: ChatClient, clock: Clock, glyphs: Glyphs) -> None:
        super().__init__(glyphs=glyphs, id="connection")
        self._client = client
        self._clock = clock

    def compute(self, width: int, height: int) -> list[Line]:
        lines = list(connection_lines(self._client, self._clock, self.glyphs))
        return [*lines, *[()] * height][:height]


class ConnectionScreen(Guarded, ModalScreen[None]):
    CSS_PATH = "connection.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f3,q", "close", "Close", show=False)]

    def __init__(self, client: ChatClient, clock: Clock, glyphs: Glyphs) -> None:
        super().__init__()
        self._pane = ConnectionPane(client, clock, glyphs)

    def compose(self) -> ComposeResult:
        yield self._pane

    def on_mount(self) -> None:
        self._pane.border_title = safe_text("Connection")
        self._pane.border_subtitle = safe_text("Esc closes")
        self.set_interval(CONNECTION_EVERY, self._pane.redraw)

    def action_close(self) -> None:
        self.dismiss()
