"""Going from channel to channel."""

from collections.abc import Callable

from chat_tui.tui.main.channel_controller import ChannelController
from chat_tui.tui.main.channel_presenter import ChannelPresenter
from chat_tui.tui.main.pane_folding import PaneFolding
from chat_tui.tui.main.view_state import ViewState


class Navigation:
    """``say`` tells the reader that there is nowhere to go."""

    def __init__(
        self,
        view: ViewState,
        channels: ChannelPresenter,
        controller: ChannelController,
        folding: PaneFolding,
        say: Callable[[str], object],
    ) -> None:
        self._view = view
        self._channels = channels
        self._controller = controller
        self._folding = folding
        self._say = say

    def go(self, sid: str) -> None:
        """To a channel, ready to write."""
        self._controller.go_to(sid)
        self._folding.to_composer()

    def go_by(self, step: int) -> None:
        """So many channels down the list, from its end to its beginning."""
        rows = self._channels.rows()
        here = next((n for n, row in enumerate(rows) if row.sid == self._view.current), 0)
        if rows:
            self.go(rows[(here + step) % len(rows)].sid)

    def go_to_unread(self) -> None:
        sid = self._channels.next_unread()
        if sid is None:
            self._say("nothing is unread")
        else:
            self.go(sid)

    def go_back(self) -> None:
        """To the channel before this one."""
        if self._view.last is not None:
            self.go(self._view.last)

    def go_somewhere(self) -> None:
        """To the first channel one has joined; what was typed stays where it is."""
        rows = [row for row in self._channels.rows() if not row.is_invited]
        if rows:
            self._controller.go_to(rows[0].sid)
