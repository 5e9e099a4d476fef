"""The widgets of the main screen, and how each is brought up to date."""

from textual.screen import Screen

from chat_tui.tui.actions import ACTIONS, CHANNELS, EVERYWHERE, MESSAGES, Action, short_key
from chat_tui.tui.faults import run_each
from chat_tui.tui.main.presenter import Presenter
from chat_tui.tui.main.view_state import ViewState
from chat_tui.tui.render.line import Line, Piece, width_of
from chat_tui.tui.render.roster_rows import grouped
from chat_tui.tui.render.safe_text import Safe, safe_text
from chat_tui.tui.widgets.bar import Bar
from chat_tui.tui.widgets.channel_list import ChannelList
from chat_tui.tui.widgets.composer import Composer
from chat_tui.tui.widgets.message_log import MessageLog
from chat_tui.tui.widgets.roster import Roster

NAME_LESS = 16
"""Cells by which a channel's name in a border is shorter than the pane: corners, and ``Message #``."""


class Panes:
    """Found once; every method draws one pane from what the presenter says."""

    def __init__(self, screen: Screen[None], presenter: Presenter, view: ViewState) -> None:
        self._screen = screen
        self._presenter = presenter
        self._view = view
        self._named = 0
        self._frame: dict[tuple[str | None, str], str] = {}
        self.notice: Line = ()
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
        run_each(self._screen, "drawing", self.show_channels, self.show_log, self.show_roster, self.show_hints)

    def show_title(self) -> None:
        self.title.show(*self._presenter.title(self._screen.size.width))

    def show_channels(self) -> None:
        self.channels.show(self._presenter.channels.rows(), self._view.current)
        self.show_title()

    def show_log(self, *, anew: bool = False) -> None:
        self.log.show(self._presenter.log(), anew=anew)
        self.typing.show(self._presenter.typing(self.log.size.width))
        self.show_frame()

    def show_roster(self) -> None:
        rows = grouped(self._presenter.roster_rows(), enabled=self._presenter.reachability_enabled)
        self.roster.show(rows, is_stale=not self._presenter.is_live)
        self.show_frame()

    def _name_alike(self) -> None:
        """Whoever came into view may change what others are called, in every pane."""
        version = self._presenter.people.version
        if version != self._named:
            self._named = version
            self.show_log()
            self.show_roster()

    def show_frame(self) -> None:
        """The words in the borders; set only when they change, for each costs a repaint."""
        rows = self._presenter.roster_rows()
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
        self._name_alike()

    def show_hints(self) -> None:
        """What the focused pane offers, or a notice."""
        if self.notice:
            self.hints.show(self.notice)
            return
        where = EVERYWHERE
        if self._screen.focused is self.channels:
            where = CHANNELS
        elif self._screen.focused is self.log:
            where = MESSAGES
        actions = [action for action in ACTIONS if action.hint and action.where == where]
        if where != EVERYWHERE:
            actions += [action for action in ACTIONS if action.id in ("compose", "help")]
        actions.sort(key=lambda action: action.id == "help")
        *others, help_ = [_hint(action) for action in actions]
        room = self._screen.size.width - width_of(help_)  # who knows no key needs that one
        shown: list[Piece] = []
        for hint in others:
            if width_of((*shown, *hint)) <= room:
                shown += hint
        self.hints.show((*shown, *help_))


def _hint(action: Action) -> Line:
    key, words = Safe(f" {short_key(action.keys[0])}"), Safe(f" {action.hint or 'compose'} ")
    return Piece(key, "accent"), Piece(words, "dim")
