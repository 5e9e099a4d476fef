"""What can be typed after a slash."""

import pytest

from chat_tui.tui.commands import CommandError, message_of, parse


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
