"""The only road from people's text to the screen (guarantees, Security 1): safe text as wide as a line may be."""

from rich.cells import cell_len
from textual.content import Content

from chat_tui.safe_text import MAX_MARKS, MAX_SHOWN_NAME, REPLACEMENT, Safe, inert, safe_name

__all__ = ["MAX_LINE_CELLS", "MAX_MARKS", "MAX_SHOWN_NAME", "REPLACEMENT", "Safe", "safe", "safe_name", "safe_text"]

MAX_LINE_CELLS = 2000


def safe_text(text: str) -> Content:
    """``text`` as content without markup; several lines stay several lines."""
    return Content(safe(text))


def safe(text: object) -> Safe:
    """``text`` made inert, its lines cut at 2,000 cells."""
    cleaned = inert(text)
    if len(cleaned) > MAX_LINE_CELLS // 2:
        cleaned = Safe("\n".join(map(_cut, cleaned.split("\n"))))
    return cleaned


def _cut(line: str) -> str:
    if len(line) * 2 <= MAX_LINE_CELLS or cell_len(line) <= MAX_LINE_CELLS:
        return line
    cells = 0
    for place, character in enumerate(line):
        cells += cell_len(character)
        if cells >= MAX_LINE_CELLS:
            return line[:place] + "…"
    return line
