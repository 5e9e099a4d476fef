"""The other screens, as the main one opens them and takes their answers. None of them is on the start path."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from chat_tui.client import ChatClient
from chat_tui.tui.actions import Action, key_words
from chat_tui.tui.main.navigation import Navigation
from chat_tui.tui.main.presenter import Presenter
from chat_tui.tui.render.glyphs import NOTIFIABLE_WORDS, ONLINE_WORDS, Glyphs
from chat_tui.tui.render.names import NameWithin
from chat_tui.tui.render.safe_text import Safe, safe, safe_name
from chat_tui.tui.render.times import Clock
from chat_tui.tui.widgets.composer import Composer

if TYPE_CHECKING:
    from chat_tui.tui.screens.outbox import OutboxChoice
    from chat_tui.tui.screens.picker import Choice


class Dialogs:
    """``perform`` runs an action by its id."""

    def __init__(
        self,
        screen: Screen[Any],
        client: ChatClient,
        presenter: Presenter,
        navigation: Navigation,
        composer: Composer,
        clock: Clock,
        glyphs: Glyphs,
        perform: Callable[[str], object],
    ) -> None:
        self._screen = screen
        self._client = client
        self._presenter = presenter
        self._navigation = navigation
        self._composer = composer
        self._clock = clock
        self._glyphs = glyphs
        self._perform = perform

    def show_help(self, actions: Sequence[Action[Any]]) -> None:
        from chat_tui.tui.screens.help import Help

        self._screen.app.push_screen(Help(actions, self._glyphs))

    # ---- what is not sent yet

    def show_outbox(self) -> None:
        from chat_tui.tui.screens.outbox import OutboxScreen

        outbox = OutboxScreen(self._client.outbox, self._presenter.channels.title_of, self._clock, self._glyphs)
        self._screen.app.push_screen(outbox, self._on_outbox_left)

    def _on_outbox_left(self, choice: "OutboxChoice | None") -> None:
        if choice is not None:
            self._navigation.go(choice.channel_sid)
            if choice.text:
                self._composer.give_back(safe(choice.text))

    # ---- choosing by typing

    def pick_channel(self) -> None:
        self._pick(Safe("Switch to"), self._channel_choices())

    def pick_anything(self, actions: Sequence[Action[Any]]) -> None:
        """An action, a channel or a person."""
        from chat_tui.tui.screens.picker import Choice

        choices = [
            Choice(f"action:{action.id}", Safe(action.label), Safe(key_words(action.keys[0])))
            for action in actions
            if action.in_palette
        ]
        self._pick(Safe("Commands, channels, people"), choices + self._channel_choices() + self._people_choices())

    def _pick(self, title: Safe, choices: "list[Choice]") -> None:
        from chat_tui.tui.screens.picker import Picker

        self._screen.app.push_screen(Picker(title, choices, self._glyphs), self.on_picked)

    def _channel_choices(self) -> "list[Choice]":
        from chat_tui.tui.screens.picker import Choice

        title_of = self._presenter.channels.title_of
        return [
            Choice(
                f"channel:{row.sid}",
                Safe(f"#{row.name}"),
                Safe(row.attention.number),
                partial(_signed, "#", title_of, row.sid),
            )
            for row in self._presenter.channels.rows()
        ]

    def _people_choices(self) -> "list[Choice]":
        from chat_tui.tui.screens.picker import Choice

        return [
            Choice(
                f"person:{row.identity}",
                Safe(f"@{row.name}"),
                Safe(f"{ONLINE_WORDS[row.online]}, {NOTIFIABLE_WORDS[row.notifiable]}"),
                partial(_signed, "@", self._presenter.people.name_within, row.identity),
            )
            for row in self._presenter.roster_rows()
        ]

    def on_picked(self, value: str | None) -> None:
        """The picker's answer: go there, do it, or write their name."""
        kind, _, rest = (value or "").partition(":")
        if kind == "channel":
            self._navigation.go(rest)
        elif kind == "action":
            self._perform(rest)
        elif kind == "person":
            self._composer.insert(f"@{safe_name(rest)} ")
            self._composer.focus()


def _signed(sign: str, within: NameWithin, key: str, room: int) -> Safe:
    return Safe(sign + within(key, max(1, room - 1)))
