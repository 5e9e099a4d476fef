"""Where in a log the reader is: the part in view, and the message under the cursor."""

from chat_tui.client.model import Message
from chat_tui.tui.render.line import Line
from chat_tui.tui.render.log_lines import LogLines
from chat_tui.tui.render.viewport import Viewport

BEYOND = 1_000_000
"""More lines than there are."""


class LogView:
    """``height`` is that of the pane, in lines."""

    def __init__(self, lines: LogLines) -> None:
        self.height = 0
        self.selected: int | None = None
        """Index of the message under the cursor."""
        self._lines = lines
        self._viewport: Viewport[Line] = Viewport()

    @property
    def follows(self) -> bool:
        """Whether the end is in view, and stays so."""
        return self._viewport.follows

    @property
    def below(self) -> int:
        """How many messages are under the view."""
        return self._viewport.below(self._lines.count())

    def begin_anew(self) -> None:
        """Another channel: at its end, nothing selected."""
        self._viewport = Viewport()
        self.selected = None

    def prepended(self, count: int) -> None:
        """``count`` messages were put in front: what is in view stays there."""
        self._viewport.prepended(count)

    def window(self) -> list[tuple[int, Line]]:
        """The lines in view, each with its message's place. Whoever comes into view may change what others are
        called: then once more."""
        naming = self._lines.content.naming
        version = naming()
        found = self._viewport.window(self._lines.count(), self._lines.of, self.height)
        if naming() != version:
            found = self._viewport.window(self._lines.count(), self._lines.of, self.height)
        return found

    def scroll(self, by: int) -> bool:
        """Up by ``by`` lines, or down when negative. Whether the first line is in view."""
        return self._viewport.scroll(by, self._lines.count(), self._lines.of, self.height)

    def to_end(self) -> None:
        self._viewport.follow()

    def to_new(self) -> bool:
        """To the divider; whether there is one."""
        found = [unit for unit, message in self._messages if message.index == self._lines.content.first_new]
        if found:
            self._reveal(found[0])
        return bool(found)

    @property
    def _messages(self) -> "enumerate[Message]":
        return enumerate(self._lines.content.messages)

    def _reveal(self, unit: int) -> None:
        self._viewport.reveal(unit, self._lines.count(), self._lines.of, self.height)

    # ---- the message under the cursor

    @property
    def selected_unit(self) -> int | None:
        messages = self._lines.content.messages
        for unit in range(len(messages) - 1, -1, -1):
            if messages[unit].index == self.selected:
                return unit
        return None

    @property
    def selected_message(self) -> Message | None:
        unit = self.selected_unit
        return None if unit is None else self._lines.content.messages[unit]

    def select(self, unit: int) -> None:
        """Put the cursor on a message, and bring it into view."""
        self.selected = self._lines.content.messages[unit].index
        self._reveal(unit)
