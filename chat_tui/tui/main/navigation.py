"""The main screen's keys: going to channels, moving in the log, showing and hiding panes."""

from functools import partial
from typing import TYPE_CHECKING

from chat_tui.client import ChatClient
from chat_tui.tui.actions import ACTIONS, key_words
from chat_tui.tui.main.channel_controller import ChannelController, Noticed
from chat_tui.tui.main.folding import CLASSES, Folding, Side
from chat_tui.tui.main.panes import Panes
from chat_tui.tui.main.presenter import Presenter
from chat_tui.tui.main.view_state import ViewState
from chat_tui.tui.quick_echo import QuickScreen
from chat_tui.tui.render.glyphs import NOTIFIABLE_WORDS, ONLINE_WORDS, Glyphs
from chat_tui.tui.render.names import NameWithin
from chat_tui.tui.render.safe_text import Safe, safe, safe_name
from chat_tui.tui.render.times import Clock

if TYPE_CHECKING:
    from chat_tui.tui.screens.outbox import OutboxChoice
    from chat_tui.tui.screens.picker import Choice


class Navigation(QuickScreen):
    """The part of the main screen that answers global keys."""

    _clock: Clock
    client: ChatClient
    view: ViewState
    glyphs: Glyphs
    panes: Panes
    presenter: Presenter
    controller: ChannelController

    def __init__(self) -> None:
        super().__init__()
        self._folding = Folding()

    # ---- channels

    def go(self, sid: str) -> None:
        """To a channel, ready to write."""
        self.controller.go_to(sid)
        self.action_compose_focus()

    def action_next_channel(self, by: int = 1) -> None:
        rows = self.presenter.channels.rows()
        here = next((n for n, row in enumerate(rows) if row.sid == self.view.current), 0)
        if rows:
            self.go(rows[(here + by) % len(rows)].sid)

    def action_previous_channel(self) -> None:
        self.action_next_channel(-1)

    def action_next_unread(self) -> None:
        sid = self.presenter.channels.next_unread()
        if sid is None:
            self.post_message(Noticed("nothing is unread"))
        else:
            self.go(sid)

    def action_last_channel(self) -> None:
        if self.view.last is not None:
            self.go(self.view.last)

    def action_switch_channel(self) -> None:
        self._pick(Safe("Switch to"), self._channel_choices())

    def _pick(self, title: Safe, choices: "list[Choice]") -> None:
        from chat_tui.tui.screens.picker import Picker  # not on the start path

        self.app.push_screen(Picker(title, choices, self.glyphs), self._chosen)

    def action_palette(self) -> None:
        from chat_tui.tui.screens.picker import Choice

        actions = [
            Choice(f"action:{action.action}", Safe(action.label), Safe(key_words(action.keys[0])))
            for action in ACTIONS
            if action.in_palette
        ]
        self._pick(Safe("Commands, channels, people"), actions + self._channel_choices() + self._people_choices())

    def _channel_choices(self) -> "list[Choice]":
        from chat_tui.tui.screens.picker import Choice

        return [
            Choice(
                f"channel:{row.sid}",
                Safe(f"#{row.name}"),
                Safe(row.attention.number),
                partial(_signed, "#", self.presenter.channels.title_of, row.sid),
            )
            for row in self.presenter.channels.rows()
        ]

    def _people_choices(self) -> "list[Choice]":
        from chat_tui.tui.screens.picker import Choice

        return [
            Choice(
                f"person:{row.identity}",
                Safe(f"@{row.name}"),
                Safe(f"{ONLINE_WORDS[row.online]}, {NOTIFIABLE_WORDS[row.notifiable]}"),
                partial(_signed, "@", self.presenter.people.name_within, row.identity),
            )
            for row in self.presenter.roster_rows()
        ]

    async def _chosen(self, value: str | None) -> None:
        kind, _, rest = (value or "").partition(":")
        if kind == "channel":
            self.go(rest)
        elif kind == "action":
            await self.run_action(rest)
        elif kind == "person":
            self.panes.composer.insert(f"@{safe_name(rest)} ")
            self.panes.composer.focus()

    # ---- the log

    def action_page_up(self) -> None:
        self.panes.log.scroll_pages(1)

    def action_page_down(self) -> None:
        self.panes.log.scroll_pages(-1)

    def action_first_message(self) -> None:
        self.panes.log.scroll_to_start()

    def action_newest_message(self) -> None:
        self.panes.log.scroll_to_end()

    def action_first_new(self) -> None:
        self.panes.log.scroll_to_new()

    # ---- panes

    def action_compose_focus(self) -> None:
        self.panes.log.view.selected = None
        self._folding.to_conversation()
        self.fold()
        self.panes.composer.focus()

    def action_toggle_channels(self) -> None:
        self._toggle("channels")

    def action_toggle_roster(self) -> None:
        self._toggle("roster")

    def _toggle(self, side: Side) -> None:
        is_shown = self._folding.toggle(side, self.size.width)
        self.fold()
        if is_shown:
            (self.panes.channels if side == "channels" else self.panes.roster).focus()
        else:
            self.panes.composer.focus()

    def fold(self) -> None:
        """Show the panes there is room for."""
        wanted = self._folding.classes(self.app.size.width)
        for name in CLASSES:
            self.set_class(name in wanted, name)

    def action_outbox(self) -> None:
        from chat_tui.tui.screens.outbox import OutboxScreen  # not on the start path

        outbox = OutboxScreen(self.client.outbox, self.presenter.channels.title_of, self._clock, self.glyphs)
        self.app.push_screen(outbox, self._on_outbox_left)

    def _on_outbox_left(self, choice: "OutboxChoice | None") -> None:
        if choice is not None:
            self.go(choice.channel_sid)
            if choice.text:
                self.panes.composer.give_back(safe(choice.text))

    def action_help(self) -> None:
        from chat_tui.tui.screens.help import Help  # not on the start path

        self.app.push_screen(Help(self.glyphs))


def _signed(sign: str, within: NameWithin, key: str, room: int) -> Safe:
    return Safe(sign + within(key, max(1, room - 1)))
