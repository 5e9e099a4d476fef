"""What the names of styles stand for: the theme's variables, worked out once per widget and theme.

Textual's component classes would do the same, but make a node of each class for each widget, and again with each
change of a class: a start would feel it.
"""

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color

_VARIABLES = {
    "dim": "text-muted",
    "accent": "text-accent",
    "own": "text-accent",
    "rule": "text-disabled",
    "new": "text-warning",
    "good": "text-success",
    "warning": "text-warning",
    "failed": "text-error",
    "cursor": "text-accent",
    "mention": "text-warning",
}
_BOLD = frozenset({"strong", "accent", "failed", "mention"})


def style_named(name: str, variables: Mapping[str, str], base: Style, background: Color) -> Style:
    """The style called ``name`` over ``base``, on ``background``."""
    style = base + Style(bold=True) if name in _BOLD else base
    if name not in _VARIABLES:
        return style
    value = variables.get(_VARIABLES[name], "")
    if value.startswith("auto"):
        return style + _automatic(value, background)
    return style + Style(color=Color.parse(value).rich_color) if value else style


def _automatic(value: str, background: Color) -> Style:
    """``auto 60%``: the text colour that reads on ``background``, faded into it."""
    if background.ansi is not None:
        return Style(dim=True)  # the terminal's own colours cannot be mixed
    share = float(value.removeprefix("auto").strip(" %") or 100) / 100
    return Style(color=(background + background.get_contrast_text(share)).rich_color)
