"""How many mutations a channel or a service may see: sliding windows in memory (contract 1.7)."""

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from math import ceil

import msgspec

from chat_tui.protocol.errors import Code, TooManyRequests

WINDOW = 5.0
"""Seconds."""

MAX_KEYS = 10_000
"""Windows kept; the one unused for longest is forgotten first."""

SHARE = 2 / 3
"""The most of a budget that one user's changes, by however many connections, count for others: a user may use up all
of it while nobody else wants any, and whoever else does still finds room."""


class Event(msgspec.Struct, frozen=True, gc=False, eq=False):
    """Something that was counted; ``user_sid``: by which user, if by one."""

    at: float
    user_sid: str | None


class _Window:
    """What one key saw within the last five seconds."""

    __slots__ = ("by_user", "events")

    def __init__(self) -> None:
        self.events: deque[Event] = deque()
        self.by_user: Counter[str | None] = Counter()

    def forget(self, until: float) -> None:
        while self.events and self.events[0].at <= until:
            self.drop(self.events[0])

    def drop(self, event: Event) -> None:
        self.events.remove(event)  # nearly always the first one
        self.by_user[event.user_sid] -= 1
        if not self.by_user[event.user_sid]:
            del self.by_user[event.user_sid]

    def add(self, event: Event) -> None:
        self.events.append(event)
        self.by_user[event.user_sid] += 1

    def seen_by(self, user_sid: str | None, share: int) -> int:
        """How much of the budget is used up for this user: its own part, and of every other one's no more than
        ``share``."""
        others = sum(min(count, share) for other, count in self.by_user.items() if other != user_sid)
        return self.by_user[user_sid] + others


class SlidingWindow:
    """At most ``rate × WINDOW`` events per key within the last five seconds; see `SHARE`. It is counted in the
    writer's thread and given back in the loop's."""

    def __init__(self, rate: float, clock: Callable[[], float], code: Code = Code.TOO_MANY_REQUESTS) -> None:
        self._allowed = int(rate * WINDOW)
        self._share = max(1, int(self._allowed * SHARE))
        self._clock = clock
        self._code = code
        self._windows: OrderedDict[str, _Window] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, key: str, user_sid: str | None = None) -> Event:
        """One more event of ``key``, by a user or by the operator. Raises TooManyRequests with the seconds to wait."""
        with self._lock:
            now = self._clock()
            window = self._window(key)
            window.forget(now - WINDOW)
            is_full = len(window.events) >= self._allowed
            if is_full and window.seen_by(user_sid, self._share) >= self._allowed:
                wait = ceil(window.events[0].at + WINDOW - now)
                raise TooManyRequests(f"Too many changes: try again in {wait} s", self._code, retry_after=wait)
            event = Event(now, user_sid)
            window.add(event)
            return event

    def give_back(self, key: str, event: Event) -> None:
        """``event`` did not happen after all."""
        with self._lock:
            window = self._windows.get(key)
            if window is not None and event in window.events:
                window.drop(event)

    def _window(self, key: str) -> _Window:
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = _Window()
            if len(self._windows) > MAX_KEYS:
                self._windows.popitem(last=False)
        else:
            self._windows.move_to_end(key)
        return window
