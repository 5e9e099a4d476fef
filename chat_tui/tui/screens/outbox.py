"""What is not sent yet, of all channels: to look at, send again, write anew or discard."""

from collections.abc import Callable
from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from chat_tui.client.commands.outbox import Outbox
from chat_tui.client.model import PendingMessage, SendState
from chat_tui.protocol.errors import ChatError
from chat_tui.tui.faults import Guarded
from chat_tui.tui.render.glyphs import Glyphs
from chat_tui.tui.render.line import Line, Piece, between
from chat_tui.tui.render.message_lines import SEND_WORDS
from chat_tui.tui.render.names import NameWithin
from chat_tui.tui.render.safe_text import Safe, safe_name, safe_text
from chat_tui.tui.render.times import Clock
from chat_tui.tui.render.wrap import pad
from chat_tui.tui.widgets.pick_list import PickList

REFRESH_EVERY = 0.5
"""Seconds between two looks: a message that is sent leaves the list."""

CHANNEL = 14
"""Cells for a channel's name."""

HINTS: tuple[str, ...] = ("r send again", "e write anew", "d discard", "Enter go there", "Esc close")
"""The first of them for a narrow screen."""


class OutboxChoice(msgspec.Struct, frozen=True):
    """Where to go, and what to put into the composer there."""

    channel_sid: str
    text: str = ""


class OutboxList(PickList, can_focus=True):
    """One row per message; the reason of a failure stands at the right."""

    def __init__(self, outbox: Outbox, title_of: NameWithin, clock: Clock, glyphs: Glyphs) -> None:
        super().__init__(glyphs=glyphs, id="outbox")
        self._outbox = outbox
        self._title_of = title_of
        self._clock = clock

    @property
    def rows(self) -> list[PendingMessage]:
        return self._outbox.unsent()

    @property
    def at_cursor(self) -> PendingMessage | None:
        rows = self.rows
        return rows[self.cursor] if self.cursor < len(rows) else None

    def count(self) -> int:
        return len(self.rows)

    def line(self, number: int, width: int) -> Line:
        pending = self.rows[number]
        is_cursor = number == self.cursor
        has_failed = pending.state is SendState.FAILED
        lead = Piece(self.glyphs.cursor if is_cursor else Safe(" "), "cursor")
        state = Piece(pad(Safe(SEND_WORDS[pending.state]), 8), "failed" if has_failed else "dim")
        where = Piece(pad(Safe(f"#{self._title_of(pending.channel_sid, CHANNEL - 1)}"), CHANNEL), "accent")
        when = Piece(Safe(f" {self._clock.time(pending.date_created)} "), "dim")
        body = Piece(safe_name(pending.body), "plain")
        why = Piece(Safe(f" {safe_name(pending.error)} "), "failed") if pending.error else Piece(Safe(""))
        return between((lead, state, where, when, body), (why,), width)

    def picked(self, number: int) -> None:
        self.screen.dismiss(OutboxChoice(self.rows[number].channel_sid))


class OutboxScreen(Guarded, ModalScreen[OutboxChoice]):
    """Dismisses with where to go next, or with nothing."""

    CSS_PATH = "outbox.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close", show=False),
        Binding("r", "retry", "Send again", show=False),
        Binding("e", "edit", "Write anew", show=False),
        Binding("d", "discard", "Discard", show=False),
    ]

    def __init__(self, outbox: Outbox, title_of: NameWithin, clock: Clock, glyphs: Glyphs) -> None:
        super().__init__()
        self._outbox = outbox
        self._list = OutboxList(outbox, title_of, clock, glyphs)

    def compose(self) -> ComposeResult:
        yield self._list

    def on_mount(self) -> None:
        self._list.focus()
        self.set_interval(REFRESH_EVERY, self._show)
        self._show()

    def on_resize(self) -> None:
        shown = HINTS
        while len(shown) > 1 and len("  ".join(shown)) > self._list.size.width - 2:
            shown = shown[:-1]
        self._list.border_subtitle = safe_text("  ".join(shown))

    def _show(self) -> None:
        count = self._list.count()
        self._list.border_title = safe_text(f"Outbox: {count} not sent yet" if count else "Outbox: everything is sent")
        self._list.redraw()

    def action_close(self) -> None:
        self.dismiss()

    def action_retry(self) -> None:
        self._attempt(self._outbox.retry)

    def action_discard(self) -> None:
        self._attempt(self._outbox.discard)

    def action_edit(self) -> None:
        """Take the message back into its channel's composer."""
        pending = self._list.at_cursor
        if pending is not None and self._attempt(self._outbox.discard):
            self.dismiss(OutboxChoice(pending.channel_sid, pending.body))

    def _attempt(self, action: Callable[[str], object]) -> bool:
        """Whether it could be done to the message at the cursor; the border says why not."""
        pending = self._list.at_cursor
        if pending is None:
            return False
        try:
            action(pending.mutation_id)
        except ChatError as error:
            self._list.border_subtitle = safe_text(safe_name(error.message))
            return False
        self._show()
        return True
