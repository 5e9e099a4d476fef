"""What the README says is so."""

import asyncio
import re
from pathlib import Path

import chat_tui
from chat_tui.cli import main
from tests.support.service import Tenant
from tests.support.waiting import poll

README = (Path(chat_tui.__file__).parents[1] / "README.md").read_text()


def fenced(heading: str) -> str:
    """The command that stands alone in a fenced block under a heading."""
    found = re.search(rf"^## {heading}\n.*?^```[a-z]*\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert found is not None, heading
    return found[1].strip()


def test_the_two_commands_stand_alone() -> None:
    """One line each, and the test command runs pytest."""
    assert fenced("Run").count("\n") == fenced("Test").count("\n") == 0
    assert fenced("Run").endswith("chat-tui")
    assert fenced("Test").endswith("pytest")


def test_every_command_is_named() -> None:
    """And the pictures it shows exist."""
    assert all(f"chat-tui {name}" in README for name in main.commands)
    for picture in re.findall(r"\(screenshots/(.*?)\)", README):
        assert (Path(chat_tui.__file__).parents[1] / "screenshots" / picture).exists()


async def test_the_ten_line_script_runs(tenant: Tenant) -> None:
    """As printed: it connects, lists, sends, and waits for events."""
    tenant.post(f"{tenant.path}/Users", Identity="bob")
    namespace: dict[str, object] = {}
    exec(fenced("The library"), namespace)
    script = asyncio.ensure_future(namespace["main"](tenant.url, tenant.token("alice")))  # type: ignore[operator]
    await poll(lambda: script.done() or tenant.get(f"{tenant.path}/Channels/general/Messages")["messages"], within=10)
    assert not script.done(), script.exception()
    script.cancel()
    await asyncio.wait([script])
