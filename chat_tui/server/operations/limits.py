"""How many mutations a channel, a service or a session may see: sliding windows in memory (fact sheet 1.7)."""

from collections import OrderedDict, deque
from collections.abc import Callable
from math import ceil

from chat_tui.protocol.errors import Code, TooManyRequests

WINDOW = 5.0
"""Seconds."""

MAX_KEYS = 10_000
"""Windows kept; the one unused for longest is forgotten first."""


class SlidingWindow:
    """At most ``rate × WINDOW`` events per key within the last five seconds."""

    def __init__(self, rate: float, clock: Callable[[], float], code: Code = Code.TOO_MANY_REQUESTS) -> None:
        self._allowed = int(rate * WINDOW)
        self._clock = clock
        self._code = code
        self._events: OrderedDict[str, deque[float]] = OrderedDict()

    def count(self, key: str) -> None:
        """One more event of ``key``. Raises TooManyRequests with the seconds to wait."""
        now = self._clock()
        events = self._events.get(key)
        if events is None:
            events = self._events[key] = deque()
            if len(self._events) > MAX_KEYS:
                self._events.popitem(last=False)
        else:
            self._events.move_to_end(key)
        while events and events[0] <= now - WINDOW:
            events.popleft()
        if len(events) >= self._allowed:
            wait = ceil(events[0] + WINDOW - now)
            raise TooManyRequests(f"Too many changes: try again in {wait} s", self._code, retry_after=wait)
        events.append(now)
