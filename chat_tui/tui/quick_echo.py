"""Draws a key's frame at once instead of at the next tick of 60 a second.

The one module of the screen that leans on Textual's private names (`Screen._on_idle`, `Screen._on_timer_update`);
`tests/tui/main/test_screen.py` fails when they change.
"""

from textual import events
from textual.screen import Screen
from textual.widget import Widget

from chat_tui.tui.faults import Guarded


class QuickScreen(Guarded, Screen[None]):
    """A screen whose next repaint after `hurry` does not wait."""

    is_in_hurry = False

    async def _on_idle(self, event: events.Idle) -> None:
        if self.is_in_hurry and self._dirty_widgets and self.is_current and not self.app._batch_count:
            self.is_in_hurry = False
            event.prevent_default()
            self._on_timer_update()
            return
        await super()._on_idle(event)


def hurry(widget: Widget) -> None:
    """Somebody pressed a key in ``widget``: show what comes of it at once."""
    screen = widget.screen
    if isinstance(screen, QuickScreen):
        screen.is_in_hurry = True
