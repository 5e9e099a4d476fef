"""Brings subscriptions to where their objects are: by a replay of the log, or by what stands in for it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.errors import ChatError, Code, TooManyRequests
from chat_tui.protocol.sync import EventType, ReplayStatus, SubscriptionRequest
from chat_tui.protocol.sync_shapes import SubscriptionEvent, SubscriptionNotification
from chat_tui.server.realtime.followers import (
    MAX_PER_CONNECTION,
    MAX_PER_USER,
    Followers,
    Subscriber,
    Subscription,
)
from chat_tui.server.realtime.frames import notification_frame
from chat_tui.server.realtime.replay_queries import ReplayRange, missed_events, replay_range, summarised
from chat_tui.server.store.retry import retry_until_stored
from chat_tui.server.store.transaction import Reader

T = TypeVar("T")

START_STEP = 20
"""Objects looked up at a time; others are served in between."""

OBJECT_SECONDS = 0.0001
"""What looking one up takes of its user's time."""

Asked = tuple[SubscriptionRequest, Subscription]


class Store(Protocol):
    def read(self, query: Callable[[Reader], T]) -> Awaitable[T]: ...


class Replayer:
    """Reads for one subscription at a time what it has missed; once nothing is left it is live."""

    def __init__(self, store: Store, followers: Followers) -> None:
        self._store = store
        self._followers = followers

    async def start(self, subscriber: Subscriber, fresh: Sequence[Asked], correlation_id: int) -> None:
        """Look the objects up, and bring each to where it is, or say why it may not be followed."""
        for asked in in_steps(fresh, START_STEP):
            found = await self._read(
                subscriber,
                lambda reader: [
                    replay_range(reader, subscriber.actor, request, subscription.interrupted_at)
                    for request, subscription in asked  # noqa: B023
                ],
            )
            subscriber.share.used += len(asked) * OBJECT_SECONDS
            for (request, subscription), told in zip(asked, found, strict=True):
                if isinstance(told, ChatError):
                    self._followers.drop_if_current(subscription)
                    await tell_failed(subscriber, request, told, correlation_id)
                else:
                    await self._begin(subscription, request, told, correlation_id)

    async def _begin(
        self, subscription: Subscription, request: SubscriptionRequest, known: ReplayRange, correlation_id: int
    ) -> None:
        status = ReplayStatus.COMPLETED
        if request.last_event_id is None:
            subscription.position = known.head
        elif not known.floor <= subscription.position <= known.head:
            if known.asks_again:
                await self._summarise(subscription)
            else:
                status = ReplayStatus.INTERRUPTED
                subscription.interrupted_at = subscription.position
            subscription.position = known.head
        await self.catch_up(subscription, nothing_new=subscription.position == known.head)
        if self._followers.is_current(subscription):
            event = SubscriptionEvent(
                object_sid=subscription.object_sid,
                object_type=subscription.object_type.value,
                replay_status=status.value,
                last_event_id=subscription.position,
            )
            await _tell(subscription.subscriber, EventType.SUBSCRIPTION_ESTABLISHED, event, correlation_id)

    async def _summarise(self, subscription: Subscription) -> None:
        """What is there stands in for what cannot be replayed."""
        subscriber = subscription.subscriber
        sid, position = subscription.object_sid, subscription.position
        for payload in await self._read(subscriber, lambda reader: summarised(reader, subscriber.actor, sid, position)):
            if self._followers.is_current(subscription):
                await subscriber.send(notification_frame(payload))

    async def catch_up(self, subscription: Subscription, *, nothing_new: bool = False) -> None:
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
                if not self._followers.is_current(subscription):
                    return
                await subscriber.send(notification_frame(event.notification))
                subscription.position = event.id
            if not events:
                break  # all was told; or what was published is in no log: the object went away with it
        subscription.is_live = True

    async def _read(self, subscriber: Subscriber, query: Callable[[Reader], T]) -> T:
        """In the user's turn, and not before what is read can be written. A replay is only put off by a store that
        cannot read, as long as somebody waits for it."""

        async def read() -> T:
            if not self._followers.is_there(subscriber):
                raise ConnectionResetError("the connection is gone")
            async with subscriber.reading():
                return await self._store.read(query)

        return await retry_until_stored(read, "a replay", unless=(ConnectionError,))


async def tell_failed(
    subscriber: Subscriber, request: SubscriptionRequest, error: ChatError, correlation_id: int
) -> None:
    """The object cannot be followed, or no more."""
    event = SubscriptionEvent(
        object_sid=request.object_sid,
        object_type=request.object_type.value,
        error={"status": error.status, "code": error.code, "message": error.message},
    )
    await _tell(subscriber, EventType.SUBSCRIPTION_FAILED, event, correlation_id)


async def tell_refused(subscriber: Subscriber, refused: Sequence[SubscriptionRequest], correlation_id: int) -> None:
    """These are too many."""
    refusal = TooManyRequests(
        f"At most {MAX_PER_CONNECTION} subscriptions of a connection, {MAX_PER_USER} of a user: cancel some first",
        Code.SUBSCRIPTION_LIMIT,
    )
    for some in in_steps(refused, START_STEP):
        for request in some:
            await tell_failed(subscriber, request, refusal, correlation_id)
        await asyncio.sleep(0)


async def tell_cancelled(subscriber: Subscriber, wanted: Sequence[SubscriptionRequest], correlation_id: int) -> None:
    """These are followed no more, as was asked."""
    for number, request in enumerate(wanted, 1):
        event = SubscriptionEvent(object_sid=request.object_sid, object_type=request.object_type.value)
        await _tell(subscriber, EventType.SUBSCRIPTION_CANCELED, event, correlation_id)
        if number % START_STEP == 0:
            await asyncio.sleep(0)


async def _tell(subscriber: Subscriber, event_type: EventType, event: SubscriptionEvent, correlation_id: int) -> None:
    await subscriber.send(
        notification_frame(to_json(SubscriptionNotification(event_type.value, event, correlation_id)))
    )


def in_steps(items: Sequence[T], step: int) -> Iterator[Sequence[T]]:
    return (items[start : start + step] for start in range(0, len(items), step))
