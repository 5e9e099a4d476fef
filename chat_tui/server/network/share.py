"""One user's part of this process, over all its connections: what it has under way, and the time it takes (guarantees,
Bounds 4)."""

import asyncio
from collections.abc import Callable

from chat_tui.server.network.limits import Limits

REQUEST_COST = 4096
"""Bytes a request in flight costs beside its own: its task, what it decoded, its answer."""

FOLLOWING_COST = 512
"""Bytes of one object to be followed, until it is."""

READ_SECONDS = 0.00015
SECONDS_PER_BYTE = 10e-9
"""What reading takes of a user's time, beside its frame, and what its answer does."""

SLICE = 0.002
"""Seconds in a row that one user's frames may take; others wait no longer for their turn."""

PIECE = 1024
"""Bytes handed to a parser at a time: of the smallest frames or chunks, what a slice or less suffices for."""

PART = 0.5
"""Of the time that goes by, for one user's frames."""


class Share:
    """Whoever reaches a bound is read from no more until there is room; `hold` says whom to tell."""

    __slots__ = ("_at", "_charged", "_held", "_limits", "connections", "reading", "subscriptions", "unsent", "used")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.connections = 0
        self.subscriptions = 0
        self.unsent = 0
        """Bytes of answers and events that wait for sockets."""
        self.reading = asyncio.Semaphore(limits.reads_at_once)
        self._charged = 0
        self._held: dict[Callable[[], None], None] = {}
        self.used = 0.0
        """Seconds of this process, less what was given back since."""
        self._at = 0.0

    # ---- what is under way

    def has_room(self) -> bool:
        """Whether another request may begin."""
        return self._charged < self._limits.in_flight_bytes

    def charge(self, cost: int, until: "asyncio.Future[None]") -> None:
        """``cost`` bytes are taken as long as ``until`` is under way."""
        self._charged += cost
        until.add_done_callback(lambda _: self._give(cost))

    def hold(self, go_on: Callable[[], None]) -> None:
        """Call ``go_on`` once there is room."""
        self._held[go_on] = None

    def _give(self, cost: int) -> None:
        self._charged -= cost
        if self._held and self.has_room():
            held, self._held = self._held, {}
            loop = asyncio.get_running_loop()
            for go_on in held:
                loop.call_soon(go_on)

    # ---- time

    def wait(self, now: float) -> float:
        """Seconds until the next frame's turn; none while the slice lasts."""
        left = self.used - (now - self._at) * PART
        self._at = now
        if left < SLICE:
            self.used = left if left > 0.0 else 0.0
            return 0.0
        self.used = left
        return left / PART

    def queue(self, now: float, seconds: float) -> float:
        """Take ``seconds`` at the end of what has been taken. Returns when they are over, from now."""
        wait = self.wait(now)
        self.used += seconds
        return wait


class Shares:
    """Every connected user's, and one for all who have not said yet who they are."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._of: dict[str, Share] = {}
        self.strangers = Share(limits)

    def enter(self, user_sid: str) -> Share | None:
        """Another connection of this user; ``None`` when it has too many. Ends with `leave`."""
        share = self._of.setdefault(user_sid, Share(self._limits))
        if share.connections >= self._limits.connections_per_user:
            return None
        share.connections += 1
        return share

    def leave(self, user_sid: str) -> None:
        share = self._of[user_sid]
        share.connections -= 1
        if not share.connections:
            del self._of[user_sid]
