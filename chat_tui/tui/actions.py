"""What an action is: its keys, its words and what it does, in one row. `main.keys` is the main screen's table."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

import msgspec
from textual.binding import Binding, BindingType

EVERYWHERE = "everywhere"
CHANNELS = "channel list"
MESSAGES = "messages"
COMPOSER = "composer"

T = TypeVar("T")


class Action(msgspec.Struct, Generic[T], frozen=True):
    """``id`` is what a key map names; ``run`` is given what it acts on; ``hint``: words for the line at the bottom."""

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    run: Callable[[T], object]
    where: str = EVERYWHERE
    hint: str = ""
    in_palette: bool = True
    has_priority: bool = True
    """Over the composer's own keys; only what holds everywhere can have it."""


FIXED = (
    ("Enter", "Send the message; in lists, open.", COMPOSER),
    ("Ctrl+J, Alt+Enter, Shift+Enter", "A new line.", COMPOSER),
    ("Up in an empty composer", "Select the newest message.", COMPOSER),
    ("Tab, Shift+Tab", "Next or previous pane.", EVERYWHERE),
    ("Ctrl+C", "Copy what is selected.", EVERYWHERE),
)
"""Keys that widgets handle themselves."""


def bindings(actions: Iterable[Action[Any]], where: str) -> list[BindingType]:
    """The keys of one place: each performs its action on the screen."""
    return [
        Binding(
            ",".join(action.keys),
            f"screen.perform('{action.id}')",
            action.label,
            show=False,
            priority=where == EVERYWHERE and action.has_priority,
            id=action.id,
        )
        for action in actions
        if action.where == where
    ]


_NAMES = {
    "backslash": "\\",
    "question_mark": "?",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "escape": "Esc",
    "up": "↑",
    "down": "↓",
}


def key_words(key: str) -> str:
    """A key as people write it: ``ctrl+t`` is Ctrl+T."""
    parts = [_NAMES.get(part, part.title() if len(part) > 1 else part) for part in key.split("+")]
    if len(parts) > 1 and len(parts[-1]) == 1:
        parts[-1] = parts[-1].upper()
    return "+".join(parts)


def short_key(key: str) -> str:
    """A key in few cells: ``ctrl+t`` is ^T."""
    words = key_words(key)
    return "^" + words.removeprefix("Ctrl+") if words.startswith("Ctrl+") else words
