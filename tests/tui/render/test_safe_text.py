"""The one road from people's text to the terminal."""

import unicodedata

import pytest
from textual.content import Content

from chat_tui.tui.render.safe_text import MAX_LINE_CELLS, MAX_MARKS, REPLACEMENT, safe, safe_name, safe_text
from chat_tui.tui.render.wrap import cells
from tests.support.hostile import HOSTILE, REFUSED

UNSAFE = {"Cc", "Cs", "Co", "Cn", "Cf", "Zl", "Zp"}
ALLOWED = {"\n", "\u200c", "\u200d"}


@pytest.mark.parametrize("text", [*HOSTILE.values(), *REFUSED.values()], ids=[*HOSTILE, *REFUSED])
def test_nothing_that_drives_a_terminal_survives(text: str) -> None:
    """Every character of an unsafe category becomes U+FFFD, surrogates and NUL too."""
    left = {c for c in safe(text) if unicodedata.category(c) in UNSAFE} - ALLOWED
    assert left == set()


@pytest.mark.parametrize("text", [*HOSTILE.values(), *REFUSED.values()], ids=[*HOSTILE, *REFUSED])
def test_a_name_is_one_short_line_without_format_characters(text: str) -> None:
    """Names are stricter."""
    name = safe_name(text)
    assert len(name) <= 256
    assert not {c for c in name if unicodedata.category(c) in UNSAFE}


def test_content_is_never_markup() -> None:
    """Brackets stay brackets, and no span comes from data."""
    content = safe_text("[@click=app.quit]x[/] [bold]y[/bold]")
    assert isinstance(content, Content)
    assert (content.plain, list(content.spans)) == ("[@click=app.quit]x[/] [bold]y[/bold]", [])


def test_ordinary_text_stays_as_it_is() -> None:
    """Letters of many scripts, emoji with joiners and variation selectors, and line breaks."""
    for text in ("plain", "two\nlines", "Zoë", "नमस्ते", "שלום", "👩\u200d💻 ❤\ufe0f", "میخواهم", "e\u0301"):
        assert safe(text) == unicodedata.normalize("NFC", text)


def test_joiners_stay_only_where_scripts_need_them() -> None:
    """Between letters or emoji, and nowhere else."""
    assert safe("می\u200cخواهم") == "می\u200cخواهم"
    assert safe("a \u200d b") == f"a {REPLACEMENT} b"
    assert safe("\u200d") == REPLACEMENT


def test_marks_and_lines_have_their_bound() -> None:
    """At most eight marks on a letter, at most 2,000 cells in a line; tabs become spaces; CRLF one line break."""
    assert sum(unicodedata.combining(c) > 0 for c in safe("q" + "\u0323" * 50)) == MAX_MARKS
    assert cells(safe("漢" * 5000)) <= MAX_LINE_CELLS + 1
    assert safe("a\tb") == "a   b"
    assert safe("a\r\nb\rc") == "a\nb\nc"
