"""Being in a channel: opening it, reading on, paging back, and telling the service how far one has read."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from textual.screen import Screen

from chat_tui.client import ChatClient, ChatError
from chat_tui.client.model import Channel
from chat_tui.tui.faults import run_in_background
from chat_tui.tui.main.messages import ChannelOpened, Noticed, OlderLoaded, PeopleRefreshed
from chat_tui.tui.main.panes import Panes
from chat_tui.tui.main.presenter import Presenter
from chat_tui.tui.main.view_state import ViewState, divider_for


class ChannelController:
    """Workers post, the screen's handlers call back: `opened`, `older_loaded`."""

    def __init__(
        self, screen: Screen[None], client: ChatClient, view: ViewState, presenter: Presenter, panes: Panes
    ) -> None:
        self._screen = screen
        self._client = client
        self._view = view
        self._presenter = presenter
        self._panes = panes

    def go_to(self, sid: str) -> None:
        """Be in a channel, on what is known of it; the rest is fetched."""
        channel = self._client.channels.get(sid)
        if channel is None:
            return
        is_other = sid != self._view.current
        if is_other:
            self._panes.composer.replace_text(self._view.go_to(sid, self._panes.composer.text))
            self._work(self._client.horizons.flush, "horizons")
        known = self._client.channels.open.get(sid)
        self._view.is_loading = channel.is_joined and known is None
        self._panes.draw(channels=True, log=True, roster=True, anew=is_other)
        if channel.is_joined:
            self._work(partial(self._load, channel), "open")

    def _work(self, work: Callable[[], Awaitable[Any]], group: str) -> None:
        """Not begun before it runs: one that gives way to the next at once leaves nothing behind."""
        what = f"{group}: being in a channel"
        run_in_background(self._screen, what, partial(self._quietly, work), group=group, exclusive=group != "horizons")

    async def _quietly(self, work: Callable[[], Awaitable[Any]]) -> None:
        """What fails for want of a link is done again after the next one."""
        try:
            await work()
        except ChatError as error:
            if self._presenter.is_live:
                self._screen.post_message(Noticed(error.message, is_error=True))

    async def _load(self, channel: Channel) -> None:
        opened = await self._client.open_channel(channel)
        self._screen.post_message(ChannelOpened(channel.sid))
        await self._client.people.descriptors(channel)
        self._screen.post_message(PeopleRefreshed())
        await self._client.people.follow_members(list(opened.members.values()))

    def opened(self, sid: str) -> None:
        """The channel is loaded: draw the divider before what is new, and read."""
        channel, opened = self._presenter.channel, self._presenter.opened
        if channel is None or opened is None or channel.sid != sid:
            return
        self._view.is_loading = False
        if self._view.divider is None and self._client.read_status_enabled:
            horizon = channel.last_consumed_message_index
            self._view.divider = divider_for(opened.messages, horizon, self._client.identity)
        self._panes.draw(log=True, roster=True)
        self.read_on()

    def read_on(self) -> None:
        """If the end is in view and the terminal in front, one has read up to it."""
        channel, opened = self._presenter.channel, self._presenter.opened
        if channel is None or opened is None or not opened.messages or not self._client.read_status_enabled:
            return
        if self._view.has_focus and self._panes.log.view.follows:
            self._client.horizons.advance(channel, opened.messages[-1].index)

    def report_now(self) -> None:
        """The reader turns away."""
        self._work(self._client.horizons.flush, "horizons")

    def load_older(self) -> None:
        opened = self._presenter.opened
        if opened is not None and opened.has_older and not self._view.is_loading:
            self._view.is_loading = True
            self._panes.draw(log=True)
            self._work(partial(self._load_older, opened.channel), "older")

    async def _load_older(self, channel: Channel) -> None:
        opened = self._client.channels.open.get(channel.sid)
        count = 0
        try:
            count = 0 if opened is None else len(await opened.load_older())
        finally:
            self._screen.post_message(OlderLoaded(channel.sid, count))

    def older_loaded(self, sid: str, count: int) -> None:
        """Older messages are in front; what is in view stays in view."""
        if sid == self._view.current:
            self._view.is_loading = False
            self._panes.log.show_older(self._presenter.log(), count)

    def follow_members(self) -> None:
        """Members came or went: know them."""
        channel = self._presenter.channel
        if channel is not None and channel.is_joined:
            self._work(partial(self._load, channel), "open")

    def refresh_others(self) -> None:
        """Members beyond those followed live get older; look at them once in a while (guarantees, Reachability 10)."""
        channel, opened = self._presenter.channel, self._presenter.opened
        if channel is not None and opened is not None and len(opened.members) > self._client.people.limit:
            self._work(partial(self._refresh, channel), "refresh")

    async def _refresh(self, channel: Channel) -> None:
        await self._client.people.descriptors(channel)
        self._screen.post_message(PeopleRefreshed())
