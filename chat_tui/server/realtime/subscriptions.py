"""Delivery: who follows which object, how far each has got, replay from the log, then live (guarantees, Follow 2, 7;
guarantees, Bounds 5)."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.errors import ChatError, Code, NotFound, TooManyRequests
from chat_tui.protocol.sync import EventType, ReplayStatus, SubscriptionRequest, SyncEvent, SyncNotification
from chat_tui.protocol.twilsock import NOTIFICATION_SYNC, NOTIFICATION_TYPING, Header, encode
from chat_tui.server import bus
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.realtime.replay import ReplayRange, missed_events, replay_range, summarised
from chat_tui.server.realtime.share import Share
from chat_tui.server.store.retry import retry_until_stored
from chat_tui.server.store.transaction import Reader
from chat_tui.server.sync import log
from chat_tui.tasks import Tasks

T = TypeVar("T")

MAX_PER_CONNECTION = 2000
MAX_PER_USER = 8000
CHECK_EVERY = 30.0
"""Seconds between two comparisons of what was delivered with what is stored."""

START_STEP = 20
"""Objects looked up at a time; others are served in between."""

OBJECT_SECONDS = 0.0001
"""What looking one up takes of its user's time."""

CHECK_STEP = 500
"""Objects compared at a time."""

_ids = itertools.count(1)


class Subscriber(Protocol):
    """The sending half of a connection."""

    actor: ClientActor
    share: Share

    def reading(self) -> AbstractAsyncContextManager[None]:
        """The user's turn to have something read, once it can be written. Raises ConnectionError once it is gone."""

    def push(self, frame: bytes, *, droppable: bool = False) -> None:
        """Queue a live event; `flush` writes it."""

    def flush(self) -> None: ...

    async def send(self, frame: bytes) -> None:
        """Write at the socket's pace. Raises ConnectionError once it is gone."""


class Subscription:
    """``position`` is the id of the last event handed to the socket; ``head`` the newest seen while replaying;
    ``interrupted_at`` what was asked for in vain."""

    __slots__ = ("head", "interrupted_at", "is_live", "object_sid", "object_type", "position", "subscriber")

    def __init__(self, subscriber: Subscriber, request: SubscriptionRequest) -> None:
        self.subscriber = subscriber
        self.object_sid = request.object_sid
        self.object_type = request.object_type
        self.position = request.last_event_id or 0
        self.head = 0
        self.is_live = False
        self.interrupted_at: int | None = None


Asked = tuple[SubscriptionRequest, Subscription]


def frame(payload: bytes, message_type: str = NOTIFICATION_SYNC) -> bytes:
    """A notification as the bytes of one WebSocket frame, encoded once for all who get it."""
    return ws_frame(encode(Header("notification", f"TM{next(_ids):032x}", message_type=message_type), payload))


def ws_frame(packet: bytes) -> bytes:
    """An unmasked, final, binary frame around ``packet`` (RFC 6455, 5.2)."""
    size = len(packet)
    if size < 126:
        return b"\x82" + size.to_bytes(1, "big") + packet
    if size < 65536:
        return b"\x82\x7e" + size.to_bytes(2, "big") + packet
    return b"\x82\x7f" + size.to_bytes(8, "big") + packet


class Store(Protocol):
    def read(self, query: Callable[[Reader], T]) -> Awaitable[T]: ...


