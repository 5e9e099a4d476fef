"""How long to wait before the next try: full jitter, so that a crowd cut at once does not come back at once
(guarantees, Liveness 5)."""

import random
from collections.abc import Callable

from chat_tui.client.link.timing import Timing


class Backoff:
    """``uniform(low, high)`` is a source of randomness, an argument so that tests may choose."""

    def __init__(self, timing: Timing | None = None, uniform: Callable[[float, float], float] = random.uniform) -> None:
        self._timing = timing or Timing()
        self._uniform = uniform
        self._tries = 0

    def next_delay(self) -> float:
        """Seconds to wait: U(0, 1) at first, then U(0, min(30, 0.5·2ⁿ))."""
        self._tries += 1
        first, longest = self._timing.first_try, self._timing.longest_wait
        ceiling = first if self._tries == 1 else min(longest, first * 2.0 ** (min(self._tries, 16) - 1))
        return self._uniform(0.0, ceiling)

    def was_connected(self, seconds: float) -> None:
        """A link that held for ``seconds`` has ended; after a stable one, count anew."""
        if seconds >= self._timing.stable_after:
            self._tries = 0
