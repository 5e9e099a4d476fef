"""What happens, as typed values in the past tense (contract R25, 6.1). Reasons are `UpdateReason`s: what really
changed, never empty."""

import asyncio
import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable

import msgspec

from chat_tui.client.model import Channel, ConnectionState, Member, Message, PendingMessage, Reasons, User


class Event(msgspec.Struct, frozen=True):
    pass


class ConnectionChanged(Event, frozen=True):
    state: ConnectionState


class ClientUpdated(Event, frozen=True):
    """``update_reasons`` holds reachabilityEnabled when the feature was switched."""

    update_reasons: Reasons


class UserUpdated(Event, frozen=True):
    user: User
    update_reasons: Reasons


class UserSubscribed(Event, frozen=True):
    user: User


class UserUnsubscribed(Event, frozen=True):
    user: User


class UserDeleted(Event, frozen=True):
    """A user who was followed is gone from the service."""

    user: User


class ChannelJoined(Event, frozen=True):
    channel: Channel


class ChannelInvited(Event, frozen=True):
    channel: Channel


class ChannelLeft(Event, frozen=True):
    """The membership, or the invitation, is gone."""

    channel: Channel


class ChannelUpdated(Event, frozen=True):
    channel: Channel
    update_reasons: Reasons


class ChannelReloaded(Event, frozen=True):
    """Too much was missed to be replayed: messages and members were read anew."""

    channel: Channel


class MemberJoined(Event, frozen=True):
    channel: Channel
    member: Member


class MemberLeft(Event, frozen=True):
    channel: Channel
    member: Member


class MemberUpdated(Event, frozen=True):
    channel: Channel
    member: Member
    update_reasons: Reasons


class MessageAdded(Event, frozen=True):
    channel: Channel
    message: Message


class MessageUpdated(Event, frozen=True):
    channel: Channel
    message: Message
    update_reasons: Reasons


class MessageRemoved(Event, frozen=True):
    channel: Channel
    message: Message


class TypingStarted(Event, frozen=True):
    channel: Channel
    identity: str


class TypingEnded(Event, frozen=True):
    channel: Channel
    identity: str


class PendingMessageUpdated(Event, frozen=True):
    pending: PendingMessage


class OutboxNotKept(Event, frozen=True):
    """The disk does not take what is written: until it does, it is in memory only, and quitting loses it."""

    reason: str


class DamageSetAside(Event, frozen=True):
    """Something this client kept on disk was damaged: what it was, and where it is now. The rest goes on."""

    what: str


class WorkFailed(Event, frozen=True):
    """An error nobody thought of, in work done in the background; the log says more. The client goes on."""

    name: str
    reason: str


class TokenAboutToExpire(Event, frozen=True):
    pass


class TokenExpired(Event, frozen=True):
    pass


class Resynchronise(Event, frozen=True):
    """This consumer was too slow and lost events: read the client's state anew."""


MAX_WAITING = 50_000
"""Events one consumer may leave unread (guarantees, Bounds 8)."""


class EventStream(AsyncIterator[Event]):
    """One consumer's events, in order."""

    def __init__(self, limit: int = MAX_WAITING) -> None:
        self._limit = limit
        self._waiting: deque[Event] = deque()
        self._news = asyncio.Event()
        self._is_closed = False

    def put(self, event: Event) -> None:
        """Over the limit, everything waiting gives way to one Resynchronise."""
        if self._is_closed:
            return
        if len(self._waiting) >= self._limit:
            self._waiting.clear()
            self._waiting.append(Resynchronise())
        self._waiting.append(event)
        self._news.set()

    def close(self) -> None:
        """What waits can still be read; nothing more comes."""
        self._is_closed = True
        self._news.set()

    async def batch(self) -> list[Event]:
        """Everything that waits, at least one event. Raises StopAsyncIteration once the client is closed."""
        while not self._waiting:
            if self._is_closed:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        found = list(self._waiting)
        self._waiting.clear()
        return found

    def __aiter__(self) -> "EventStream":
        return self

    async def __anext__(self) -> Event:
        while not self._waiting:
            if self._is_closed:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()


class EventStreams:
    """Every consumer's stream, for as long as the consumer holds it."""

    def __init__(self) -> None:
        self._streams: weakref.WeakSet[EventStream] = weakref.WeakSet()
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._streams)

    def open(self) -> EventStream:
        stream = EventStream()
        if self._is_closed:
            stream.close()
        else:
            self._streams.add(stream)
        return stream

    def emit(self, event: Event) -> None:
        for stream in self._streams:
            stream.put(event)

    def close(self) -> None:
        self._is_closed = True
        for stream in self._streams:
            stream.close()


MAX_REASON = 200
"""Characters of what is said of an error."""


class FaultEvents:
    """What goes wrong behind an application's back, told as events."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit

    def outbox_not_kept(self, reason: str) -> None:
        self._emit(OutboxNotKept(reason))

    def damage_set_aside(self, what: str) -> None:
        self._emit(DamageSetAside(what))

    def work_failed(self, name: str, error: BaseException) -> None:
        self._emit(WorkFailed(name, f"{type(error).__name__}: {error}"[:MAX_REASON]))
