"""The help page, made from the registry of actions."""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from chat_tui.tui.actions import CHANNELS, COMPOSER, EVERYWHERE, FIXED, MESSAGES, Action, key_words
from chat_tui.tui.commands import COMMANDS
from chat_tui.tui.faults import Guarded
from chat_tui.tui.render.glyphs import NOTIFIABLE_WORDS, ONLINE_WORDS, Glyphs
from chat_tui.tui.render.line import Line, Piece
from chat_tui.tui.render.safe_text import Safe, safe_text
from chat_tui.tui.render.wrap import pad
from chat_tui.tui.widgets.pick_list import PickList

KEYS_WIDTH = 32


def help_lines(actions: Sequence[Action[Any]], glyphs: Glyphs) -> list[Line]:
    """Every key, every command, every mark."""
    lines: list[Line] = []
    for where in (EVERYWHERE, COMPOSER, CHANNELS, MESSAGES):
        lines.append((Piece(Safe(f" {where.capitalize()}"), "accent"),))
        rows = [(", ".join(map(key_words, a.keys)), a.help) for a in actions if a.where == where]
        rows += [(keys, words) for keys, words, place in FIXED if place == where]
        lines += [_row(keys, words) for keys, words in rows]
        lines.append(())
    lines.append((Piece(Safe(" Commands, typed in the composer"), "accent"),))
    lines += [_row(f"/{command.name} {command.usage}", command.help) for command in COMMANDS]
    lines += [(), (Piece(Safe(" Marks"), "accent"),)]
    lines += [_row(f"{glyphs.online[mark]}", words) for mark, words in ONLINE_WORDS.items()]
    lines += [_row(f"{glyphs.notifiable[mark]}", words) for mark, words in NOTIFIABLE_WORDS.items()]
    return lines


def _row(keys: str, words: str) -> Line:
    return (Piece(pad(Safe(f"   {keys}"), KEYS_WIDTH), "strong"), Piece(Safe(words)))


class HelpList(PickList):
    def __init__(self, actions: Sequence[Action[Any]], glyphs: Glyphs) -> None:
        super().__init__(glyphs=glyphs, id="help")
        self._lines = help_lines(actions, glyphs)

    def count(self) -> int:
        return len(self._lines)

    def line(self, number: int, width: int) -> Line:
        return self._lines[number]

    def action_move(self, by: int) -> None:
        """Scroll: there is nothing to pick here."""
        height = self.content_size.height
        self._top = max(0, min(self._top + by, self.count() - height))
        self.cursor = self._top if by < 0 else min(self.count() - 1, self._top + height - 1)
        self.redraw()


class Help(Guarded, ModalScreen[None]):
    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,question_mark", "close", "Close", show=False),
    ]

    def __init__(self, actions: Sequence[Action[Any]], glyphs: Glyphs) -> None:
        super().__init__()
        self._actions = actions
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        yield HelpList(self._actions, self._glyphs)

    def on_mount(self) -> None:
        help_list = self.query_one(HelpList)
        help_list.border_title = safe_text("Help")
        help_list.border_subtitle = safe_text("Esc closes")
        help_list.focus()

    def action_close(self) -> None:
        self.dismiss()
