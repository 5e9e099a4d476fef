"""The widgets of the main screen, and how each is brought up to date."""

from collections.abc import Callable
from functools import partial

from textual.screen import Screen

from chat_tui.tui.faults import run_each
from chat_tui.tui.main.presenter import Presenter
from chat_tui.tui.main.view_state import ViewState
from chat_tui.tui.render.roster_rows import RosterRow, grouped
from chat_tui.tui.render.safe_text import safe_text
from chat_tui.tui.widgets.bar import Bar
from chat_tui.tui.widgets.channel_list import ChannelList
from chat_tui.tui.widgets.composer import Composer
from chat_tui.tui.widgets.message_log import MessageLog
from chat_tui.tui.widgets.roster import Roster

NAME_LESS = 16
"""Cells by which a channel's name in a border is shorter than the pane: corners, and ``Message #``."""


class Panes:
    """Found once, and drawn from what the presenter says. One that cannot be drawn keeps none of the others from it."""

    def __init__(self, screen: Screen[None], presenter: Presenter, view: ViewState) -> None:
        self._screen = screen
        self._presenter = presenter
        self._view = view
        self._log_names = 0
        self._rows_names = 0
        self._rows: list[RosterRow] = []
        self._frame: dict[tuple[str | None, str], str] = {}
        self.title = screen.query_one("#title", Bar)
        self.typing = screen.query_one("#typing", Bar)
        self.hints = screen.query_one("#hints", Bar)
        self.channels = screen.query_one(ChannelList)
        self.log = screen.query_one(MessageLog)
        self.composer = screen.query_one(Composer)
        self.roster = screen.query_one(Roster)
        self.channels.border_title = safe_text("Channels")
        self.roster.border_title = safe_text("Members")

    def show_everything(self) -> None:
        self.draw(channels=True, log=True, roster=True)

    def draw(
        self,
        *,
        title: bool = False,
        channels: bool = False,
        log: bool = False,
        roster: bool = False,
        frame: bool = False,
        anew: bool = False,
    ) -> None:
        """Bring these up to date, each once; with the channels goes the title, with the log and the roster the frame
        around them. Whoever comes into view may change what others are called: then log and roster are drawn too.
        ``anew``: another channel is open now."""
        if channels:
            self._try(self._show_channels)
        elif title:
            self._try(self._show_title)
        if roster:
            self._try(self._make_rows)
        if log or self._log_names != self._names:
            log = True
            self._try(partial(self._show_log, anew=anew))
        if self._rows_names != self._names:
            roster = True
            self._try(self._make_rows)
        if roster:
            self._try(self._show_roster)
        if log or roster or frame:
            self._try(self._show_frame)

    def _try(self, step: Callable[[], object]) -> None:
        run_each(self._screen, "drawing", step)

    @property
    def _names(self) -> int:
        return self._presenter.people.version

    def _show_title(self) -> None:
        self.title.show(*self._presenter.title(self._screen.size.width))

    def _show_channels(self) -> None:
        self.channels.show(self._presenter.channels.rows(), self._view.current)
        self._show_title()

    def _show_log(self, *, anew: bool) -> None:
        self._log_names = self._names
        self.log.show(self._presenter.log(), anew=anew)
        self._log_names = self._names
        self.typing.show(self._presenter.typing(self.log.size.width))

    def _make_rows(self) -> None:
        """The roster's, which the frame counts: whatever changes them draws the roster."""
        self._rows_names = self._names
        self._rows = self._presenter.roster_rows()
        self._rows_names = self._names

    def _show_roster(self) -> None:
        rows = grouped(self._rows, enabled=self._presenter.reachability_enabled)
        self.roster.show(rows, is_stale=not self._presenter.is_live)

    def _show_frame(self) -> None:
        """The words in the borders; set only when they change, for each costs a repaint."""
        rows = self._rows
        name, more = self._presenter.log_title(self.log.outer_size.width - NAME_LESS)
        title = f"{name}  {more}" if more else name
        for widget, part, words in (
            (self.log, "border_title", title),
            (self.log, "border_subtitle", self._presenter.log_subtitle(self.log.view.below, rows)),
            (self.composer, "border_title", f"Message {name}" if name else ""),
            (self.composer, "border_subtitle", self._presenter.reach(self.composer.outer_size.width - 6, rows)),
        ):
            if self._frame.get((widget.id, part)) != words:
                self._frame[widget.id, part] = words
                setattr(widget, part, safe_text(words))
