"""A pane of rows with a cursor: how it moves, and what stays in sight."""

import pytest
from textual.app import App, ComposeResult

from chat_tui.tui.faults import Faults, FaultTolerantApp
from chat_tui.tui.render.line import Line, Piece, plain_text
from chat_tui.tui.render.safe_text import Safe
from chat_tui.tui.widgets.pick_list import PickList

HEADING = 7


class Numbers(PickList):
    """Twenty rows, of which one is a heading."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = 20
        self.chosen: list[int] = []

    def count(self) -> int:
        return self.rows

    def line(self, number: int, width: int) -> Line:
        return (Piece(Safe(f"{'>' if number == self.cursor else ' '}{number}")),)

    def is_pickable(self, number: int) -> bool:
        return number != HEADING

    def picked(self, number: int) -> None:
        self.chosen.append(number)


class OneList(FaultTolerantApp):
    def __init__(self) -> None:
        super().__init__(Faults())
        self.numbers = Numbers()

    def compose(self) -> ComposeResult:
        yield self.numbers


def shown(app: OneList) -> list[str]:
    height = app.numbers.content_size.height
    return plain_text([app.numbers.row(y) for y in range(height)]).split()


@pytest.mark.parametrize(
    ("keys", "cursor"),
    [
        (("down",), 1),
        (("j", "j", "k"), 1),
        (("end",), 19),
        (("end", "home"), 0),
        (("down",) * 7, 8),
        (("down",) * 7 + ("up",), 6),
        (("pagedown",), 4),
        (("end", "down", "down"), 19),
        (("end", "pageup"), 15),
    ],
)
async def test_the_cursor_moves_over_what_can_be_picked(keys: tuple[str, ...], cursor: int) -> None:
    """Never beyond the ends, and it is always in sight."""
    app = OneList()
    async with app.run_test(size=(20, 5)) as pilot:
        app.numbers.focus()
        await pilot.press(*keys)
        await pilot.pause()
        assert app.numbers.cursor == cursor
        assert f">{cursor}" in shown(app)


async def test_enter_and_a_click_pick_and_a_heading_does_not() -> None:
    """A click picks the row under it."""
    app = OneList()
    async with app.run_test(size=(20, 10)) as pilot:
        app.numbers.focus()
        await pilot.press("enter", "down", "enter")
        await pilot.click(Numbers, offset=(1, 3))
        await pilot.click(Numbers, offset=(1, HEADING))
        await pilot.pause()
        assert app.numbers.chosen == [0, 1, 3]


async def test_fewer_rows_leave_the_cursor_on_one() -> None:
    """What was below it is gone; none at all is none to pick."""
    app = OneList()
    async with app.run_test(size=(20, 5)) as pilot:
        app.numbers.focus()
        await pilot.press("end")
        app.numbers.rows = 3
        app.numbers.redraw()
        await pilot.pause()
        assert (app.numbers.cursor, shown(app)) == (2, ["0", "1", ">2"])
        app.numbers.rows = 0
        app.numbers.redraw()
        await pilot.press("enter", "down", "pageup")
        assert app.numbers.chosen == []


def test_it_is_a_pane_of_the_application() -> None:
    """Textual gives it keys."""
    assert issubclass(OneList, App)
    assert Numbers().can_focus
