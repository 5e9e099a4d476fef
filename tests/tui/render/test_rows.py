"""Rows of the side panes, the reach line, the words for the link."""

import pytest

from chat_tui.client import ConnectionState, Phase, User
from chat_tui.tui.render.glyphs import ASCII, UNICODE, Mark, choose, mark_of
from chat_tui.tui.render.line import plain_text
from chat_tui.tui.render.link_words import link_words
from chat_tui.tui.render.roster_rows import Heading, grouped, reach_line, roster_line, roster_row
from chat_tui.tui.render.safe_text import Safe
from tests.support.fake_client import CLOCK, NOW


def row(identity: str, online: bool | None, notifiable: bool | None, *, enabled: bool = True) -> object:
    user = User(identity, "", is_online=online, is_notifiable=notifiable)
    return roster_row(user, Safe(identity), enabled=enabled, own_identity="alice")


@pytest.mark.parametrize(
    ("value", "enabled", "mark"),
    [
        (True, True, Mark.YES),
        (False, True, Mark.NO),
        (None, True, Mark.UNKNOWN),
        (None, False, Mark.OFF),
        (True, False, Mark.OFF),
    ],
)
def test_unknown_is_neither_offline_nor_feature_off(value: bool | None, enabled: bool, mark: Mark) -> None:
    """Four states, never fewer."""
    assert mark_of(value, enabled=enabled) is mark


def test_every_mark_has_a_sign_of_its_own_in_both_sets() -> None:
    """A shape, not only a colour."""
    for glyphs in (UNICODE, ASCII):
        assert len(set(glyphs.online.values())) == len(set(glyphs.notifiable.values())) == 4
    assert all(sign.isascii() for signs in (ASCII.online, ASCII.notifiable) for sign in signs.values())


@pytest.mark.parametrize(
    ("setting", "encoding", "term", "expected"),
    [
        ("auto", "utf-8", "xterm", UNICODE),
        ("auto", "latin-1", "xterm", ASCII),
        ("auto", "UTF-8", "linux", ASCII),
        ("unicode", "latin-1", "linux", UNICODE),
        ("ascii", "utf-8", "xterm", ASCII),
    ],
)
def test_glyphs_fit_the_terminal(setting: str, encoding: str, term: str, expected: object) -> None:
    """ASCII without UTF-8 or on the Linux console, unless somebody says otherwise."""
    assert choose(setting, {"TERM": term}, encoding) is expected


def test_the_reach_line_counts_everybody_but_oneself() -> None:
    """(true, any) online; (false, true) push on; (false, false) and (false, null) nobody; (null, any) unknown."""
    people = [("alice", True, True), ("b", True, None), ("c", False, True), ("d", False, False), ("e", False, None)]
    rows = [row(*person) for person in [*people, ("f", None, True)]]
    words = reach_line(rows, 80, enabled=True, glyphs=UNICODE)  # type: ignore[arg-type]
    assert words == "reaches 1 online · 1 push on · 2 nobody · 1 unknown"
    assert len(reach_line(rows, 40, enabled=True, glyphs=UNICODE)) <= 43  # type: ignore[arg-type]
    assert reach_line(rows[:1], 80, enabled=True, glyphs=UNICODE) == "nobody else is here"  # type: ignore[arg-type]
    assert reach_line(rows, 80, enabled=False, glyphs=UNICODE) == "reachability off"  # type: ignore[arg-type]


def test_the_roster_groups_by_online_and_in_one_group_when_off() -> None:
    """Off, it says how to turn it on."""
    rows = [row("b", True, None), row("c", False, True), row("d", None, None)]
    headings = [found.text for found in grouped(rows, enabled=True) if isinstance(found, Heading)]  # type: ignore[arg-type]
    assert headings == ["Online — 1", "Offline — 1", "Unknown — 1"]
    off = [row("b", True, None, enabled=False)]
    words = " ".join(found.text for found in grouped(off, enabled=False) if isinstance(found, Heading))  # type: ignore[arg-type]
    assert "Members — 1" in words
    assert "ReachabilityEnabled" in words


def test_stale_marks_lose_their_colour_but_not_their_shape() -> None:
    """While our own link is down nobody looks live."""
    line = roster_line(row("b", True, True), 26, UNICODE, lambda *_: Safe("b"), is_stale=True, is_cursor=False)  # type: ignore[arg-type]
    assert "● ▲ b" in plain_text([line])
    assert {piece.style for piece in line if piece.text.strip()} == {"dim"}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ConnectionState(Phase.CONNECTED, NOW.timestamp()), "connected"),
        (ConnectionState(Phase.WAITING, NOW.timestamp() - 2, NOW.timestamp() + 4), "reconnecting in 4 s"),
        (ConnectionState(Phase.WAITING, NOW.timestamp() - 90, NOW.timestamp() + 4), "offline since 12:40"),
        (ConnectionState(Phase.DENIED, NOW.timestamp(), reason="token expired"), "denied: token expired"),
        (ConnectionState(Phase.CONNECTING, NOW.timestamp()), "connecting"),
    ],
)
def test_the_link_is_said_in_words(state: ConnectionState, words: str) -> None:
    """Always visible, never a colour alone."""
    assert link_words(state, CLOCK)[0] == words
