"""Who is connected: a lease per connection, written when it begins and when it ends, never by heartbeat (guarantees,
Reachability 1, 2)."""

import asyncio
import contextlib
import heapq
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from chat_tui.protocol.defaults import LINGER
from chat_tui.server.reachability import rules
from chat_tui.server.reachability.tracker import apply_leases
from chat_tui.server.store.retry import retry_until_stored
from chat_tui.server.store.transaction import Reader, Transaction
from chat_tui.tasks import Tasks

T = TypeVar("T")
SWEEP = 500
"""Leases ended in one transaction."""

MAX_DROPS_KEPT = 10_000
"""Users whose breaks are remembered; the window is two minutes, so only the newest matter."""


class LeaseStore(Protocol):
    """What leases need of the store."""

    def write(self, operation: Callable[[Transaction], T]) -> Awaitable[T]: ...
    def read(self, query: Callable[[Reader], T]) -> Awaitable[T]: ...


class LingeringLease(NamedTuple):
    """A connection that is gone and still counts, until ``due``: milliseconds of a clock that nobody sets."""

    due: int
    connection: str
    user_sid: str


def begin(tx: Transaction, connection: str, user_sid: str) -> None:
    """A connection of the user is up; what lingered of earlier ones is obsolete."""
    tx.run("delete_lingering_leases", user_sid=user_sid)
    tx.run("upsert_lease", connection=connection, user_sid=user_sid, expires=None)
    apply_leases(tx, user_sid)


def end(tx: Transaction, connection: str, user_sid: str, linger: int) -> None:
    """A connection is gone; it counts for ``linger`` milliseconds more, unless another one lives. The date of the end
    is for the next process: this one goes by a clock that nobody sets."""
    tx.run("delete_lease", connection=connection)
    if linger and not tx.value("count_leases", user_sid=user_sid):
        tx.run("upsert_lease", connection=connection, user_sid=user_sid, expires=tx.now + linger)
    apply_leases(tx, user_sid)


def end_lingering(tx: Transaction, over: Sequence[LingeringLease]) -> None:
    """The time of these has come."""
    for lease in over:
        tx.run("delete_lease", connection=lease.connection)
    for user_sid in dict.fromkeys(lease.user_sid for lease in over):
        apply_leases(tx, user_sid)


def suspect_everybody(tx: Transaction) -> list[tuple[str, str, int]]:
    """After a restart: who was connected or online has half a minute to come back, then goes offline in one batch
    (guarantees, Reachability 7). Returns connection, user and milliseconds left of each lease."""
    for (user_sid,) in tx.tuples("online_users_without_lease"):
        tx.run("upsert_lease", connection=f"suspect:{user_sid}", user_sid=user_sid, expires=None)
    found = tx.tuples("all_leases")
    left = [
        (connection, user_sid, rules.linger_after_restart(expires, tx.now)) for connection, user_sid, expires in found
    ]
    tx.run("bound_leases", latest=tx.now + rules.SUSPECT_LINGER)
    return left


class Leases:
    """Tells the store who comes and goes, and ends leases when they are due. ``linger`` in milliseconds; ``clock`` in
    seconds, one that nobody sets."""

    def __init__(
        self, store: LeaseStore, *, linger: int = LINGER * 1000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._linger = linger
        self._clock = clock
        self._drops: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=16))
        self._lingering: list[LingeringLease] = []
        self._wake = asyncio.Event()
        self._sweeping = asyncio.Lock()
        self._tasks = Tasks()

    async def start(self) -> None:
        """Make everybody suspect who was online when the service stopped, and begin sweeping."""
        suspects = await self._store.write(suspect_everybody)
        now = self._now()
        self._lingering = [LingeringLease(now + left, connection, user_sid) for connection, user_sid, left in suspects]
        heapq.heapify(self._lingering)
        self._tasks.keep_running(self._sweep_when_due, "who lingers")

    async def stop(self) -> None:
        await self._tasks.close()

    async def connected(self, connection: str, user_sid: str) -> None:
        """A connection was authenticated: online at once."""
        await self._store.write(lambda tx: begin(tx, connection, user_sid))

    async def disconnected(self, connection: str, user_sid: str, *, clean: bool, offloaded: bool = False) -> None:
        """A connection ended: ``clean``, its client said so; ``offloaded``, we sent it away; else it may be back."""
        now = self._now()
        drops = self._drops_of(user_sid, now, count=not clean and not offloaded)
        linger = rules.linger_for(clean=clean, offloaded=offloaded, drops=drops, now=now, base=self._linger)
        await retry_until_stored(
            lambda: self._store.write(lambda tx: end(tx, connection, user_sid, linger)), "who left"
        )
        if linger:
            heapq.heappush(self._lingering, LingeringLease(now + linger, connection, user_sid))
            self.look_again()

    def look_again(self) -> None:
        """Somebody lingers, or the machine slept: what is due next may be due earlier than it was."""
        self._wake.set()

    def _now(self) -> int:
        return round(self._clock() * 1000)

    def _drops_of(self, user_sid: str, now: int, *, count: bool) -> Sequence[int]:
        if not count:
            return ()
        drops = self._drops[user_sid]
        drops.append(now)
        if len(self._drops) > MAX_DROPS_KEPT:
            self._drops.pop(next(iter(self._drops)))
        return drops

    async def _sweep_when_due(self) -> None:
        self._wake.clear()
        delay = max(0, self._lingering[0].due - self._now()) / 1000 if self._lingering else None
        if delay != 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), delay)
        await self.sweep()

    async def sweep(self) -> None:
        """End what is due."""
        async with self._sweeping:
            await self._end_some()

    async def _end_some(self) -> None:
        over: list[LingeringLease] = []
        while self._lingering and self._lingering[0].due <= self._now() and len(over) < SWEEP:
            over.append(heapq.heappop(self._lingering))
        if not over:
            return
        try:
            await self._store.write(lambda tx: end_lingering(tx, over))
        except BaseException:
            for lease in over:
                heapq.heappush(self._lingering, lease)
            raise
