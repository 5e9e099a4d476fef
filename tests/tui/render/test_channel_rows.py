"""The rows of the channel list."""

import pytest

from chat_tui.tui.render.attention import Attention
from chat_tui.tui.render.channel_rows import MENTIONS_SHOWN, ChannelRow, channel_line, mentions_badge, sort_key
from chat_tui.tui.render.glyphs import ASCII, UNICODE
from chat_tui.tui.render.line import plain_text, width_of
from chat_tui.tui.render.safe_text import Safe
from chat_tui.tui.render.wrap import shorten


def asking(unread: int = 0, mentions: int = 0) -> Attention:
    return Attention(
        is_bold=unread > 0,
        is_dim=False,
        number=str(unread or ""),
        unread=unread,
        mentions=mentions,
        is_next=False,
        rings=False,
    )


QUIET = asking()


def row(name: str, attention: Attention = QUIET, **more: bool) -> ChannelRow:
    return ChannelRow(f"CH-{name}", Safe(name), attention, **more)


def shown(row: ChannelRow, width: int = 30, *, is_cursor: bool = False) -> str:
    line = channel_line(
        row, width, UNICODE, lambda _, room: shorten(row.name, room), is_current=False, is_cursor=is_cursor
    )
    assert width_of(line) == width
    return plain_text([line])


def test_invitations_come_last_and_names_in_any_case_by_letter() -> None:
    """Two of one name by their SID."""
    rows = [row("b", is_invited=True), row("C"), row("a"), row("B")]
    assert [found.name for found in sorted(rows, key=sort_key)] == ["a", "B", "C", "b"]


@pytest.mark.parametrize("width", [12, 20, 40])
def test_a_row_fills_its_width_whatever_it_has_to_say(width: int) -> None:
    """The name gives way."""
    text = shown(row("a-very-long-name-of-a-channel", asking(12, 2), is_muted=True, has_draft=True), width)
    assert "M" in text


def test_draft_mute_mentions_and_number_stand_at_the_right() -> None:
    """In that order; the cursor before all."""
    text = shown(row("general", asking(12, 2), is_muted=True, has_draft=True), is_cursor=True)
    assert text.startswith(f"{UNICODE.cursor}# general")
    places = [text.index(sign) for sign in (UNICODE.draft, " M", "@2")]
    assert places == sorted(places)


def test_an_invitation_has_a_sign_of_its_own() -> None:
    """In both sets."""
    assert f"{UNICODE.invited} launch" in shown(row("launch", is_invited=True))
    assert ASCII.invited != "#"


@pytest.mark.parametrize(("count", "badge"), [(1, "@1"), (MENTIONS_SHOWN - 1, "@99"), (MENTIONS_SHOWN, "@100+")])
def test_mentions_are_counted_so_far(count: int, badge: str) -> None:
    """Beyond that nobody counts."""
    assert mentions_badge(count) == badge
