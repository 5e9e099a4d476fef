"""Which lines of a long log are in view, without measuring the rest: everything hangs on the bottom line."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Viewport(Generic[T]):
    """Units (messages) have lines; the view ends at ``unit`` less its last ``skip`` lines, or follows the end.

    Whether it follows is decided by the reader's scrolling only, never by where things happen to be.
    """

    def __init__(self) -> None:
        self.follows = True
        self._unit = 0
        self._skip = 0

    def follow(self) -> None:
        """Stay at the end from now on."""
        self.follows = True

    def prepended(self, units: int) -> None:
        """Older units came in front: what is in view stays in view."""
        self._unit += units

    def below(self, count: int) -> int:
        """Units under the view."""
        return 0 if self.follows else max(0, count - 1 - self._unit)

    def window(self, count: int, lines_of: Callable[[int], Sequence[T]], height: int) -> list[tuple[int, T]]:
        """At most ``height`` lines with the unit each belongs to, ending at the bottom of the view."""
        unit, skip = (count - 1, 0) if self.follows else (min(self._unit, count - 1), self._skip)
        found: list[tuple[int, T]] = []
        while unit >= 0 and len(found) < height:
            lines = lines_of(unit)
            end = max(0, len(lines) - skip)
            found[:0] = [(unit, line) for line in lines[max(0, end - (height - len(found))) : end]]
            unit, skip = unit - 1, 0
        return found

    def scroll(self, by: int, count: int, lines_of: Callable[[int], Sequence[T]], height: int) -> bool:
        """Move ``by`` lines up, or down when negative. Returns whether the first line is in view."""
        if count == 0:
            return True
        if self.follows:
            self._unit, self._skip = count - 1, 0
        self.follows = False
        self._unit = min(self._unit, count - 1)
        self._skip += by
        while self._skip >= len(lines_of(self._unit)) and self._unit > 0:
            self._skip -= len(lines_of(self._unit))
            self._unit -= 1
        while self._skip < 0 and self._unit < count - 1:
            self._unit += 1
            self._skip += len(lines_of(self._unit))
        if self._skip <= 0 and self._unit == count - 1:
            self.follows = True
        return self._clamp_to_top(count, lines_of, height)

    def _clamp_to_top(self, count: int, lines_of: Callable[[int], Sequence[T]], height: int) -> bool:
        """Keep the view full: it must not begin above the first line."""
        above = -self._skip if not self.follows else 0
        unit = count - 1 if self.follows else self._unit
        while unit >= 0 and above < height:
            above += len(lines_of(unit))
            unit -= 1
        if unit >= 0 or above > height:
            return False
        missing = height - above
        self._skip -= missing
        while self._skip < 0 and self._unit < count - 1:
            self._unit += 1
            self._skip += len(lines_of(self._unit))
        if self._skip <= 0 and self._unit == count - 1:
            self.follows = True
        return True

    def reveal(self, unit: int, count: int, lines_of: Callable[[int], Sequence[T]], height: int) -> None:
        """Bring a unit into view, with as little movement as that takes."""
        units = [found for found, _ in self.window(count, lines_of, height)]
        if unit in units and units.count(unit) == min(len(lines_of(unit)), height):
            return
        if not units or unit < units[0] or (unit == units[0] and unit != units[-1]):
            lines = len(lines_of(unit))
            bottom = unit
            while lines < height and bottom < count - 1:
                bottom += 1
                lines += len(lines_of(bottom))
            self._unit, self._skip = bottom, max(0, lines - height)
        else:
            self._unit, self._skip = unit, 0
        self.follows = self._unit == count - 1 and self._skip == 0
