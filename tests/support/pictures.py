"""Draws the pictures of the README, from the real application on fixed data.

python -m tests.support.pictures
"""

import asyncio
import os
import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from chat_tui.client import ConnectionState, Phase
from chat_tui.tui.app import ChatApp
from chat_tui.tui.main.screen import MainScreen
from chat_tui.tui.render.glyphs import ASCII, UNICODE, Glyphs
from tests.support.fake_client import NOW, FakeClient, chat_app

DIRECTORY = Path(__file__).resolve().parents[2] / "screenshots"
_FONT_FACES = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_COMMENTS = re.compile(r"\s*<!--.*?-->", re.DOTALL)

DOWN = ConnectionState(Phase.WAITING, NOW.timestamp() - 12, NOW.timestamp() + 4, "nobody answers there")


async def draw(
    width: int,
    height: int,
    *,
    client: FakeClient | None = None,
    glyphs: Glyphs = UNICODE,
    pending: bool = True,
) -> str:
    """One picture, as SVG that needs nothing from elsewhere."""
    client = client or FakeClient()
    client.mention("general", 2)
    app = chat_app(client, glyphs=glyphs)
    async with app.run_test(size=(width, height)) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, MainScreen)
        await screen.mentions.refresh(screen.client.channels.find("general"))
        screen.navigation.go(screen.client.channels.find("incident-42").sid)
        screen.view.drafts[screen.client.channels.find("design").sid] = "a draft"
        await pilot.pause()
        if pending:
            screen.client.messages.submit(screen.client.channels.find("incident-42"), "confirming now")
        client.type(screen.client.channels.find("incident-42"), "carla")
        await pilot.pause(0.2)
        screen.panes.show_everything()
        screen.hints.show()
        await pilot.pause()
        assert app.faults.count == 0
        return picture(app)


def picture(app: ChatApp) -> str:
    """What is on the screen, without the font that Rich would fetch from a network."""
    svg = _COMMENTS.sub("", _FONT_FACES.sub("", app.export_screenshot(title="chat-tui")))
    svg = re.sub(r"font-family: [^;]*;", "font-family: monospace;", svg)
    return re.sub(r"font-family=\"[^\"]*\"", 'font-family="monospace"', svg).strip() + "\n"


PICTURES: dict[str, Callable[[], Coroutine[Any, Any, str]]] = {
    "wide": lambda: draw(112, 28),
    "medium-80x24": lambda: draw(80, 24),
    "narrow": lambda: draw(50, 20),
    "reachability-off": lambda: draw(112, 28, client=FakeClient(reachability=False)),
    "link-down": lambda: draw(112, 28, client=FakeClient(state=DOWN)),
    "ascii-no-colour": lambda: draw(112, 28, glyphs=ASCII),
}
"""Name → how to draw it."""


def draw_all() -> dict[str, str]:
    """Every picture, by name."""
    found = {}
    for name, drawing in PICTURES.items():
        os.environ.pop("NO_COLOR", None)
        if name.endswith("no-colour"):
            os.environ["NO_COLOR"] = "1"
        found[name] = asyncio.run(drawing())
    os.environ.pop("NO_COLOR", None)
    return found


def main() -> None:
    DIRECTORY.mkdir(exist_ok=True)
    for name, svg in draw_all().items():
        (DIRECTORY / f"{name}.svg").write_text(svg)


if __name__ == "__main__":
    main()
