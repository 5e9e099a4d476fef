"""Who was met on the screen, and what each is called; worked out once per change, not per line."""

from collections.abc import Mapping

from chat_tui.tui.render.names import Called, Known, fitted, told_apart
from chat_tui.tui.render.safe_text import Safe

MET_AT_MOST = 20_000
"""Beyond it the half that was met first is forgotten."""

WIDTHS_AT_MOST = 32


class Naming:
    """``version`` grows when somebody may be called something else than before."""

    def __init__(self) -> None:
        self.version = 0
        self._known: dict[str, Known] = {}
        self._labels: dict[str, Called] = {}
        self._fitted: dict[int, dict[str, Safe]] = {}

    def meet(self, known: Mapping[str, Known]) -> None:
        """These are there too. They stay known when they go, so that nobody's label changes for that."""
        fresh = {key: person for key, person in known.items() if self._known.get(key) != person}
        if fresh:
            self._know(self._known | fresh)

    def know(self, known: Mapping[str, Known]) -> None:
        """These are there, and nobody else."""
        if known != self._known:
            self._know(dict(known))

    def __contains__(self, key: str) -> bool:
        return key in self._known

    def _know(self, known: dict[str, Known]) -> None:
        if len(known) > MET_AT_MOST:
            known = dict(list(known.items())[-MET_AT_MOST // 2 :])
        self._known = known
        self._labels = told_apart(known)
        self._fitted.clear()
        self.version += 1

    def called(self, key: str) -> Called:
        """Of somebody who was met."""
        return self._labels[key]

    def within(self, key: str, width: int) -> Safe:
        """What somebody is called in at most ``width`` cells, as nobody else is at that width."""
        found = self._fitted.get(width)
        if found is None:
            if len(self._fitted) >= WIDTHS_AT_MOST:
                self._fitted.clear()
            found = self._fitted[width] = fitted(self._labels, width)
        return found[key]
