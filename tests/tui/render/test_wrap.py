"""Lines broken, shortened and padded by cells, whatever the characters."""

import random

import pytest

from chat_tui.tui.render.safe_text import Safe
from chat_tui.tui.render.wrap import cells, pad, shorten, wrap

ALPHABET = "ab  漢é👩\u0301-"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one  two", 4, ["one", "two"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("漢字漢字", 5, ["漢字", "漢字"]),
        ("a\n\nb", 5, ["a", "", "b"]),
        ("漢", 1, ["漢"]),
        ("abc", 0, ["a", "b", "c"]),
    ],
)
def test_lines_break_at_spaces_where_they_can(text: str, width: int, lines: list[str]) -> None:
    """A word that is too long is broken; a character that is too wide stands alone."""
    assert wrap(Safe(text), width) == lines


@pytest.mark.parametrize("seed", range(20))
def test_no_line_is_wider_than_it_may_be_and_no_letter_is_lost(seed: int) -> None:
    """Random text at every width."""
    dice = random.Random(seed)
    text = Safe("".join(dice.choice(ALPHABET) for _ in range(60)))
    for width in range(2, 30):
        lines = wrap(text, width)
        assert all(cells(line) <= width for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert cells(shorten(text, width)) <= width
        assert cells(pad(text, width)) == width


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("漢字", 3, "漢…"), ("漢", 1, ""), ("ab", 1, "a")],
)
def test_what_is_cut_says_so(text: str, width: int, short: str) -> None:
    """Where there is room for it."""
    assert shorten(Safe(text), width) == short