class Subscriptions:
    """Every connection's subscriptions; listens to the bus."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_object: dict[str, dict[Subscriber, Subscription]] = {}
        self._by_subscriber: dict[Subscriber, dict[str, Subscription]] = {}
        self._by_user: dict[str, set[Subscriber]] = defaultdict(set)
        self._tasks = Tasks(expected=(ConnectionError,))  # a subscriber that went away needs nothing more

    # ---- connections

    def admit(self, subscriber: Subscriber) -> None:
        self._by_user[subscriber.actor.user_sid].add(subscriber)
        self._by_subscriber[subscriber] = {}

    def dismiss(self, subscriber: Subscriber) -> None:
        own = self._by_subscriber.pop(subscriber, {})
        subscriber.share.subscriptions -= len(own)
        for object_sid in own:
            self._forget(subscriber, object_sid)
        user_sid = subscriber.actor.user_sid
        self._by_user[user_sid].discard(subscriber)
        if not self._by_user[user_sid]:
            del self._by_user[user_sid]

    def _forget(self, subscriber: Subscriber, object_sid: str) -> None:
        followers = self._by_object.get(object_sid)
        if followers is not None:
            followers.pop(subscriber, None)
            if not followers:
                del self._by_object[object_sid]

    def _drop(self, subscriber: Subscriber, object_sid: str) -> None:
        self._forget(subscriber, object_sid)
        if self._by_subscriber.get(subscriber, {}).pop(object_sid, None) is not None:
            subscriber.share.subscriptions -= 1

    # ---- establish and cancel

    def establish(
        self, subscriber: Subscriber, wanted: Sequence[SubscriptionRequest], correlation_id: int
    ) -> asyncio.Task[None]:
        """Follow the objects from the last event each names; the rest is told by notifications, until the task ends."""
        own = self._by_subscriber[subscriber]
        fresh, refused = [], []
        for request in wanted:
            before = own.get(request.object_sid)
            if before is None and not self._has_room(subscriber):
                refused.append(request)
                continue
            subscription = Subscription(subscriber, request)
            if before is None:
                subscriber.share.subscriptions += 1
            else:
                subscription.interrupted_at = before.interrupted_at
            own[request.object_sid] = subscription
            self._by_object.setdefault(request.object_sid, {})[subscriber] = subscription
            fresh.append((request, subscription))
        return self._run(self._start(subscriber, fresh, refused, correlation_id))

    def _has_room(self, subscriber: Subscriber) -> bool:
        own = self._by_subscriber[subscriber]
        return len(own) < MAX_PER_CONNECTION and subscriber.share.subscriptions < MAX_PER_USER

    def cancel(
        self, subscriber: Subscriber, wanted: Sequence[SubscriptionRequest], correlation_id: int
    ) -> asyncio.Task[None]:
        for request in wanted:
            self._drop(subscriber, request.object_sid)
        return self._run(self._tell_cancelled(subscriber, wanted, correlation_id))

    async def _tell_cancelled(
        self, subscriber: Subscriber, wanted: Sequence[SubscriptionRequest], correlation_id: int
    ) -> None:
        for number, request in enumerate(wanted, 1):
            event = SyncEvent(object_sid=request.object_sid, object_type=request.object_type.value)
            await self._tell(subscriber, EventType.SUBSCRIPTION_CANCELED, event, correlation_id)
            if number % START_STEP == 0:
                await asyncio.sleep(0)

    def start(self) -> None:
        """Begin to compare, now and then, what was delivered with what is stored."""
        self._tasks.keep_running(self._check_later, "the check of what was delivered")

    async def close(self) -> None:
        await self._tasks.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._tasks.spawn(work, "a subscription")

    async def _start(
        self,
        subscriber: Subscriber,
        fresh: Sequence[Asked],
        refused: Sequence[SubscriptionRequest],
        correlation_id: int,
    ) -> None:
        for asked in _in_steps(fresh):
            found = await self._read(
                subscriber,
                lambda reader: [
                    replay_range(reader, subscriber.actor, request, subscription.interrupted_at)
                    for request, subscription in asked  # noqa: B023
                ],
            )
            subscriber.share.used += len(asked) * OBJECT_SECONDS
            for (request, subscription), found_range in zip(asked, found, strict=True):
                if isinstance(found_range, ChatError):
                    self._drop_if_current(subscription)
                    await self._fail(subscriber, request, found_range, correlation_id)
                else:
                    await self._begin(subscription, request, found_range, correlation_id)
        refusal = TooManyRequests(
            f"At most {MAX_PER_CONNECTION} subscriptions of a connection, {MAX_PER_USER} of a user: cancel some first",
            Code.SUBSCRIPTION_LIMIT,
        )
        for some in _in_steps(refused):
            for request in some:
                await self._fail(subscriber, request, refusal, correlation_id)
            await asyncio.sleep(0)

    async def _begin(
        self, subscription: Subscription, request: SubscriptionRequest, found_range: ReplayRange, correlation_id: int
    ) -> None:
        status = ReplayStatus.COMPLETED
        if request.last_event_id is None:
            subscription.position = found_range.head
        elif not found_range.floor <= subscription.position <= found_range.head:
            if found_range.asks_again:
                await self._summarise(subscription)
            else:
                status = ReplayStatus.INTERRUPTED
                subscription.interrupted_at = subscription.position
            subscription.position = found_range.head
        await self._catch_up(subscription, nothing_new=subscription.position == found_range.head)
        if self._is_current(subscription):
            event = SyncEvent(
                object_sid=subscription.object_sid,
                object_type=subscription.object_type.value,
                replay_status=status.value,
                last_event_id=subscription.position,
            )
            await self._tell(subscription.subscriber, EventType.SUBSCRIPTION_ESTABLISHED, event, correlation_id)

    async def _summarise(self, subscription: Subscription) -> None:
        """What is there stands in for what cannot be replayed."""
        subscriber = subscription.subscriber
        sid, position = subscription.object_sid, subscription.position
        for payload in await self._read(subscriber, lambda reader: summarised(reader, subscriber.actor, sid, position)):
            if self._is_current(subscription):
                await subscriber.send(frame(payload))

    async def _catch_up(self, subscription: Subscription, *, nothing_new: bool = False) -> None:
        """Send what the log holds after the position, then go live. What is published meanwhile is in the log too."""
        while not (nothing_new and subscription.head <= subscription.position):
            nothing_new = False
            subscriber, sid, position = subscription.subscriber, subscription.object_sid, subscription.position
            events = await self._read(
                subscriber,
                lambda reader: missed_events(reader, subscriber.actor, sid, position),  # noqa: B023
            )
            if events is None:
                return  # the bus says so next, and takes the subscription away
            for event in events:
                if not self._is_current(subscription):
                    return
                await subscriber.send(frame(event.notification))
                subscription.position = event.id
            if not events:
                break  # all was told; or what was published is in no log: the object went away with it
        subscription.is_live = True

    async def _read(self, subscriber: Subscriber, query: Callable[[Reader], T]) -> T:
        """In the user's turn, and not before what is read can be written. A replay is only put off by a store that
        cannot read, as long as somebody waits for it."""

        async def read() -> T:
            if subscriber not in self._by_subscriber:
                raise ConnectionResetError("the connection is gone")
            async with subscriber.reading():
                return await self._store.read(query)

        return await retry_until_stored(read, "a replay", unless=(ConnectionError,))

    def _is_current(self, subscription: Subscription) -> bool:
        return self._by_object.get(subscription.object_sid, {}).get(subscription.subscriber) is subscription

    def _drop_if_current(self, subscription: Subscription) -> None:
        if self._is_current(subscription):
            self._drop(subscription.subscriber, subscription.object_sid)

    async def _tell(self, subscriber: Subscriber, event_type: EventType, event: SyncEvent, correlation_id: int) -> None:
        await subscriber.send(frame(to_json(SyncNotification(event_type.value, event, correlation_id))))

    async def _fail(
        self, subscriber: Subscriber, request: SubscriptionRequest, error: ChatError, correlation_id: int
    ) -> None:
        event = SyncEvent(
            object_sid=request.object_sid,
            object_type=request.object_type.value,
            error={"status": error.status, "code": error.code, "message": error.message},
        )
        await self._tell(subscriber, EventType.SUBSCRIPTION_FAILED, event, correlation_id)

    # ---- the bus

    def on_published(self, items: Iterable[object]) -> None:
        """Hand what happened to whoever follows it; each socket is written to once."""
        touched: dict[Subscriber, None] = {}
        for item in items:
            if isinstance(item, bus.EventPublished):
                self._deliver(item, touched)
            elif isinstance(item, bus.TypingPublished):
                self._deliver_typing(item, touched)
            elif isinstance(item, bus.AccessRevoked):
                for subscriber in self._by_user.get(item.user_sid, ()):
                    for object_sid in item.object_sids:
                        self._drop(subscriber, object_sid)
            elif isinstance(item, bus.ObjectsRemoved):
                self._remove(item.object_sids)
        for subscriber in touched:
            subscriber.flush()

    def _deliver(self, published: bus.EventPublished, touched: dict[Subscriber, None]) -> None:
        followers = self._by_object.get(published.object_sid)
        if not followers:
            return
        encoded = frame(published.notification)
        for subscriber, subscription in followers.items():
            if not subscription.is_live:
                subscription.head = max(subscription.head, published.id)
            elif published.id == subscription.position + 1:
                subscription.position = published.id
                subscriber.push(encoded)
                touched[subscriber] = None
            elif published.id > subscription.position:
                self._replay(subscription, published.id)

    def _replay(self, subscription: Subscription, head: int) -> None:
        subscription.is_live = False
        subscription.head = max(subscription.head, head)
        self._run(self._catch_up(subscription))

    def _deliver_typing(self, published: bus.TypingPublished, touched: dict[Subscriber, None]) -> None:
        encoded = frame(published.payload, NOTIFICATION_TYPING)
        for user_sid in published.user_sids:
            for subscriber in self._by_user.get(user_sid, ()):
                subscriber.push(encoded, droppable=True)
                touched[subscriber] = None

    def _remove(self, object_sids: Iterable[str]) -> None:
        for object_sid in object_sids:
            for subscriber, subscription in list(self._by_object.get(object_sid, {}).items()):
                self._drop(subscriber, object_sid)
                if not subscription.is_live:
                    request = SubscriptionRequest(object_sid, subscription.object_type)
                    self._run(self._fail(subscriber, request, NotFound("The object is gone", Code.MAP_NOT_FOUND), 0))

    # ---- the check

    async def check(self) -> None:
        """Replay to whoever is behind what is stored: the bus is a hint, the store is the truth (guarantees, Follow
        7)."""
        for sids in _in_steps(list(self._by_object), CHECK_STEP):
            heads = await self._store.read(lambda reader: log.heads(reader, sids))  # noqa: B023
            for object_sid, head in heads.items():
                for subscription in list(self._by_object.get(object_sid, {}).values()):
                    if subscription.is_live and subscription.position < head:
                        self._replay(subscription, head)

    async def _check_later(self) -> None:
        await asyncio.sleep(CHECK_EVERY)
        await self.check()


def _in_steps(items: Sequence[T], step: int = START_STEP) -> Iterator[Sequence[T]]:
    return (items[start : start + step] for start in range(0, len(items), step))
