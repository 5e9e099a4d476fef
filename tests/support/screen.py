"""The real application on a fake client, as a test sees and uses it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from chat_tui.tui.app import ChatApp
from chat_tui.tui.faults import Faults
from chat_tui.tui.main.screen import MainScreen
from chat_tui.tui.render.line import plain_text
from tests.support.fake_client import FakeClient, chat_app


class Screen:
    """The application, its screen and its client, under a pilot."""

    def __init__(self, pilot: Pilot[Any], client: FakeClient) -> None:
        self.pilot = pilot
        self.client = client

    @property
    def main(self) -> MainScreen:
        main = self.pilot.app.screen_stack[0]
        assert isinstance(main, MainScreen)
        return main

    @property
    def faults(self) -> Faults:
        """What went wrong that nobody expected."""
        app = self.pilot.app
        assert isinstance(app, ChatApp)
        return app.faults

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    @property
    def title(self) -> str:
        channel = self.main.presenter.channel
        return "" if channel is None else channel.title

    @property
    def log(self) -> str:
        return plain_text(self.main.panes.log.drawn)

    @property
    def text(self) -> str:
        return self.main.panes.composer.text

    async def until(self, is_so: Callable[[], object]) -> None:
        """Let the application work until it is so, within a bound."""
        for _ in range(100):
            if is_so():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"it did not come to be:\n{self.log}")


@asynccontextmanager
async def opened(
    client: FakeClient | None = None,
    size: tuple[int, int] = (112, 28),
    shows: str = "replica is promoted",
    *,
    faults: Faults | None = None,
    expects_faults: bool = False,
) -> AsyncIterator[Screen]:
    """Once the log of incident-42 ``shows`` these words, unless it is empty."""
    client = client or FakeClient()
    app = chat_app(client, faults=faults)
    async with app.run_test(size=size) as pilot:
        screen = Screen(pilot, client)
        await screen.until(lambda: screen.title)
        screen.main.navigation.go(client.channels.find("incident-42").sid)
        await screen.until(lambda: shows in screen.log or len(client.opened().messages) == 0)
        yield screen
        assert app.safety_filter.caught == 0
        assert expects_faults or app.faults.count == 0
