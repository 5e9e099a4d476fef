"""Who was seen on the screen, and what each is called; worked out once per change, not per line."""

from collections.abc import Mapping

from chat_tui.tui.render.names import DisplayName, Nameable, distinct_names, names_within
from chat_tui.tui.render.safe_text import Safe

MAX_REMEMBERED = 20_000
"""Beyond it the half that was seen first is forgotten."""

MAX_WIDTHS = 32


class DisplayNames:
    """``version`` grows when somebody may be called something else than before."""

    def __init__(self) -> None:
        self.version = 0
        self._known: dict[str, Nameable] = {}
        self._names: dict[str, DisplayName] = {}
        self._fitted: dict[int, dict[str, Safe]] = {}

    def remember(self, known: Mapping[str, Nameable]) -> None:
        """These are there too. They stay known when they go, so that nobody's name changes for that."""
        fresh = {key: person for key, person in known.items() if self._known.get(key) != person}
        if fresh:
            self._set(self._known | fresh)

    def replace(self, known: Mapping[str, Nameable]) -> None:
        """These are there, and nobody else."""
        if known != self._known:
            self._set(dict(known))

    def __contains__(self, key: str) -> bool:
        return key in self._known

    def _set(self, known: dict[str, Nameable]) -> None:
        if len(known) > MAX_REMEMBERED:
            known = dict(list(known.items())[-MAX_REMEMBERED // 2 :])
        self._known = known
        self._names = distinct_names(known)
        self._fitted.clear()
        self.version += 1

    def of(self, key: str) -> DisplayName:
        """Of somebody who is remembered."""
        return self._names[key]

    def within(self, key: str, width: int) -> Safe:
        """What somebody is called in at most ``width`` cells, as nobody else is at that width."""
        found = self._fitted.get(width)
        if found is None:
            if len(self._fitted) >= MAX_WIDTHS:
                self._fitted.clear()
            found = self._fitted[width] = names_within(self._names, width)
        return found[key]
