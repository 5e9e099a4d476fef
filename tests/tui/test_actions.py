"""Keys as people write them, and as Textual binds them."""

import pytest
from textual.binding import Binding

from chat_tui.tui.actions import CHANNELS, EVERYWHERE, Action, bindings, key_words, short_key

ROWS: tuple[Action[list[str]], ...] = (
    Action("first", ("ctrl+t", "f2"), "First", "Do the first.", lambda done: done.append("first")),
    Action("second", ("m",), "Second", "Do the second.", lambda done: done.append("second"), CHANNELS),
    Action("third", ("escape",), "Third", "Do the third.", lambda done: done.append("third"), has_priority=False),
)


@pytest.mark.parametrize(
    ("key", "words", "short"),
    [
        ("ctrl+t", "Ctrl+T", "^T"),
        ("ctrl+backslash", "Ctrl+\\", "^\\"),
        ("alt+down", "Alt+↓", "Alt+↓"),
        ("f2", "F2", "F2"),
        ("pageup", "PgUp", "PgUp"),
        ("m", "m", "m"),
    ],
)
def test_keys_are_written_as_people_write_them(key: str, words: str, short: str) -> None:
    """In few cells where there are few."""
    assert (key_words(key), short_key(key)) == (words, short)


def test_every_row_is_bound_in_its_place_to_the_one_action_that_performs_it() -> None:
    """What holds everywhere comes before the composer's own keys, unless it says otherwise."""
    found = [binding for binding in bindings(ROWS, EVERYWHERE) if isinstance(binding, Binding)]
    assert [(binding.key, binding.action, binding.priority) for binding in found] == [
        ("ctrl+t,f2", "screen.perform('first')", True),
        ("escape", "screen.perform('third')", False),
    ]
    [listed] = [binding for binding in bindings(ROWS, CHANNELS) if isinstance(binding, Binding)]
    assert (listed.id, listed.priority) == ("second", False)
