"""How long to wait before the next try: full jitter, so that a crowd cut at once does not come back at once."""

import random
from collections.abc import Callable

BASE = 0.5
CAP = 30.0
FIRST = 1.0
STABLE = 30.0
"""Seconds (guarantees, "client back-off")."""


class Backoff:
    """``uniform(low, high)`` is a source of randomness, an argument so that tests may choose."""

    def __init__(self, uniform: Callable[[float, float], float] = random.uniform) -> None:
        self._uniform = uniform
        self._tries = 0

    def next_delay(self) -> float:
        """Seconds to wait: U(0, 1) at first, then U(0, min(30, 0.5·2ⁿ))."""
        self._tries += 1
        ceiling = FIRST if self._tries == 1 else min(CAP, BASE * 2.0 ** min(self._tries, 16))
        return self._uniform(0.0, ceiling)

    def was_connected(self, seconds: float) -> None:
        """A link that held for ``seconds`` has ended; after a stable one, count anew."""
        if seconds >= STABLE:
            self._tries = 0
