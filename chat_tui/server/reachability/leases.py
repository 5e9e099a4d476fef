"""Who is connected: a lease per connection, written when it begins and when it ends, never by heartbeat."""

import asyncio
import contextlib
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from chat_tui.server.reachability import rules
from chat_tui.server.reachability.tracker import apply_leases
from chat_tui.server.store.retry import retry_until_stored
from chat_tui.server.store.transaction import Reader, Transaction
from chat_tui.tasks import Tasks

T = TypeVar("T")
SWEEP = 500
"""Leases ended in one transaction."""


class LeaseStore(Protocol):
    """What leases need of the store."""

    clock: Callable[[], int]

    def write(self, operation: Callable[[Transaction], T]) -> Awaitable[T]: ...
    def read(self, query: Callable[[Reader], T]) -> Awaitable[T]: ...


def begin(tx: Transaction, connection: str, user_sid: str) -> None:
    """A connection of the user is up; what lingered of earlier ones is obsolete."""
    tx.run("delete_lingering_leases", user_sid=user_sid)
    tx.run("upsert_lease", connection=connection, user_sid=user_sid, expires=None)
    apply_leases(tx, user_sid)


def end(tx: Transaction, connection: str, user_sid: str, linger: int) -> None:
    """A connection is gone; it counts for ``linger`` milliseconds more, unless another one lives."""
    tx.run("delete_lease", connection=connection)
    if linger and not tx.value("count_leases", user_sid=user_sid):
        tx.run("upsert_lease", connection=connection, user_sid=user_sid, expires=tx.now + linger)
    apply_leases(tx, user_sid)


def sweep(tx: Transaction) -> None:
    """End the leases whose time has come."""
    expired = tx.tuples("expired_leases", now=tx.now, limit=SWEEP)
    for connection, _ in expired:
        tx.run("delete_lease", connection=connection)
    for user_sid in dict.fromkeys(user_sid for _, user_sid in expired):
        apply_leases(tx, user_sid)


def suspect_everybody(tx: Transaction) -> None:
    """After a restart: who was connected or online has half a minute to come back, then goes offline in one batch."""
    expires = tx.now + rules.SUSPECT_LINGER
    tx.run("make_live_leases_suspect", expires=expires)
    for (user_sid,) in tx.tuples("online_users_without_lease"):
        tx.run("upsert_lease", connection=f"suspect:{user_sid}", user_sid=user_sid, expires=expires)


class Presence:
    """Tells the store who comes and goes, and ends leases when they are due."""

    def __init__(self, store: LeaseStore, *, linger: int = rules.LINGER) -> None:
        self._store = store
        self._linger = linger
        self._drops: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=16))
        self._wake = asyncio.Event()
        self._tasks = Tasks()

    async def start(self) -> None:
        """Make everybody suspect who was online when the service stopped, and begin sweeping."""
        await self._store.write(suspect_everybody)
        self._tasks.keep_running(self._sweep_when_due, "who lingers")

    async def stop(self) -> None:
        await self._tasks.close()

    async def connected(self, connection: str, user_sid: str) -> None:
        """A connection was authenticated: online at once."""
        await self._store.write(lambda tx: begin(tx, connection, user_sid))

    async def disconnected(self, connection: str, user_sid: str, *, clean: bool, offloaded: bool = False) -> None:
        """A connection ended: ``clean``, its client said so; ``offloaded``, we sent it away; else it may be back."""
        linger = self._linger_for(user_sid, clean and not offloaded, offloaded)
        await retry_until_stored(
            lambda: self._store.write(lambda tx: end(tx, connection, user_sid, linger)), "who left"
        )
        if linger:
            self._wake.set()

    def _linger_for(self, user_sid: str, clean: bool, offloaded: bool) -> int:
        if clean:
            return 0
        if offloaded:
            return max(self._linger, rules.OFFLOAD_LINGER)
        now = self._store.clock()
        drops = self._drops[user_sid]
        drops.append(now)
        if len(self._drops) > 10_000:  # only the newest matter; the window is two minutes
            self._drops.pop(next(iter(self._drops)))
        return rules.linger(drops, now, self._linger)

    async def _sweep_when_due(self) -> None:
        self._wake.clear()
        due: int | None = await self._store.read(lambda reader: reader.value("next_lease_expiry"))
        delay = None if due is None else max(0, due - self._store.clock()) / 1000
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), delay)
            return
        await self._store.write(sweep)
