"""Brings the screen up to date with what happened, a batch of events at a time."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from textual.screen import Screen

from chat_tui.client import ChatClient
from chat_tui.client.events import Event
from chat_tui.tui.faults import run_each, run_in_background
from chat_tui.tui.main.changes import Changes
from chat_tui.tui.main.channel_controller import ChannelController
from chat_tui.tui.main.mentions import Mentions
from chat_tui.tui.main.messages import Noticed
from chat_tui.tui.main.navigation import Navigation
from chat_tui.tui.main.panes import Panes
from chat_tui.tui.main.presenter import Presenter
from chat_tui.tui.main.view_state import ViewState

WHAT = "showing what happened"


class Updates:
    """A step that fails keeps none of the others from being taken."""

    def __init__(
        self,
        screen: Screen[Any],
        client: ChatClient,
        view: ViewState,
        presenter: Presenter,
        mentions: Mentions,
        panes: Panes,
        controller: ChannelController,
        navigation: Navigation,
    ) -> None:
        self._screen = screen
        self._client = client
        self._view = view
        self._presenter = presenter
        self._mentions = mentions
        self._panes = panes
        self._controller = controller
        self._navigation = navigation

    def apply(self, happened: Iterable[Event]) -> None:
        """Everything that happened since the last time, in order."""
        changes = Changes(happened, self._view.current)
        steps = (self._arrive, self._draw, self._move)
        run_each(self._screen, WHAT, *(partial(step, changes) for step in steps))
        if changes.notice:
            self._screen.post_message(Noticed(changes.notice, is_error=True))

    def tick(self) -> None:
        """Words that change with time: how long until the next try, how old a mark is."""
        if not self._presenter.is_live:
            self._panes.draw(title=True, roster=True)

    def _arrive(self, changes: Changes) -> None:
        in_view = self._view.has_focus and self._panes.log.view.follows
        for event in changes.arrived:
            self._view.arrived(event.channel, event.message, self._client.identity, in_view=in_view)

    def _draw(self, changes: Changes) -> None:
        if changes.left:
            self._view.current = None
        self._panes.draw(title=changes.title, channels=changes.channels, log=changes.log, roster=changes.roster)
        steps: list[Callable[[], object]] = []
        if changes.channels:
            steps.append(partial(self._count_mentions, changes.written))
        if changes.log:
            steps.append(self._controller.read_on)
        if changes.members:
            steps.append(self._controller.follow_members)
        run_each(self._screen, WHAT, *steps)

    def _count_mentions(self, sids: set[str]) -> None:
        for channel in [self._client.channels[sid] for sid in sids if sid in self._client.channels]:
            work, group = partial(self._mentions.refresh, channel), f"mentions-{channel.sid}"
            run_in_background(self._screen, "counting mentions", work, group=group, exclusive=True)

    def _move(self, changes: Changes) -> None:
        """Be somewhere, and see what there is."""
        if self._view.current is None:
            self._navigation.go_somewhere()
        elif changes.reopen:
            self._controller.go_to(self._view.current)
