"""The help page."""

from chat_tui.tui.actions import FIXED, key_words
from chat_tui.tui.commands import COMMANDS
from chat_tui.tui.main.keys import ACTIONS
from chat_tui.tui.render.glyphs import ASCII, NOTIFIABLE_WORDS, ONLINE_WORDS, UNICODE
from chat_tui.tui.render.line import plain_text
from chat_tui.tui.screens.help import help_lines


def test_every_key_every_command_and_every_mark_is_on_it() -> None:
    """With what it does."""
    for glyphs in (UNICODE, ASCII):
        page = plain_text(help_lines(ACTIONS, glyphs))
        for action in ACTIONS:
            assert action.help in page
            assert all(key_words(key) in page for key in action.keys)
        assert all(words in page for _, words, _ in FIXED)
        assert all(f"/{command.name}" in page and command.help in page for command in COMMANDS)
        assert all(words in page for words in (*ONLINE_WORDS.values(), *NOTIFIABLE_WORDS.values()))
