"""A list to choose from by typing: the quick switcher and the command palette."""

from collections.abc import Callable
from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from chat_tui.tui.faults import Guarded
from chat_tui.tui.render.glyphs import Glyphs
from chat_tui.tui.render.line import Line, Piece, between
from chat_tui.tui.render.safe_text import Safe, safe_text
from chat_tui.tui.render.wrap import cells
from chat_tui.tui.widgets.containers import Column, SearchInput
from chat_tui.tui.widgets.pick_list import PickList


class Choice(msgspec.Struct, frozen=True):
    """``value`` is what the picker answers with; ``hint`` stands at the right where there is room; ``within``: the
    label in so many cells."""

    value: str
    label: Safe
    hint: Safe = Safe("")
    within: Callable[[int], Safe] | None = None


def matching(choices: list[Choice], query: str) -> list[Choice]:
    """Choices that hold the letters of ``query`` in order; whole words and beginnings first."""
    wanted = query.casefold().strip()
    if not wanted:
        return choices
    ranked = [
        (rank, n) for n, choice in enumerate(choices) if (rank := _rank(choice.label.casefold(), wanted)) is not None
    ]
    return [choices[n] for _, n in sorted(ranked)]


def _rank(label: str, wanted: str) -> tuple[int, int] | None:
    place = label.find(wanted)
    if place >= 0:
        return (0 if place == 0 or not label[place - 1].isalnum() else 1, place)
    at = -1
    for letter in wanted:
        at = label.find(letter, at + 1)
        if at < 0:
            return None
    return (2, at)


class ChoiceList(PickList, can_focus=False):
    """The choices that match, the cursor always shown."""

    choices: list[Choice] = []  # noqa: RUF012 - replaced as a whole, never changed

    def count(self) -> int:
        return len(self.choices)

    def line(self, number: int, width: int) -> Line:
        choice = self.choices[number]
        is_cursor = number == self.cursor
        lead = Piece(self.glyphs.cursor if is_cursor else Safe(" "), "cursor")
        label, room = choice.label, width - 1
        hint = Safe(f" {choice.hint} " if cells(label) + cells(choice.hint) + 2 <= room else "")
        if cells(label) > room and choice.within is not None:
            label = choice.within(room)
        return between((lead, Piece(label, "accent" if is_cursor else "plain")), (Piece(hint, "dim"),), width)

    def picked(self, number: int) -> None:
        self.screen.dismiss(self.choices[number].value)


class Picker(Guarded, ModalScreen[str]):
    """Dismisses with the value that was chosen, or with nothing."""

    CSS_PATH = "picker.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Close", show=False),
        Binding("up,ctrl+p", "move(-1)", "Up", show=False, priority=True),
        Binding("down,ctrl+n", "move(1)", "Down", show=False, priority=True),
    ]

    def __init__(self, title: Safe, choices: list[Choice], glyphs: Glyphs) -> None:
        super().__init__()
        self._title_words = title
        self._choices = choices
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        with Column(id="picker"):
            yield SearchInput(id="query")
            yield ChoiceList(glyphs=self._glyphs, id="choices")

    def on_mount(self) -> None:
        self.query_one("#picker").border_title = safe_text(self._title_words)
        self.query_one(Input).cursor_blink = False
        self._show(self._choices)

    def _show(self, choices: list[Choice]) -> None:
        found = self.query_one(ChoiceList)
        found.choices, found.cursor = choices, 0
        found.redraw()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._show(matching(self._choices, event.value))

    def on_input_submitted(self) -> None:
        self.query_one(ChoiceList).action_pick()

    def action_move(self, by: int) -> None:
        self.query_one(ChoiceList).action_move(by)

    def action_cancel(self) -> None:
        self.dismiss()
