"""The main screen: three panes over one client. It hears what happens, and hands it to the part that is concerned."""

import asyncio
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Key

from chat_tui.client import ChatClient
from chat_tui.tui.actions import CHANNELS, EVERYWHERE, MESSAGES, bindings
from chat_tui.tui.faults import report_fault, run_in_background
from chat_tui.tui.main.bridge import ClientChanged, forward
from chat_tui.tui.main.channel_controller import ChannelController
from chat_tui.tui.main.controls import Controls
from chat_tui.tui.main.hint_bar import HintBar
from chat_tui.tui.main.keys import ACTIONS, BY_ID
from chat_tui.tui.main.mentions import Mentions
from chat_tui.tui.main.messages import ChannelOpened, ChannelWanted, Noticed, OlderLoaded, PeopleRefreshed
from chat_tui.tui.main.navigation import Navigation
from chat_tui.tui.main.pane_folding import PaneFolding
from chat_tui.tui.main.panes import Panes
from chat_tui.tui.main.presenter import Presenter
from chat_tui.tui.main.requests import Requests
from chat_tui.tui.main.updates import Updates
from chat_tui.tui.main.view_state import ViewState
from chat_tui.tui.quick_echo import QuickScreen
from chat_tui.tui.render.glyphs import ASCII, Glyphs
from chat_tui.tui.render.times import Clock
from chat_tui.tui.widgets.bar import Bar
from chat_tui.tui.widgets.channel_list import ChannelList
from chat_tui.tui.widgets.composer import Composer
from chat_tui.tui.widgets.containers import Column, Row
from chat_tui.tui.widgets.message_log import MessageLog
from chat_tui.tui.widgets.roster import Roster

TICK_EVERY = 1.0
"""Seconds between two looks at words that change with time."""

REFRESH_OTHERS_EVERY = 60.0
"""Seconds between two looks at members who are not followed live."""


class KeyedChannelList(ChannelList):
    """With the keys that the screen answers while it has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS, CHANNELS)


class KeyedMessageLog(MessageLog):
    """The same."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS, MESSAGES)


class MainScreen(QuickScreen):
    """Handlers only. What is shown is the presenter's, how it is drawn the panes', being in a channel the
    controller's; what the keys act on are the controls."""

    AUTO_FOCUS = "#composer"
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS, EVERYWHERE)

    def __init__(self, client: ChatClient, clock: Clock, glyphs: Glyphs, place: str) -> None:
        super().__init__()
        self.client = client
        self.clock = clock
        self.glyphs = glyphs
        self.view = ViewState()
        self.mentions = Mentions(client, lambda: self.panes.draw(channels=True))
        self.presenter = Presenter(client, self.view, self.mentions, clock, glyphs, place, partial(report_fault, self))
        self.is_up_to_date = asyncio.Event()
        """Set once the screen shows what the service has."""

    def compose(self) -> ComposeResult:
        yield Bar(glyphs=self.glyphs, id="title")
        with Row(id="panes"):
            yield KeyedChannelList(self.presenter.channels.title_of, glyphs=self.glyphs, id="channels")
            with Column(id="middle"):
                yield KeyedMessageLog(self.clock, glyphs=self.glyphs, id="log")
                yield Bar(glyphs=self.glyphs, id="typing")
                yield Composer(id="composer")
            yield Roster(self.presenter.people.name_within, glyphs=self.glyphs, id="roster")
        yield Bar(glyphs=self.glyphs, id="hints")

    def on_mount(self) -> None:
        self._assemble()
        self.set_class(self.glyphs is ASCII, "-ascii")
        run_in_background(self, "following the service", partial(forward, self.client.events(), self), group="bridge")
        self.set_interval(TICK_EVERY, self.updates.tick)
        self.set_interval(REFRESH_OTHERS_EVERY, self.controller.refresh_others)
        self.folding.fold()
        self.panes.show_everything()
        self.hints.show()
        if self.client.channels:
            self.navigation.go_somewhere()
            self.is_up_to_date.set()

    def _assemble(self) -> None:
        """The parts, each over those it needs."""
        client, view, presenter = self.client, self.view, self.presenter
        self.panes = panes = Panes(self, presenter, view)
        self.folding = PaneFolding(self, panes)
        self.controller = ChannelController(self, client, view, presenter, panes)
        self.hints = HintBar(self, panes, ACTIONS)
        self.navigation = Navigation(view, presenter.channels, self.controller, self.folding, self.hints.say)
        self.updates = Updates(self, client, view, presenter, self.mentions, panes, self.controller, self.navigation)
        self.requests = Requests(self, client, view, presenter, panes, self.action_perform)
        self.controls = Controls(
            screen=self,
            client=client,
            clock=self.clock,
            glyphs=self.glyphs,
            view=view,
            presenter=presenter,
            panes=panes,
            folding=self.folding,
            navigation=self.navigation,
            hints=self.hints,
            requests=self.requests,
            perform=self.action_perform,
        )

    def action_perform(self, action_id: str) -> None:
        """Run a row of the table of actions."""
        BY_ID[action_id].run(self.controls)

    # ---- what happened

    def on_client_changed(self, message: ClientChanged) -> None:
        self.updates.apply(message.happened)
        if self.presenter.is_live:
            self.is_up_to_date.set()

    def on_channel_wanted(self, message: ChannelWanted) -> None:
        self.navigation.go(message.sid)

    def on_channel_opened(self, message: ChannelOpened) -> None:
        self.controller.opened(message.sid)

    def on_older_loaded(self, message: OlderLoaded) -> None:
        self.controller.older_loaded(message.sid, message.count)

    def on_people_refreshed(self, _: PeopleRefreshed) -> None:
        self.panes.draw(log=True, roster=True)

    def on_noticed(self, message: Noticed) -> None:
        self.hints.say(message.text, is_error=message.is_error)

    # ---- the terminal

    def on_resize(self) -> None:
        self.folding.fold()
        self.call_after_refresh(self.panes.show_everything)
        self.call_after_refresh(self.hints.show)

    def on_app_focus(self) -> None:
        self.view.has_focus = True
        self.controller.read_on()

    def on_app_blur(self) -> None:
        self.view.has_focus = False
        self.controller.report_now()

    def on_key(self, event: Key) -> None:
        """What is typed while the screen is still being built belongs to the composer."""
        is_composers = self.focused in (None, self.panes.composer)
        if is_composers and event.is_printable and event.character is not None:
            self.panes.composer.insert(event.character)
            self.panes.composer.focus()

    # ---- the panes

    def on_descendant_focus(self) -> None:
        self.hints.show()

    def on_message_log_scrolled(self) -> None:
        self.panes.draw(frame=True)
        self.controller.read_on()

    def on_message_log_top_reached(self) -> None:
        self.controller.load_older()

    def on_message_log_left(self) -> None:
        self.folding.to_composer()

    def on_channel_list_picked(self, message: ChannelList.Picked) -> None:
        self.navigation.go(message.sid)

    def on_composer_up_from_empty(self) -> None:
        self.panes.log.focus()

    def on_composer_submitted(self, message: Composer.Submitted) -> None:
        self.requests.submit(message.text)

    def on_text_area_changed(self) -> None:
        self.requests.keystroke(self.panes.composer.text)
