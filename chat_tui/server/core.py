"""The service as a whole: its store, bus, dispatcher, leases and authenticator, opened and closed together."""

import asyncio
import contextlib
import logging
from pathlib import Path

from chat_tui.protocol.defaults import LINGER, RATE
from chat_tui.server.auth import Authenticator
from chat_tui.server.bus import Bus, ClockSet
from chat_tui.server.clocks import TOLERANCE, Clock, JumpWatch, ServiceClock, read_clocks
from chat_tui.server.operations import deletion, states
from chat_tui.server.operations.dispatch import Dispatcher
from chat_tui.server.reachability.leases import Leases
from chat_tui.server.store.secrets import SecretBox
from chat_tui.server.store.store import Store
from chat_tui.server.store.transaction import Transaction
from chat_tui.server.sync import log
from chat_tui.server.sync.projection import project
from chat_tui.tasks import Tasks

_log = logging.getLogger(__name__)

PRUNE_EVERY = 60.0
"""Seconds between two steps of pruning the event log."""

CLEAR_EVERY = 2.0
"""Seconds between two looks for what was deleted."""

TIMERS_EVERY = 15.0
"""Seconds at most between two looks at the timers of channels."""

CLOCKS_EVERY = 1.0
"""Seconds between two looks at whether a clock was set."""


class ServiceCore:
    """Everything behind the two faces. ``data`` is the directory of one service process.

    ``linger`` in milliseconds; ``rate`` in mutations a second; ``first_channel``: the unique name of the channel
    that users of the local service without one are joined to when they connect; ``local_service_sid`` says which
    service that is, once it is known.
    """

    def __init__(
        self,
        data: Path,
        *,
        linger: int = LINGER * 1000,
        rate: float = RATE,
        synchronous: str = "FULL",
        first_channel: str | None = None,
        retention: int = log.RETENTION,
        kept_events: int = log.KEPT_EVENTS,
        vfs: str | None = None,
        clock: Clock = read_clocks,
    ) -> None:
        self.first_channel = first_channel
        self.local_service_sid = ""
        self.clock = clock
        self._dates = ServiceClock(clock)
        self._jumps = JumpWatch(clock)
        self.store = Store(data / "chat.db", synchronous=synchronous, clock=self._dates, project=project, vfs=vfs)
        self.box = SecretBox(data / "secrets.key")
        self.bus = Bus()
        self.store.on_commit = self.bus.publish
        self.dispatcher = Dispatcher(self.store, self.bus, rate=rate)
        self.authenticator = Authenticator(self.dispatcher, self.box)
        self.bus.subscribe(self.authenticator.on_published)
        self.leases = Leases(self.store, linger=linger, clock=lambda: clock().elapsed)
        self._retention = retention
        self._kept_events = kept_events
        self._tasks = Tasks()

    def first_channel_of(self, service_sid: str) -> str | None:
        """Where a newcomer to this service is seated: whoever made another service says who sits where there."""
        return self.first_channel if service_sid == self.local_service_sid else None

    async def start(self) -> None:
        await self.leases.start()
        await self.store.write(states.bound_timers)
        self._tasks.keep_running(self._watch_clocks, "watching the clocks")
        self._tasks.keep_running(self._prune, "pruning the log")
        self._tasks.keep_running(self._clear_deleted, "clearing away what was deleted")
        self._tasks.keep_running(self._move_states_on, "timers of channels")

    async def close(self) -> None:
        """Finish what waits; the store's threads end before this returns."""
        async with contextlib.AsyncExitStack() as steps:  # each is taken, the last one first, whatever another raises
            steps.push_async_callback(asyncio.to_thread, self.store.close)
            steps.push_async_callback(self.leases.stop)
            steps.push_async_callback(self._tasks.close)

    async def _prune(self) -> None:
        await asyncio.sleep(PRUNE_EVERY)
        await self.prune()

    async def prune(self) -> None:
        """Keep the log short, however much has come."""
        now = self._dates.for_ages()
        await log.prune(self.store, now=now, retention=self._retention, kept=self._kept_events)

    async def _clear_deleted(self) -> None:
        await self.clear_deleted()
        await asyncio.sleep(CLEAR_EVERY)

    async def clear_deleted(self) -> None:
        """Take off the disk what was deleted, or what a crash left of it."""
        if await self.store.read(deletion.is_any_left):
            await self.store.write_in_steps(deletion.clear)

    async def _move_states_on(self) -> None:
        """The shortest timer is a minute, so whatever is set while this sleeps is seen in time."""
        due: int | None = await self.store.read(lambda reader: reader.value("next_channel_due"))
        wait = TIMERS_EVERY if due is None else max(0.0, (due - self.store.clock()) / 1000)
        if wait:
            await asyncio.sleep(min(wait, TIMERS_EVERY))
        else:
            await self.store.write(states.sweep)

    async def _watch_clocks(self) -> None:
        await asyncio.sleep(CLOCKS_EVERY)
        await self.follow_clocks()

    async def follow_clocks(self) -> None:
        """Let dates follow a wall clock that was set. What runs down as long as before is moved with it, in the same
        step; whatever ends with a date is looked at again."""
        if self._jumps.jumped():
            self.bus.publish([ClockSet()])
            self.leases.look_again()
        if abs(self._dates.error()) < TOLERANCE:
            return
        followed = 0.0

        def follow(tx: Transaction) -> None:
            nonlocal followed
            seconds = self._dates.error()
            states.move_timers(tx, round(seconds * 1000))
            self._dates.correct(seconds)
            followed = seconds

        try:
            await self.store.write(follow)
        except BaseException:
            self._dates.correct(-followed)
            raise
        _log.warning(f"the clock was set by {followed:+.0f} s; dates follow it, what runs down does not")
