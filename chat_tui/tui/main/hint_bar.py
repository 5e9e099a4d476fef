"""The line at the bottom: the keys of the focused pane, or for a while a notice."""

from collections.abc import Sequence
from typing import Any

from textual.screen import Screen

from chat_tui.tui.actions import CHANNELS, EVERYWHERE, MESSAGES, Action, short_key
from chat_tui.tui.main.panes import Panes
from chat_tui.tui.render.line import Line, Piece, width_of
from chat_tui.tui.render.safe_text import Safe, safe_name

NOTICE_FOR = 6.0
"""Seconds a notice stands in place of the hints."""


class HintBar:
    def __init__(self, screen: Screen[Any], panes: Panes, actions: Sequence[Action[Any]]) -> None:
        self._screen = screen
        self._panes = panes
        self._actions = actions
        self.notice: Line = ()

    def say(self, text: str, *, is_error: bool = False) -> None:
        """A notice, in place of one that stands there."""
        notice = (Piece(Safe(f" {safe_name(text)}"), "failed" if is_error else "good"),)
        self.notice = notice
        self.show()
        self._screen.set_timer(NOTICE_FOR, lambda: self._forget(notice))

    def _forget(self, notice: Line) -> None:
        """Its time is over: only its own, not that of a notice which came after it."""
        if self.notice is notice:
            self.notice = ()
            self.show()

    def show(self) -> None:
        """What the focused pane offers, or a notice."""
        if self.notice:
            self._panes.hints.show(self.notice)
            return
        where = EVERYWHERE
        if self._screen.focused is self._panes.channels:
            where = CHANNELS
        elif self._screen.focused is self._panes.log:
            where = MESSAGES
        actions = [action for action in self._actions if action.hint and action.where == where]
        if where != EVERYWHERE:
            actions += [action for action in self._actions if action.id in ("compose", "help")]
        actions.sort(key=lambda action: action.id == "help")
        *others, help_ = [_hint(action) for action in actions]
        room = self._screen.size.width - width_of(help_)  # who knows no key needs that one
        shown: list[Piece] = []
        for hint in others:
            if width_of((*shown, *hint)) <= room:
                shown += hint
        self._panes.hints.show((*shown, *help_))


def _hint(action: Action[Any]) -> Line:
    key, words = Safe(f" {short_key(action.keys[0])}"), Safe(f" {action.hint or 'compose'} ")
    return Piece(key, "accent"), Piece(words, "dim")
