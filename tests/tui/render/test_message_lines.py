"""Messages as lines: who, when, what, and how much of what is long."""

from datetime import timedelta

import pytest

from chat_tui.client.model import Message, PendingMessage, SendState
from chat_tui.tui.render.glyphs import UNICODE
from chat_tui.tui.render.line import plain_text, width_of
from chat_tui.tui.render.message_lines import (
    FOLD_CHARACTERS,
    FOLD_LINES,
    FOLDED_LINES,
    RUN_SECONDS,
    LogStyle,
    MessageContext,
    empty_log_lines,
    folded,
    message_lines,
    pending_lines,
    starts_run,
)
from chat_tui.tui.render.safe_text import Safe
from tests.support.fake_client import CLOCK, NOW

STYLE = LogStyle(80, UNICODE, CLOCK, "alice")
HELLO = Message("IM1", "CH1", 0, "bob", "hello", NOW)


def shown(message: Message, context: MessageContext = MessageContext(), width: int = 80, name: str = "Bob") -> str:  # noqa: B008 - frozen
    style = LogStyle(width, UNICODE, CLOCK, "alice")
    lines = message_lines(message, Safe(name), style, context)
    assert all(width_of(line) <= width for line in lines)
    return plain_text(lines)


def test_a_heading_says_when_and_who() -> None:
    """Beside the text where there is room, else above it; those that follow have none."""
    assert shown(HELLO).split() == ["12:41", "Bob", "hello"]
    assert len(shown(HELLO, width=30).splitlines()) == 2
    assert len(shown(HELLO, name="Bartholomew the Second").splitlines()) == 2
    assert shown(HELLO, MessageContext(has_heading=False)).strip() == "hello"


def test_a_run_is_of_one_author_within_its_time() -> None:
    """Another author, or a while later, begins anew."""
    soon, later = NOW + timedelta(seconds=RUN_SECONDS), NOW + timedelta(seconds=RUN_SECONDS + 1)
    assert not starts_run("bob", soon, HELLO)
    assert starts_run("bob", later, HELLO)
    assert starts_run("carol", soon, HELLO)
    assert starts_run("bob", NOW, None)


def test_a_day_and_what_is_new_stand_before_it() -> None:
    """How many, where that is known."""
    before, divider, *_ = shown(HELLO, MessageContext(day=NOW, new=3)).splitlines()
    assert "Friday 20 November" in before
    assert "3 new" in divider
    assert " new " in shown(HELLO, MessageContext(new=0))


def test_the_cursor_stands_at_every_line_of_its_message() -> None:
    """And at no other."""
    two = Message("IM1", "CH1", 0, "bob", "one\ntwo", NOW)
    assert all(line.startswith("▌") for line in shown(two, MessageContext(is_selected=True)).splitlines())
    assert "▌" not in shown(two)


@pytest.mark.parametrize(
    ("state", "word"), [(SendState.QUEUED, "waiting"), (SendState.SENDING, "sending"), (SendState.FAILED, "failed")]
)
def test_what_is_on_its_way_says_how_it_fares(state: SendState, word: str) -> None:
    """And why it was refused; what a service says cannot drive a terminal."""
    pending = PendingMessage("m1", "CH1", "mine", NOW, state, error="too \x1b[31mlong" if word == "failed" else None)
    text = plain_text(pending_lines(pending, Safe("alice"), STYLE, MessageContext()))
    assert f"mine  {word}" in text
    assert ("not sent: too" in text) is (word == "failed")
    assert "\x1b" not in text


@pytest.mark.parametrize("body", ["x\n" * (FOLD_LINES + 5), "word " * FOLD_CHARACTERS])
def test_a_long_message_shows_its_beginning_until_it_is_unfolded(body: str) -> None:
    """And says that there is more."""
    lines = folded(body, 40)
    assert len(lines) == FOLDED_LINES + 1
    assert lines[-1].startswith("…")
    assert len(folded(body, 40, unfolded=True)) > FOLDED_LINES + 1


def test_an_empty_log_says_why_in_the_middle() -> None:
    """It fills its pane, and no more."""
    for height in (1, 2, 9):
        assert len(empty_log_lines(["nobody", "wrote"], 40, height, is_loading=False)) == height
    assert "loading" in plain_text(empty_log_lines([], 40, 5, is_loading=True))
    assert "no messages yet" in plain_text(empty_log_lines([], 40, 5, is_loading=False))
