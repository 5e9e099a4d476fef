"""What happened, told to whoever must know: a hint, the store is the truth."""

import logging
from collections.abc import Callable
from typing import Any

import msgspec

_log = logging.getLogger(__name__)

Listener = Callable[[list[Any]], None]


class EventPublished(msgspec.Struct, frozen=True):
    """A Sync event was committed; ``notification`` is the payload every subscriber gets."""

    object_sid: str
    id: int
    notification: bytes


class AccessRevoked(msgspec.Struct, frozen=True):
    """A user may no longer follow these objects."""

    user_sid: str
    object_sids: tuple[str, ...]


class ObjectsRemoved(msgspec.Struct, frozen=True):
    """These objects are gone; their last event was published before."""

    object_sids: tuple[str, ...]


class TypingPublished(msgspec.Struct, frozen=True):
    """Somebody is typing; ``payload`` goes to every connection of these users."""

    user_sids: tuple[str, ...]
    payload: bytes


class UserGone(msgspec.Struct, frozen=True):
    user_sid: str


class KeyRevoked(msgspec.Struct, frozen=True):
    key_sid: str


class ServiceGone(msgspec.Struct, frozen=True):
    service_sid: str


class ClockSet(msgspec.Struct, frozen=True):
    """The wall clock was set, or the machine slept: whoever waits for a time looks at the clock again."""


class Bus:
    """Listeners in this process, called in the event loop right after a commit."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def publish(self, items: list[Any]) -> None:
        """Every listener hears it, whatever another one does: a revocation must not be lost on the way."""
        for listener in self._listeners:
            try:
                listener(items)
            except Exception:
                _log.exception("a listener failed")
