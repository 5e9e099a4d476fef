"""Breaks lines at a width in cells."""

from rich.cells import cell_len

from chat_tui.tui.render.safe_text import Safe


def cells(text: str) -> int:
    """How many cells ``text`` takes."""
    return len(text) if text.isascii() else cell_len(text)


def wrap(text: Safe, width: int) -> list[Safe]:
    """``text`` in lines of at most ``width`` cells, broken at spaces where that is possible."""
    found: list[Safe] = []
    for line in text.split("\n"):
        if cells(line) <= width:
            found.append(Safe(line))
        else:
            found.extend(_wrap_line(line, max(1, width)))
    return found


def _wrap_line(line: str, width: int) -> list[Safe]:
    found: list[Safe] = []
    while line:
        fits = _fitting(line, width)
        if fits >= len(line):
            found.append(Safe(line))
            break
        space = line.rfind(" ", 0, fits + 1)
        if space > 0 and line[:space].strip():
            found.append(Safe(line[:space].rstrip()))
            line = line[space + 1 :]
        else:
            found.append(Safe(line[:fits]))
            line = line[fits:]
    return found


def _fitting(text: str, width: int) -> int:
    """How many characters of ``text``, at least one, fit into ``width`` cells."""
    if text.isascii():
        return min(len(text), width)
    used = 0
    for place, character in enumerate(text):
        used += cell_len(character)
        if used > width:
            return max(1, place)
    return len(text)


ELLIPSIS = Safe("…")


def shorten(text: Safe, width: int) -> Safe:
    """``text`` in at most ``width`` cells, with an ellipsis where something is missing."""
    if cells(text) <= width:
        return text
    if width <= 1:
        return Safe(text[:width]) if cells(text[:width]) <= width else Safe("")
    fits = _fitting(text, width - 1)
    return Safe((text[:fits] if cells(text[:fits]) < width else "") + ELLIPSIS)


def pad(text: Safe, width: int) -> Safe:
    """``text`` in exactly ``width`` cells."""
    short = shorten(text, width)
    return Safe(short + " " * (width - cells(short)))
