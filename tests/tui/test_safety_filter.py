"""The second lock: what the first let through is replaced and counted."""

import pytest
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.color import BLACK

from chat_tui.tui.safety_filter import SafetyFilter
from tests.support.hostile import HOSTILE


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_that_drives_a_terminal_gets_past(text: str) -> None:
    """What is beside it keeps its style."""
    lock, style = SafetyFilter(), Style(bold=True)
    found = lock.apply([Segment("before"), Segment(text, style)], BLACK)
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(found[1].text)
    assert (found[0].text, found[1].style) == ("before", style)


def test_what_is_clean_is_handed_on_as_it_is() -> None:
    """The very same list; Textual's own control codes too."""
    lock = SafetyFilter()
    segments = [Segment("漢字 👩 é"), Segment("\x1b[2J", None, [(ControlType.CLEAR,)])]
    assert lock.apply(segments, BLACK) is segments
    assert lock.caught == 0
