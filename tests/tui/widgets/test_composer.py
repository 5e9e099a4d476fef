"""Where one writes: what a key does, what is handed over, and what comes back."""

import pytest
from textual import on
from textual.app import ComposeResult
from textual.events import Paste

from chat_tui.tui.faults import Faults, FaultTolerantApp
from chat_tui.tui.quick_echo import QuickScreen
from chat_tui.tui.widgets.composer import NEWLINE_KEYS, Composer


class OneComposer(FaultTolerantApp):
    """``said``: what was handed over; ``left``: how often the cursor went up out of it."""

    def __init__(self) -> None:
        super().__init__(Faults())
        self.composer = Composer()
        self.said: list[str] = []
        self.left = 0

    def get_default_screen(self) -> QuickScreen:
        return QuickScreen()

    def compose(self) -> ComposeResult:
        yield self.composer

    @on(Composer.Submitted)
    def on_said(self, message: Composer.Submitted) -> None:
        self.said.append(message.text)

    @on(Composer.UpFromEmpty)
    def on_left(self) -> None:
        self.left += 1


@pytest.mark.parametrize("key", sorted(NEWLINE_KEYS))
async def test_enter_hands_over_and_the_other_keys_begin_a_line(key: str) -> None:
    """What is typed next belongs to the next message."""
    app = OneComposer()
    async with app.run_test() as pilot:
        app.composer.focus()
        await pilot.press("a", key, "b", "enter", "c")
        await pilot.pause()
        assert (app.said, app.composer.text) == (["a\nb"], "c")


async def test_what_is_blank_is_not_handed_over() -> None:
    """Nor thrown away."""
    app = OneComposer()
    async with app.run_test() as pilot:
        app.composer.focus()
        await pilot.press("enter", "space", "ctrl+j", "enter")
        await pilot.pause()
        assert (app.said, app.composer.text) == ([], " \n")


async def test_up_leaves_an_empty_composer_only() -> None:
    """In a text it goes up a line."""
    app = OneComposer()
    async with app.run_test() as pilot:
        app.composer.focus()
        await pilot.press("up", "a", "up")
        await pilot.pause()
        assert app.left == 1


async def test_what_could_not_be_taken_comes_back_before_what_was_typed_since() -> None:
    """Nothing is lost."""
    app = OneComposer()
    async with app.run_test() as pilot:
        app.composer.give_back("first")
        app.composer.give_back("zeroth")
        await pilot.pause()
        assert app.composer.text == "zeroth\nfirst"
        app.composer.replace_text("draft")
        await pilot.press("x")
        assert app.composer.text in ("draftx", "draft")


async def test_a_paste_is_cleaned() -> None:
    """Nothing in it can drive the terminal."""
    app = OneComposer()
    async with app.run_test() as pilot:
        app.composer.focus()
        app.composer.post_message(Paste("a\x1b[2Jb\nc"))
        await pilot.pause()
        assert "\x1b" not in app.composer.text
        assert app.composer.text.endswith("b\nc")
