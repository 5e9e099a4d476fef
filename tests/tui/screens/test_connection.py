"""The screen that tells of one's own connection."""

from chat_tui.client import ConnectionState, Phase
from chat_tui.tui.render.line import plain_text
from chat_tui.tui.screens.connection import ConnectionPane, ConnectionScreen
from tests.support.fake_client import NOW, FakeClient
from tests.support.hostile import HOSTILE
from tests.support.screen import opened


async def test_a_key_shows_it_and_another_closes_it() -> None:
    """With what the client knows, as it is now."""
    client = FakeClient()
    async with opened(client) as screen:
        await screen.press("f3")
        shown = screen.pilot.app.screen
        assert isinstance(shown, ConnectionScreen)
        pane = shown.query_one(ConnectionPane)
        await screen.until(lambda: "connected · since 12:41" in plain_text(pane.drawn))
        text = plain_text(pane.drawn)
        assert "alice (@alice)" in text
        assert "● online" in text
        assert "▲ push on" in text
        assert "reachability   on" in text
        client.link_state = ConnectionState(Phase.WAITING, NOW.timestamp(), NOW.timestamp() + 4, "no route to it")
        await screen.until(lambda: "because        no route to it" in plain_text(pane.drawn))
        assert "reconnecting in 4 s" in plain_text(pane.drawn)
        await screen.press("escape")
        assert screen.pilot.app.screen is screen.main


async def test_the_palette_finds_it_and_a_reason_cannot_drive_the_terminal() -> None:
    """Whatever the other end says."""
    for hostile in HOSTILE:
        client = FakeClient(state=ConnectionState(Phase.DENIED, NOW.timestamp(), reason=hostile))
        async with opened(client) as screen:
            await screen.press("f2", *"conn", "enter")
            await screen.until(lambda: isinstance(screen.pilot.app.screen, ConnectionScreen))
