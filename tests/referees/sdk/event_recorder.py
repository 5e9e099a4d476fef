"""A recorder of events, and a way to wait for one."""

import asyncio
from collections.abc import Callable
from typing import Any

Event = dict[str, Any]

WITHIN = 15.0
"""Seconds an answer or an event may take."""


class EventRecorder:
    """``events``: what was seen so far, in order."""

    def __init__(self, identity: str) -> None:
        self.identity = identity
        self.events: list[Event] = []
        self._news = asyncio.Event()

    def record(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def see(self, event: str, when: Callable[[Event], bool] = lambda _: True) -> Event:
        """The first such event, past or to come. Raises AssertionError with what was seen instead."""
        try:
            async with asyncio.timeout(WITHIN):
                while True:
                    for seen in self.events:
                        if seen["event"] == event and when(seen):
                            return seen
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{self.identity} saw no such {event}: {self.events}") from None

    def seen(self, event: str, **wanted: Any) -> int:
        """How many such events there were so far."""
        pattern = {"event": event, **wanted}
        return sum(all(found.get(name) == value for name, value in pattern.items()) for found in self.events)

    def forget(self) -> None:
        """Start anew: `see` finds only what happens from now on."""
        self.events.clear()
