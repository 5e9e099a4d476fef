"""Which lines of a long log are in view."""

import pytest

from chat_tui.tui.render.viewport import Viewport

UNITS = [[f"{unit}.{line}" for line in range(unit % 3 + 1)] for unit in range(12)]
EVERYTHING = [line for unit in UNITS for line in unit]


def shown(view: Viewport[str], height: int = 5, units: list[list[str]] = UNITS) -> list[str]:
    return [line for _, line in view.window(len(units), units.__getitem__, height)]


def scroll(view: Viewport[str], by: int, height: int = 5) -> bool:
    return view.scroll(by, len(UNITS), UNITS.__getitem__, height)


def test_it_follows_the_end() -> None:
    """The newest lines are at the bottom, whatever arrives."""
    view: Viewport[str] = Viewport()
    assert shown(view) == EVERYTHING[-5:]
    assert shown(view, units=[*UNITS, ["new"]]) == [*EVERYTHING[-4:], "new"]


@pytest.mark.parametrize("by", [1, 2, 3, 7, 13])
def test_scrolling_up_and_down_again_is_the_way_back(by: int) -> None:
    """Line by line the view is a window on all lines, and it follows again at the end."""
    view: Viewport[str] = Viewport()
    scroll(view, by)
    end = len(EVERYTHING) - by
    assert shown(view) == EVERYTHING[end - 5 : end]
    assert not view.follows
    scroll(view, -by)
    assert shown(view) == EVERYTHING[-5:]
    assert view.follows


def test_the_top_is_the_first_line_and_is_told() -> None:
    """Scrolling beyond the beginning stops there, with a full view."""
    view: Viewport[str] = Viewport()
    assert scroll(view, 10_000)
    assert shown(view) == EVERYTHING[:5]


def test_what_is_in_view_stays_when_older_and_newer_units_come() -> None:
    """Scrolled up, neither end moves the view."""
    view: Viewport[str] = Viewport()
    scroll(view, 6)
    before = shown(view)
    view.prepended(2)
    assert shown(view, units=[["x"], ["y"], *UNITS, ["new"]]) == before
    assert view.below(len(UNITS) + 3) > 0


def test_few_lines_always_follow() -> None:
    """A log shorter than the view cannot be scrolled away."""
    view: Viewport[str] = Viewport()
    view.scroll(3, 2, UNITS.__getitem__, 10)
    assert (shown(view, 10, UNITS[:2]), view.follows) == (["0.0", "1.0", "1.1"], True)


def test_revealing_a_unit_shows_all_of_it() -> None:
    """With as little movement as that takes."""
    view: Viewport[str] = Viewport()
    for unit in (2, 11, 5, 0):
        view.reveal(unit, len(UNITS), UNITS.__getitem__, 5)
        assert set(UNITS[unit]) <= set(shown(view))
