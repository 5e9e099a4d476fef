"""Replicas of Sync objects: read a snapshot, follow the events after it, notice gaps and fill them."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence

from chat_tui.client.link.answers import InvalidAnswer
from chat_tui.client.ports import Request, Spawn
from chat_tui.client.state.parsing import Notification, SyncEvent
from chat_tui.client.state.replica import Replica
from chat_tui.client.state.replica_progress import ReplicaState, Step
from chat_tui.client.state.subscriptions import SubscriptionRequests
from chat_tui.protocol.errors import ChatError, Code, NotFound, TransportError
from chat_tui.protocol.sync import EventType
from chat_tui.protocol.untrusted import Malformed, decode

LOADS_AT_ONCE = 32
"""Requests in flight while many objects are opened."""

REPLAY_WITHIN = 30.0
"""Seconds a replay may go without a sign."""

LONGEST_PAUSE = 30.0
"""Seconds between two tries to get an object right, at most."""

_REMOVED = (EventType.MAP_REMOVED, EventType.LIST_REMOVED, EventType.DOCUMENT_REMOVED)

_log = logging.getLogger(__name__)


class Replicas:
    """Every object this client follows. ``on_reload`` hears of a replica that had to be read anew. ``is_up``: there is
    a link; without one nothing is tried, for the next one begins with `resume`."""

    def __init__(
        self,
        request: Request,
        on_reload: Callable[[Replica], None],
        spawn: Spawn,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._request = request
        self._on_reload = on_reload
        self._spawn = spawn
        self._sleep = sleep
        self._uniform = uniform
        self._wanted: dict[Replica, None] = {}
        self._by_sid: dict[str, Replica] = {}
        self._subscriptions = SubscriptionRequests(request)
        self._slots = asyncio.Semaphore(LOADS_AT_ONCE)
        self.is_up = False

    # ---- follow

    async def open(self, *replicas: Replica, skip_refused: bool = False) -> list[Replica]:
        """Read and follow objects. Those that are not there are left out; the answer holds the others.

        Raises ChatError when one of them cannot be read, and then follows none of them; with ``skip_refused`` only
        when there is no link."""
        for replica in replicas:
            self._want(replica)
        try:
            loaded = await asyncio.gather(*(self._load(replica) for replica in replicas), return_exceptions=True)
            for outcome in loaded:
                if isinstance(outcome, BaseException) and not _concerns_one(outcome, skip_refused):
                    raise outcome
            found = [replica for replica, outcome in zip(replicas, loaded, strict=True) if outcome is None]
            await self._ask(found)
        except BaseException:
            self._forget(replicas)
            raise
        self._forget(replica for replica in replicas if replica not in found)
        return found

    def follow(self, *replicas: Replica) -> None:
        """Read and follow objects in the background, and do not give up."""
        for replica in replicas:
            self._want(replica)
        if replicas:
            self._spawn(self._follow(replicas), "following objects")

    async def close(self, *replicas: Replica) -> None:
        """Stop following. A broken link has done it already."""
        followed = [replica for replica in replicas if self._by_sid.get(replica.sid) is replica]
        self._forget(replicas)
        with contextlib.suppress(ChatError):
            await self._subscriptions.cancel(followed, lambda replica: replica.sid not in self._by_sid)

    def adopt(self, replica: Replica, sid: str, position: int) -> None:
        """A replica that is known from an earlier start: the next link brings what it missed."""
        replica.sid, replica.was_loaded = sid, True
        replica.progress.adopt(position)
        self._wanted[replica] = None
        self._by_sid[sid] = replica

    def follows(self, replica: Replica) -> bool:
        return replica in self._wanted

    def read_anew(self, replica: Replica) -> None:
        """What it holds is not what the service says elsewhere."""
        if replica in self._wanted:
            self._carry_out(replica, replica.progress.contradicted())

    def forget_all(self) -> None:
        """The service has no memory of these objects: start anew."""
        self._forget(list(self._wanted))

    async def resume(self) -> None:
        """The link is new: ask for what was missed of everything. Raises ChatError."""
        ask, load = [], []
        for replica in self._wanted:
            step = replica.progress.resumed()
            if step is Step.ASK:
                ask.append(replica)
            elif step is Step.LOAD:
                load.append(replica)
        await self._ask(ask)
        if load:
            self._spawn(self._follow(load), "following objects")

    # ---- what a replica needs

    def _want(self, replica: Replica) -> None:
        self._wanted[replica] = None
        replica.progress.want()

    def _forget(self, replicas: Iterable[Replica]) -> None:
        for replica in replicas:
            replica.progress.close()
            self._wanted.pop(replica, None)
            if self._by_sid.get(replica.sid) is replica:
                del self._by_sid[replica.sid]

    async def _follow(self, replicas: Sequence[Replica]) -> None:
        loaded = await asyncio.gather(*(self._load_quietly(replica) for replica in replicas))
        await self._ask_quietly([replica for replica in loaded if replica is not None])

    async def _load(self, replica: Replica) -> None:
        """Raises ChatError. What became obsolete meanwhile is left as it is."""
        generation = replica.progress.generation
        async with self._slots:
            if replica.progress.generation != generation:
                return
            position = await replica.load(self._request)
        if replica.progress.generation != generation:
            return
        before = self._by_sid.get(replica.sid)
        if before is not None and before is not replica:
            raise InvalidAnswer(f"{replica.name} has the SID of {before.name}", Code.INTERNAL)
        self._by_sid[replica.sid] = replica
        replica.progress.loaded(position)
        if replica.was_loaded:
            self._on_reload(replica)
        replica.was_loaded = True

    async def _load_quietly(self, replica: Replica) -> Replica | None:
        """The replica, if it is to be asked about now."""
        generation = replica.progress.generation
        try:
            await self._load(replica)
        except NotFound:
            if replica.progress.generation == generation:
                self._carry_out(replica, replica.progress.removed())
        except Exception as error:
            if not isinstance(error, ChatError):
                _log.exception("%s could not be read", replica.name)
            if replica.progress.generation == generation and self.is_up:
                self._carry_out(replica, replica.progress.load_failed())
        return replica if replica.progress.state is ReplicaState.REPLAYING else None

    async def _ask(self, replicas: Sequence[Replica]) -> None:
        """Ask for what comes after their positions. Raises ChatError."""
        wanted = await self._subscriptions.establish(replicas)
        if wanted:
            self._spawn(
                self._watch([(replica, replica.progress.generation, replica.last_event_id) for replica in wanted]),
                "a watch",
            )

    async def _ask_quietly(self, replicas: Sequence[Replica]) -> None:
        try:
            await self._ask(replicas)
        except ChatError:
            for replica in replicas:
                if self.is_up and replica.progress.state is ReplicaState.REPLAYING:
                    self._carry_out(replica, replica.progress.unanswered())

    async def _watch(self, asked: list[tuple[Replica, int, int]]) -> None:
        """Ask again for what nothing came of."""
        await self._sleep(REPLAY_WITHIN)
        slow: list[tuple[Replica, int, int]] = []
        for replica, generation, position in asked:
            if (
                replica.progress.generation != generation
                or replica.progress.state is not ReplicaState.REPLAYING
                or not self.is_up
            ):
                continue
            if replica.last_event_id == position:
                self._carry_out(replica, replica.progress.unanswered())
            else:
                slow.append((replica, generation, replica.last_event_id))
        if slow:
            self._spawn(self._watch(slow), "a watch")

    def _carry_out(self, replica: Replica, step: Step) -> None:
        if step in (Step.ASK, Step.LOAD):
            self._spawn(self._repair(replica, replica.progress.generation, step), f"the repair of {replica.name}")
        elif step is Step.GONE:
            self._forget([replica])
            replica.removed()

    async def _repair(self, replica: Replica, generation: int, step: Step) -> None:
        """At once the first time, then after a random pause that grows with the failures."""
        failures = replica.progress.failures
        await self._sleep(self._uniform(0, min(LONGEST_PAUSE, 0.5 * 2.0 ** min(failures, 10))) if failures > 1 else 0)
        if replica.progress.generation != generation or not self.is_up:
            return
        if step is Step.LOAD:
            await self._follow([replica])
        else:
            await self._ask_quietly([replica])

    # ---- events

    def on_notification(self, payload: bytes) -> None:
        """Whatever it holds: what cannot be understood is left out, and noticed as missing."""
        try:
            notification: Notification = decode(payload, Notification)
            event_type = EventType(notification.event_type)
        except Malformed as error:
            _log.warning("a notification was left out: %s", error)
            return
        except ValueError:
            return  # a newer service knows more
        event = notification.event
        replica = self._by_sid.get(event.target)
        if replica is None:
            return
        correlation = notification.correlation_id
        if event_type is EventType.SUBSCRIPTION_ESTABLISHED:
            self._carry_out(
                replica, replica.progress.established(correlation, event.replay_status, event.last_event_id)
            )
        elif event_type is EventType.SUBSCRIPTION_FAILED:
            self._carry_out(replica, replica.progress.failed(correlation, (event.error or {}).get("status")))
        elif event_type is EventType.SUBSCRIPTION_CANCELED:
            self._carry_out(replica, replica.progress.canceled())
        else:
            self._apply(replica, event_type, event)

    def _apply(self, replica: Replica, event_type: EventType, event: SyncEvent) -> None:
        step = replica.progress.event(event.id)
        if step is not Step.APPLY:
            self._carry_out(replica, step)
            return
        try:
            replica.apply_event(event_type, event)
        except Exception as error:
            is_ours = not isinstance(error, Malformed)
            _log.log(
                logging.ERROR if is_ours else logging.WARNING,
                "an event of %s could not be applied: %s",
                replica.name,
                error,
                exc_info=is_ours,
            )
            self._carry_out(replica, replica.progress.event_failed())
            return
        if event_type in _REMOVED:
            self._carry_out(replica, replica.progress.removed())


def _concerns_one(error: BaseException, is_any: bool) -> bool:
    """Whether only this object is concerned."""
    return isinstance(error, NotFound) or (
        is_any and isinstance(error, ChatError) and not isinstance(error, TransportError)
    )
