"""Who follows which object, and how far each has got (guarantees, Bounds 5)."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from chat_tui.protocol.sync import SubscriptionRequest
from chat_tui.server.network.share import Share
from chat_tui.server.operations.actors import ClientActor

MAX_PER_CONNECTION = 2000
MAX_PER_USER = 8000


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


class Followers:
    """Every connection's subscriptions, by object, and the connections of every user. ``by_object`` is for whoever
    delivers; it is changed here only."""

    def __init__(self) -> None:
        self.by_object: dict[str, dict[Subscriber, Subscription]] = {}
        self._by_subscriber: dict[Subscriber, dict[str, Subscription]] = {}
        self._by_user: dict[str, set[Subscriber]] = defaultdict(set)

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

    def is_there(self, subscriber: Subscriber) -> bool:
        """Whether the connection was admitted, and has not been dismissed."""
        return subscriber in self._by_subscriber

    def of_user(self, user_sid: str) -> Iterator[Subscriber]:
        return iter(self._by_user.get(user_sid, ()))

    def of_object(self, object_sid: str) -> list[Subscription]:
        return list(self.by_object.get(object_sid, {}).values())

    def follow(self, subscriber: Subscriber, request: SubscriptionRequest) -> Subscription | None:
        """A new subscription, in place of an earlier one to the same object; ``None`` when there are too many."""
        own = self._by_subscriber[subscriber]
        before = own.get(request.object_sid)
        if before is None and not (len(own) < MAX_PER_CONNECTION and subscriber.share.subscriptions < MAX_PER_USER):
            return None
        subscription = Subscription(subscriber, request)
        if before is None:
            subscriber.share.subscriptions += 1
        else:
            subscription.interrupted_at = before.interrupted_at
        own[request.object_sid] = subscription
        self.by_object.setdefault(request.object_sid, {})[subscriber] = subscription
        return subscription

    def is_current(self, subscription: Subscription) -> bool:
        """Whether it was neither dropped nor replaced."""
        return self.by_object.get(subscription.object_sid, {}).get(subscription.subscriber) is subscription

    def drop(self, subscriber: Subscriber, object_sid: str) -> None:
        """The connection follows the object no more."""
        self._forget(subscriber, object_sid)
        if self._by_subscriber.get(subscriber, {}).pop(object_sid, None) is not None:
            subscriber.share.subscriptions -= 1

    def drop_if_current(self, subscription: Subscription) -> None:
        if self.is_current(subscription):
            self.drop(subscription.subscriber, subscription.object_sid)

    def _forget(self, subscriber: Subscriber, object_sid: str) -> None:
        followers = self.by_object.get(object_sid)
        if followers is not None:
            followers.pop(subscriber, None)
            if not followers:
                del self.by_object[object_sid]
