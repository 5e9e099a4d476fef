"""The application around the screens: the client's life, themes, and the second lock before the terminal."""

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter
from textual.screen import Screen

from chat_tui.client import ChatClient, ChatError
from chat_tui.tui.faults import Faults, FaultTolerantApp, ScreenLogHandler, run_in_background
from chat_tui.tui.main.messages import Noticed
from chat_tui.tui.main.screen import MainScreen
from chat_tui.tui.render.glyphs import UNICODE, Glyphs
from chat_tui.tui.render.times import Clock
from chat_tui.tui.safety_filter import SafetyFilter
from chat_tui.tui.terminal import WatchedDriver

FIRST_PAINT_WITHIN = 0.1
"""Seconds the first paint waits for the service at most."""


LOGGERS = ("chat_tui", "asyncio")
"""Whose errors the user is told of."""


class ChatApp(FaultTolerantApp):
    """``place`` names the service in the title. Exits with a line to print when it cannot go on."""

    ENABLE_COMMAND_PALETTE = False
    CSS_PATH = "main/screen.tcss"  # of the default screen, whose own path Textual does not read
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "copy_or_hint", "Copy", show=False),
    ]

    def __init__(
        self,
        client: ChatClient,
        *,
        place: str,
        glyphs: Glyphs = UNICODE,
        clock: Clock | None = None,
        theme: str | None = None,
        prepare: Callable[[], Awaitable[str | None]] | None = None,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(faults)
        self._log_handler = ScreenLogHandler(self._say)
        self._client = client
        self._wanted_theme = theme
        self._prepare = prepare
        self.safety_filter = SafetyFilter()
        self._main = MainScreen(client, clock or Clock(), glyphs, place)

    def on_mount(self) -> None:
        if self._wanted_theme in self.available_themes:
            self.theme = self._wanted_theme or self.theme
        loop = asyncio.get_running_loop()
        for wanted in (signal.SIGTERM, signal.SIGHUP):
            with contextlib.suppress(ValueError, NotImplementedError, RuntimeError):
                loop.add_signal_handler(wanted, self._end)
        for name in LOGGERS:
            logging.getLogger(name).addHandler(self._log_handler)
        run_in_background(self, "starting the client", self._start)

    def get_driver_class(self) -> type[Driver]:
        found = super().get_driver_class()
        return WatchedDriver if found is LinuxDriver else found

    def get_default_screen(self) -> Screen[None]:
        """The main screen at once, instead of a blank one before it."""
        return self._main

    def _say(self, words: str) -> None:
        """Tell the user of an error; whoever logs it may be in any thread."""
        if self._loop is not None:
            notice = Noticed(self.faults.words(words, self.size.width - 2), is_error=True)
            self._loop.call_soon_threadsafe(self._main.post_message, notice)

    def _end(self) -> None:
        self.exit()

    async def _start(self) -> None:
        """Connect in the background: the screen is usable meanwhile. The first paint waits a moment for what is to
        be painted; painting an empty screen first would be work for nothing."""
        connecting = asyncio.ensure_future(self._connect())
        with self.batch_update(), contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._main.is_up_to_date.wait(), FIRST_PAINT_WITHIN)
        self._main.check_idle()  # nothing else may happen for a while, and this must be painted
        await connecting
        gc.freeze()  # what was made until now stays: no collection need look at it again
        gc.enable()

    async def _connect(self) -> None:
        if self._prepare is not None:
            trouble = await self._prepare()
            if trouble is not None:
                self.exit(trouble, return_code=2)
                return
        with contextlib.suppress(ChatError):  # what is wrong stands in the title
            await self._client.start_soon()

    async def on_unmount(self) -> None:
        for name in LOGGERS:
            logging.getLogger(name).removeHandler(self._log_handler)
        await self._client.close()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own filters, and the second lock."""
        return [*super().get_line_filters(), self.safety_filter]

    def action_copy_or_hint(self) -> None:
        """Copy what is selected; never throw anything away."""
        selected = self.screen.get_selected_text()
        if selected:
            self.copy_to_clipboard(selected)
        else:
            self.screen.post_message(Noticed("Ctrl+Q quits"))
