"""Where in a log the reader is."""

from datetime import UTC, datetime

from chat_tui.client.model import Message
from chat_tui.tui.render.glyphs import UNICODE
from chat_tui.tui.render.line import plain_text
from chat_tui.tui.render.log_lines import LogContent, LogLines
from chat_tui.tui.render.log_view import BEYOND, LogView
from chat_tui.tui.render.times import Clock

DATE = datetime(2026, 11, 20, 12, 40, tzinfo=UTC)
CLOCK = Clock(now=lambda: DATE, zone=UTC)


def message(index: int, body: str = "") -> Message:
    return Message(f"IM{index}", "CH1", index, "bob", body or f"text {index}", DATE)


def viewing(count: int, height: int = 4) -> tuple[LogLines, LogView, list[tuple[str, Exception]]]:
    """A log of so many messages; with what could not be drawn of it."""
    faults: list[tuple[str, Exception]] = []
    lines = LogLines(CLOCK, UNICODE, lambda what, error: faults.append((what, error)))
    lines.content = LogContent(messages=[message(index) for index in range(count)])
    lines.fit(60)
    view = LogView(lines)
    view.height = height
    return lines, view, faults


def shown(view: LogView) -> str:
    return plain_text(line for _, line in view.window())


def test_it_begins_at_the_end_and_stays_there() -> None:
    """Until the reader scrolls; then what is below is counted."""
    lines, view, _ = viewing(20)
    assert view.follows
    assert "text 19" in shown(view)
    assert not view.scroll(5)
    lines.content = LogContent(messages=[message(index) for index in range(22)])
    assert (view.follows, view.below) == (False, 7)
    assert "text 21" not in shown(view)
    view.to_end()
    assert "text 21" in shown(view)


def test_the_first_line_in_view_is_told() -> None:
    """There older messages are asked for; what comes in front does not move what is in view."""
    lines, view, _ = viewing(20)
    assert view.scroll(BEYOND)
    before = shown(view).splitlines()[-1]
    lines.content = LogContent(messages=[message(index) for index in range(-5, 20)])
    view.prepended(5)
    assert shown(view).splitlines()[-1] == before


def test_the_message_under_the_cursor_is_known_by_its_index() -> None:
    """It stays selected whatever is put in front, and another channel selects none."""
    lines, view, _ = viewing(20)
    view.select(3)
    assert view.selected_message == message(3)
    lines.content = LogContent(messages=[message(index) for index in range(-5, 20)])
    assert (view.selected_unit, view.selected_message) == (8, message(3))
    view.begin_anew()
    assert view.selected_unit is None
    assert view.follows


def test_the_divider_can_be_gone_to() -> None:
    """Where there is one."""
    lines, view, _ = viewing(30)
    assert not view.to_new()
    lines.content.first_new = 4
    assert view.to_new()
    assert "text 4" in shown(view)


def test_lines_are_made_once_until_what_they_depend_on_changes() -> None:
    """Width, cursor, fold, and what the author is called."""
    lines, _view, _ = viewing(3)
    first = lines.of(2)
    assert lines.of(2) is first
    lines.marked = 2
    assert lines.of(2) != first
    lines.marked = None
    assert lines.of(2) is first
    lines.fit(61)
    assert lines.of(2) is not first


def test_a_message_that_cannot_be_drawn_takes_no_other_along() -> None:
    """It says so in its place."""
    lines, view, faults = viewing(3, height=20)
    lines.content = LogContent(messages=[message(0), Message("IM1", "CH1", 1, "bob", None, DATE), message(2)])  # type: ignore[arg-type]
    text = shown(view)
    assert "text 0" in text
    assert "text 2" in text
    assert "cannot be drawn" in text
    assert {what for what, _ in faults} == {"drawing a message"}
