"""Channels the own map has and nothing else is known of: asked for until they are known, or no longer in the map."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from chat_tui.client.link.backoff import Backoff
from chat_tui.client.ports import Spawn
from chat_tui.protocol.errors import ChatError

DESCRIBED_AT_ONCE = 8
"""Channels asked about at a time."""

_log = logging.getLogger(__name__)


class MissingChannels:
    """``is_missing``: whether a channel is still to be asked for, and can be; ``add`` asks. Raises nothing."""

    def __init__(
        self,
        is_missing: Callable[[str], bool],
        add: Callable[[str], Awaitable[None]],
        spawn: Spawn,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._is_missing = is_missing
        self._add = add
        self._spawn = spawn
        self._sleep = sleep
        self._fetching: set[str] = set()
        self._slots = asyncio.Semaphore(DESCRIBED_AT_ONCE)

    def fetch(self, sid: str) -> None:
        if sid not in self._fetching:
            self._fetching.add(sid)
            self._spawn(self._fetch(sid), "a channel that is to be known")

    async def _fetch(self, sid: str) -> None:
        backoff = Backoff()
        try:
            while self._is_missing(sid):
                async with self._slots:
                    if not self._is_missing(sid):
                        return
                    try:
                        await self._add(sid)
                    except ChatError as error:
                        _log.warning("a channel cannot be known yet: %s", error.message)
                if self._is_missing(sid):
                    await self._sleep(backoff.next_delay())
        finally:
            self._fetching.discard(sid)
