"""What the README says is so."""

import asyncio
import re
from pathlib import Path

import chat_tui
from chat_tui.cli import main
from chat_tui.tui.commands import COMMANDS
from tests.support.service import Tenant
from tests.support.waiting import poll

ROOT = Path(chat_tui.__file__).parents[1]
README = (ROOT / "README.md").read_text()

PATH = re.compile(r"`((?:chat_tui|tests|\.ci|screenshots)/[^`\s]*)`")
NEAR = re.compile(r"`((?:\w+/)*\w+\.(?:py|cjs|sql)|(?:\w+/)+)`")
"""A path below, or beside, another one of the same paragraph or row."""


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
    """Of the shell and of the composer; and the pictures it shows exist."""
    assert all(f"chat-tui {name}" in README for name in main.commands)
    assert [command.name for command in COMMANDS if f"`/{command.name}" not in README] == []
    for picture in re.findall(r"\(screenshots/(.*?)\)", README):
        assert (ROOT / "screenshots" / picture).exists()


def passages() -> list[str]:
    """Paragraphs, and rows of tables."""
    return [line for part in README.split("\n\n") for line in (part.splitlines() if part[:1] == "|" else [part])]


def test_every_path_that_is_named_exists() -> None:
    """In full, or beside or below another one that the same passage names."""
    assert [path for path in PATH.findall(README) if not (ROOT / path).exists()] == []
    lost = []
    for passage in passages():
        named = [ROOT / path for path in PATH.findall(passage)]
        folders = {ROOT} | {folder for path in named for folder in (path, path.parent)}
        lost += [near for near in NEAR.findall(passage) if not any((folder / near).exists() for folder in folders)]
    assert lost == []


def test_every_program_that_is_named_exists() -> None:
    """Those of the tests, and their parts, which are named by a dot."""
    for passage in passages():
        modules = re.findall(r"python -m (tests[.\w]*)", passage)
        folders = [ROOT / module.replace(".", "/") for module in modules]
        assert [folder for folder in folders if not (folder.is_dir() or folder.with_suffix(".py").exists())] == []
        for part in re.findall(r"`\.([a-z_]+)`", passage) if "tests" in passage or "checker" in passage else ():
            rooms = [ROOT / "tests/checker", *(folder.parent for folder in folders)]
            assert any((room / f"{part}.py").exists() for room in rooms), part


def test_how_to_add_names_the_places_and_their_tests() -> None:
    """Of each kind of thing that is added: a module of the product, and a test."""
    section = README.partition("### How to add")[2]
    for kind in ("REST resource", "Client API command", "slash command", "setting", "screen", "event"):
        found = re.search(rf"^\*\*An? {kind}\*\*:.*?(?=^\*\*|\Z)", section, re.DOTALL | re.MULTILINE)
        assert found is not None, kind
        paths = PATH.findall(found[0])
        assert any(path.startswith("chat_tui/") for path in paths), kind
        assert any(path.startswith("tests/") for path in paths), kind


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
