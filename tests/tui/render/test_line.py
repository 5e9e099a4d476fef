"""Lines as values: their width, their two edges, their middle."""

import pytest

from chat_tui.tui.render.line import Piece, between, centred, plain_text, width_of
from chat_tui.tui.render.safe_text import Safe


def pieces(*texts: str) -> tuple[Piece, ...]:
    return tuple(Piece(Safe(text)) for text in texts)


@pytest.mark.parametrize(
    ("left", "right", "width", "text"),
    [
        (("name",), ("9",), 8, "name   9"),
        (("name",), ("9",), 4, "na…9"),
        (("one", "two"), ("9",), 6, "onet…9"),
        (("漢字",), ("9",), 4, "漢…9"),
        (("name",), ("wide",), 3, "wide"),
    ],
)
def test_the_left_gives_way_to_the_right(left: tuple[str, ...], right: tuple[str, ...], width: int, text: str) -> None:
    """What stands at the right is never cut."""
    line = between(pieces(*left), pieces(*right), width)
    assert plain_text([line]) == text
    assert width_of(line) == max(width, width_of(pieces(*right)))


@pytest.mark.parametrize(
    ("text", "width", "line"), [("new", 11, "--- new ---"), ("漢", 8, "-- 漢 --"), ("words", 7, "- wo… -")]
)
def test_words_stand_in_the_middle_of_a_rule(text: str, width: int, line: str) -> None:
    """Cut where there is no room."""
    found = centred(Safe(text), width, Safe("-"), "rule")
    assert plain_text([found]).rstrip() == line.rstrip()
    assert width_of(found) <= width


def test_plain_text_is_lines_without_styles_and_without_what_fills_them() -> None:
    """As a person reads it."""
    assert plain_text([pieces("a ", "b  "), (), pieces("c")]) == "a b\n\nc"
