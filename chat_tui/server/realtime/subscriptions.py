"""Delivery: what was published goes to whoever follows it, live, once each has been brought to where its object is
(guarantees, Follow 2)."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any

from chat_tui.protocol.errors import Code, NotFound
from chat_tui.protocol.sync import SubscriptionRequest
from chat_tui.protocol.twilsock import NOTIFICATION_TYPING
from chat_tui.server import bus
from chat_tui.server.realtime.followers import Followers, Subscriber, Subscription
from chat_tui.server.realtime.frames import notification_frame
from chat_tui.server.realtime.replayer import (
    Asked,
    Replayer,
    Store,
    in_steps,
    tell_cancelled,
    tell_failed,
    tell_refused,
)
from chat_tui.server.sync import log
from chat_tui.tasks import Tasks

CHECK_EVERY = 30.0
"""Seconds between two comparisons of what was delivered with what is stored."""

CHECK_STEP = 500
"""Objects compared at a time."""


class Subscriptions:
    """Every connection's subscriptions; listens to the bus."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._followers = Followers()
        self._replayer = Replayer(store, self._followers)
        self._tasks = Tasks(expected=(ConnectionError,))  # a subscriber that went away needs nothing more

    def start(self) -> None:
        """Begin to compare, now and then, what was delivered with what is stored."""
        self._tasks.keep_running(self._check_later, "the check of what was delivered")

    async def close(self) -> None:
        await self._tasks.close()

    def admit(self, subscriber: Subscriber) -> None:
        """A connection whose user is known now; until `dismiss` it may follow objects, and hears who types."""
        self._followers.admit(subscriber)

    def dismiss(self, subscriber: Subscriber) -> None:
        self._followers.dismiss(subscriber)

    def _run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._tasks.spawn(work, "a subscription")

    def establish(
        self, subscriber: Subscriber, wanted: Sequence[SubscriptionRequest], correlation_id: int
    ) -> asyncio.Task[None]:
        """Follow the objects from the last event each names; the rest is told by notifications, until the task ends."""
        fresh: list[Asked] = []
        refused: list[SubscriptionRequest] = []
        for request in wanted:
            subscription = self._followers.follow(subscriber, request)
            if subscription is None:
                refused.append(request)
            else:
                fresh.append((request, subscription))
        return self._run(self._start(subscriber, fresh, refused, correlation_id))

    async def _start(
        self,
        subscriber: Subscriber,
        fresh: Sequence[Asked],
        refused: Sequence[SubscriptionRequest],
        correlation_id: int,
    ) -> None:
        await self._replayer.start(subscriber, fresh, correlation_id)
        await tell_refused(subscriber, refused, correlation_id)

    def cancel(
        self, subscriber: Subscriber, wanted: Sequence[SubscriptionRequest], correlation_id: int
    ) -> asyncio.Task[None]:
        for request in wanted:
            self._followers.drop(subscriber, request.object_sid)
        return self._run(tell_cancelled(subscriber, wanted, correlation_id))

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
                for subscriber in self._followers.of_user(item.user_sid):
                    for object_sid in item.object_sids:
                        self._followers.drop(subscriber, object_sid)
            elif isinstance(item, bus.ObjectsRemoved):
                self._remove(item.object_sids)
        for subscriber in touched:
            subscriber.flush()

    def _deliver(self, published: bus.EventPublished, touched: dict[Subscriber, None]) -> None:
        followers = self._followers.by_object.get(published.object_sid)
        if not followers:
            return
        encoded = notification_frame(published.notification)
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
        self._run(self._replayer.catch_up(subscription))

    def _deliver_typing(self, published: bus.TypingPublished, touched: dict[Subscriber, None]) -> None:
        encoded = notification_frame(published.payload, NOTIFICATION_TYPING)
        for user_sid in published.user_sids:
            for subscriber in self._followers.of_user(user_sid):
                subscriber.push(encoded, droppable=True)
                touched[subscriber] = None

    def _remove(self, object_sids: Iterable[str]) -> None:
        for object_sid in object_sids:
            for subscription in self._followers.of_object(object_sid):
                subscriber = subscription.subscriber
                self._followers.drop(subscriber, object_sid)
                if not subscription.is_live:
                    request = SubscriptionRequest(object_sid, subscription.object_type)
                    self._run(tell_failed(subscriber, request, NotFound("The object is gone", Code.MAP_NOT_FOUND), 0))

    # ---- the check

    async def check(self) -> None:
        """Replay to whoever is behind what is stored: the bus is a hint, the store is the truth (guarantees, Follow
        7)."""
        for sids in in_steps(list(self._followers.by_object), CHECK_STEP):
            heads = await self._store.read(lambda reader: log.heads(reader, sids))  # noqa: B023
            for object_sid, head in heads.items():
                for subscription in self._followers.of_object(object_sid):
                    if subscription.is_live and subscription.position < head:
                        self._replay(subscription, head)

    async def _check_later(self) -> None:
        await asyncio.sleep(CHECK_EVERY)
        await self.check()
