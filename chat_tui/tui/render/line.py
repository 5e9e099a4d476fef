"""A line of the screen as a value: pieces of safe text, each with the name of a style that `widgets.styles` knows."""

from collections.abc import Iterable
from typing import NamedTuple

from chat_tui.tui.render.safe_text import Safe
from chat_tui.tui.render.wrap import cells, shorten


class Piece(NamedTuple):
    text: Safe
    style: str = "plain"


Line = tuple[Piece, ...]


def width_of(line: Iterable[Piece]) -> int:
    return sum(cells(piece.text) for piece in line)


def between(left: Line, right: Line, width: int) -> Line:
    """``left`` and ``right`` at the two edges of ``width`` cells; the left gives way."""
    room = width - width_of(right)
    fitted: list[Piece] = []
    for piece in left:
        text = shorten(piece.text, max(0, room))
        fitted.append(Piece(text, piece.style))
        room -= cells(text)
    return (*fitted, Piece(Safe(" " * max(0, room))), *right)


def centred(text: Safe, width: int, fill: Safe, style: str) -> Line:
    """``text`` in the middle of a rule."""
    inner = f" {shorten(text, max(0, width - 4))} "
    room = max(0, width - cells(inner))
    left = room // 2
    return (Piece(Safe(fill * left + inner + fill * (room - left)), style),)


def plain_text(lines: Iterable[Line]) -> str:
    """What is written there, without its styles."""
    return "\n".join("".join(piece.text for piece in line).rstrip() for line in lines)
