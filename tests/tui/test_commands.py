"""What can be typed after a slash."""

from pathlib import Path

import pytest

import chat_tui
from chat_tui.tui.commands import COMMANDS, CommandError, message_of, parse


def test_a_slash_begins_a_command_and_two_begin_a_message() -> None:
    """Commands are parsed, messages are left alone."""
    found = parse("/invite bob")
    assert found is not None
    assert (found[0].name, found[1]) == ("invite", "bob")
    assert parse("hello /mute") is None
    assert parse("//mute") is None
    assert message_of("//mute") == "/mute"
    with pytest.raises(CommandError, match="there is no /nope"):
        parse("/nope")


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_the_readme_names_every_command(name: str) -> None:
    """So that none is added in silence."""
    assert f"`/{name}" in (Path(chat_tui.__file__).parents[1] / "README.md").read_text()


def test_two_commands_have_two_names() -> None:
    """The first would hide the second."""
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)
