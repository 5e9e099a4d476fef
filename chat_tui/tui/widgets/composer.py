"""Where one writes: several lines, Enter sends."""

from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from chat_tui.tui.faults import Guarded, report_fault
from chat_tui.tui.quick_echo import hurry
from chat_tui.tui.render.safe_text import safe

NEWLINE_KEYS = frozenset({"ctrl+j", "alt+enter", "shift+enter"})


class Composer(Guarded, TextArea):
    """A TextArea that does not blink, grows to eight lines, and hands over its text."""

    @dataclass
    class Submitted(Message):
        """The reader pressed Enter on ``text``, which is not blank and has left the composer."""

        text: str

    @dataclass
    class UpFromEmpty(Message):
        """The cursor wants to go up where there is nothing: to the messages."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(soft_wrap=True, show_line_numbers=False, highlight_cursor_line=False, id=id)
        self.cursor_blink = False

    async def _on_key(self, event: events.Key) -> None:
        hurry(self)
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self._submit()
        elif event.key in NEWLINE_KEYS:
            event.stop()
            event.prevent_default()
            self.insert("\n")
        elif event.key == "up" and not self.text:
            event.stop()
            event.prevent_default()
            self.post_message(self.UpFromEmpty())
        else:
            await super()._on_key(event)

    def render_line(self, y: int) -> Strip:
        try:
            return super().render_line(y)
        except Exception as error:  # one line less is better than no screen
            report_fault(self, "drawing the composer", error)
            return Strip.blank(self.size.width)

    def _submit(self) -> None:
        """Hand the text over and begin anew, in one step: what is typed next belongs to the next message."""
        text = self.text
        if text.strip():
            self.load_text("")
            self.post_message(self.Submitted(text))

    def give_back(self, text: str) -> None:
        """What was submitted could not be taken: nothing is lost."""
        self.replace_text(f"{text}\n{self.text}" if self.text else text)

    async def _on_paste(self, event: events.Paste) -> None:
        """What is pasted is cleaned as what arrives is: nothing in it can drive the terminal."""
        event.prevent_default()
        event.stop()
        self.insert(safe(event.text))

    def replace_text(self, text: str) -> None:
        """Another draft, the cursor at its end."""
        if text != self.text:
            self.load_text(text)
            self.move_cursor(self.document.end)
