"""The main screen: three panes over one client."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Key

from chat_tui.client import ChatClient, ChatError
from chat_tui.client.model import Channel
from chat_tui.tui.actions import EVERYWHERE, bindings
from chat_tui.tui.client_actions import ClientActions
from chat_tui.tui.commands import CommandError, message_of, parse
from chat_tui.tui.faults import report_fault, run_each, run_in_background
from chat_tui.tui.main.bridge import ClientChanged, forward
from chat_tui.tui.main.changes import Changes
from chat_tui.tui.main.channel_controller import (
    ChannelController,
    ChannelOpened,
    ChannelWanted,
    Noticed,
    OlderLoaded,
    PeopleRefreshed,
)
from chat_tui.tui.main.mentions import Mentions
from chat_tui.tui.main.navigation import Navigation
from chat_tui.tui.main.panes import Panes
from chat_tui.tui.main.presenter import Presenter
from chat_tui.tui.main.view_state import ViewState
from chat_tui.tui.render.glyphs import ASCII, Glyphs
from chat_tui.tui.render.line import Line, Piece
from chat_tui.tui.render.safe_text import Safe, safe, safe_name
from chat_tui.tui.render.times import Clock
from chat_tui.tui.widgets.bar import Bar
from chat_tui.tui.widgets.channel_list import ChannelList
from chat_tui.tui.widgets.composer import Composer
from chat_tui.tui.widgets.containers import Column, Row
from chat_tui.tui.widgets.message_log import MessageLog
from chat_tui.tui.widgets.roster import Roster

NOTICE_FOR = 6.0
"""Seconds a notice stands in place of the hints."""

REFRESH_OTHERS_EVERY = 60.0
"""Seconds between two looks at members who are not followed live."""


class MainScreen(Navigation):
    """Handlers only: what is shown is the presenter's, how it is drawn the panes', being in a channel the
    controller's."""

    AUTO_FOCUS = "#composer"
    BINDINGS: ClassVar[list[BindingType]] = bindings(EVERYWHERE)

    def __init__(self, client: ChatClient, clock: Clock, glyphs: Glyphs, place: str) -> None:
        super().__init__()
        self.client = client
        self.glyphs = glyphs
        self.view = ViewState()
        self.mentions = Mentions(client, self._on_mentions)
        self.presenter = Presenter(client, self.view, self.mentions, clock, glyphs, place, partial(report_fault, self))
        self._client_actions = ClientActions(
            client,
            lambda sid: self.post_message(ChannelWanted(sid)),
            self.action_outbox,
            self.presenter.channels.title_of,
        )
        self._clock = clock
        self.is_up_to_date = asyncio.Event()
        """Set once the screen shows what the service has."""

    def _on_mentions(self) -> None:
        self.panes.draw(channels=True)

    def compose(self) -> ComposeResult:
        yield Bar(glyphs=self.glyphs, id="title")
        with Row(id="panes"):
            yield ChannelList(self.presenter.channels.title_of, glyphs=self.glyphs, id="channels")
            with Column(id="middle"):
                yield MessageLog(self._clock, glyphs=self.glyphs, id="log")
                yield Bar(glyphs=self.glyphs, id="typing")
                yield Composer(id="composer")
            yield Roster(self.presenter.people.name_within, glyphs=self.glyphs, id="roster")
        yield Bar(glyphs=self.glyphs, id="hints")

    def on_mount(self) -> None:
        self.panes = Panes(self, self.presenter, self.view)
        self.controller = ChannelController(self, self.client, self.view, self.presenter, self.panes)
        self.set_class(self.glyphs is ASCII, "-ascii")
        run_in_background(self, "following the service", partial(forward, self.client.events(), self), group="bridge")
        self.set_interval(1.0, self._tick)
        self.set_interval(REFRESH_OTHERS_EVERY, self.controller.refresh_others)
        self.fold()
        self.panes.show_everything()
        if self.client.channels:
            self._open_first()
            self.is_up_to_date.set()

    def on_resize(self) -> None:
        self.fold()
        self.call_after_refresh(self.panes.show_everything)

    # ---- what happened

    def on_client_changed(self, message: ClientChanged) -> None:
        changes = Changes(message.happened, self.view.current)
        steps = (self._arrive, self._draw, self._move)
        run_each(self, "showing what happened", *(partial(step, changes) for step in steps))
        if changes.notice:
            self.on_noticed(Noticed(changes.notice, is_error=True))
        if self.presenter.is_live:
            self.is_up_to_date.set()

    def _arrive(self, changes: Changes) -> None:
        in_view = self.view.has_focus and self.panes.log.view.follows
        for event in changes.arrived:
            self.view.arrived(event.channel, event.message, self.client.identity, in_view=in_view)

    def _move(self, changes: Changes) -> None:
        """Be somewhere, and see what there is."""
        if self.view.current is None:
            self._open_first()
        elif changes.reopen:
            self.controller.go_to(self.view.current)

    def _draw(self, changes: Changes) -> None:
        if changes.left:
            self.view.current = None
        self.panes.draw(title=changes.title, channels=changes.channels, log=changes.log, roster=changes.roster)
        steps: list[Callable[[], object]] = []
        if changes.channels:
            steps.append(partial(self._count_mentions, changes.written))
        if changes.log:
            steps.append(self.controller.read_on)
        if changes.members:
            steps.append(self.controller.follow_members)
        run_each(self, "showing what happened", *steps)

    def _open_first(self) -> None:
        """Somewhere to be: the first channel one has joined."""
        rows = [row for row in self.presenter.channels.rows() if not row.is_invited]
        if rows:
            self.controller.go_to(rows[0].sid)

    def _count_mentions(self, sids: set[str]) -> None:
        for channel in [self.client.channels[sid] for sid in sids if sid in self.client.channels]:
            work, group = partial(self.mentions.refresh, channel), f"mentions-{channel.sid}"
            run_in_background(self, "counting mentions", work, group=group, exclusive=True)

    def _tick(self) -> None:
        """Words that change with time: how long until the next try, how old a mark is."""
        if not self.presenter.is_live:
            self.panes.draw(title=True, roster=True)

    def on_channel_wanted(self, message: ChannelWanted) -> None:
        self.go(message.sid)

    def on_channel_opened(self, message: ChannelOpened) -> None:
        self.controller.opened(message.sid)

    def on_older_loaded(self, message: OlderLoaded) -> None:
        self.controller.older_loaded(message.sid, message.count)

    def on_people_refreshed(self, _: PeopleRefreshed) -> None:
        self.panes.draw(log=True, roster=True)

    def on_noticed(self, message: Noticed) -> None:
        style = "failed" if message.is_error else "good"
        notice = (Piece(Safe(f" {safe_name(message.text)}"), style),)
        self.panes.notice = notice
        self.panes.show_hints()
        self.set_timer(NOTICE_FOR, lambda: self._forget_notice(notice))

    def _forget_notice(self, notice: Line) -> None:
        """Its time is over: only its own, not that of a notice which came after it."""
        if self.panes.notice is notice:
            self.panes.notice = ()
            self.panes.show_hints()

    # ---- reading

    def on_app_focus(self) -> None:
        self.view.has_focus = True
        self.controller.read_on()

    def on_app_blur(self) -> None:
        self.view.has_focus = False
        self.controller.report_now()

    def on_message_log_scrolled(self) -> None:
        self.panes.draw(frame=True)
        self.controller.read_on()

    def on_message_log_top_reached(self) -> None:
        self.controller.load_older()

    def on_key(self, event: Key) -> None:
        """What is typed while the screen is still being built belongs to the composer."""
        is_composers = self.focused in (None, self.panes.composer)
        if is_composers and event.is_printable and event.character is not None:
            self.panes.composer.insert(event.character)
            self.panes.composer.focus()

    def on_descendant_focus(self) -> None:
        self.panes.show_hints()

    def on_channel_list_picked(self, message: ChannelList.Picked) -> None:
        self.go(message.sid)

    def on_composer_up_from_empty(self) -> None:
        self.panes.log.focus()

    def on_message_log_left(self) -> None:
        self.action_compose_focus()

    # ---- doing

    def on_composer_submitted(self, message: Composer.Submitted) -> None:
        try:
            found = parse(message.text.strip())
        except CommandError as error:
            self.panes.composer.give_back(message.text)
            self.on_noticed(Noticed(str(error), is_error=True))
            return
        channel = self.presenter.channel
        if found is not None:
            command, argument = found
            self.attempt(lambda: command.run(self._client_actions, channel, argument))
        elif channel is None or not channel.is_joined:
            self.panes.composer.give_back(message.text)
            self.on_noticed(Noticed("join a channel first: nothing was sent", is_error=True))
        else:
            self._send(channel, message_of(message.text))

    def _send(self, channel: Channel, body: str) -> None:
        self.view.divider = None
        self.client.messages.submit(channel, body)
        self.panes.log.scroll_to_end()
        self.panes.draw(log=True)

    def on_text_area_changed(self) -> None:
        channel, text = self.presenter.channel, self.panes.composer.text
        if channel is not None and channel.is_joined and text and not text.startswith("/"):
            self.client.typing.keystroke(channel)

    def attempt(self, action: Callable[[], Awaitable[str]]) -> None:
        """Do something over the network, and say how it went."""
        run_in_background(self, "what you asked for", partial(self._do, action), group="actions")

    async def _do(self, action: Callable[[], Awaitable[str]]) -> None:
        try:
            said = await action()
        except (ChatError, CommandError) as error:
            self.post_message(Noticed(str(error), is_error=True))
        else:
            if said:
                self.post_message(Noticed(said))

    def action_toggle_mute(self) -> None:
        self._toggle_mute(self.view.current)

    def action_mute_row(self) -> None:
        self._toggle_mute(self.panes.channels.sid_at_cursor)

    def _toggle_mute(self, sid: str | None) -> None:
        channel = self.client.channels.get(sid or "")
        if channel is not None and channel.is_joined:
            self.attempt(lambda: self._client_actions.toggle_mute(channel))

    def action_accept_row(self) -> None:
        self._answer_invitation(self._client_actions.accept)

    def action_decline_row(self) -> None:
        self._answer_invitation(self._client_actions.decline)

    def _answer_invitation(self, action: Callable[[Channel], Awaitable[str]]) -> None:
        channel = self.client.channels.get(self.panes.channels.sid_at_cursor or "")
        if channel is not None and not channel.is_joined:
            self.attempt(lambda: action(channel))

    def action_copy_message(self) -> None:
        message = self.panes.log.view.selected_message
        if message is not None:
            self.app.copy_to_clipboard(safe(message.body))
            self.on_noticed(Noticed("copied"))

    def action_reconnect(self) -> None:
        self.client.reconnect_now()
