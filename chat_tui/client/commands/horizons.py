"""Reports how far one has read: at most once a second per channel, and at once when asked to (guarantees, Reachability
11)."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from chat_tui.client.link.backoff import Backoff
from chat_tui.client.model import Channel
from chat_tui.protocol.defaults import HORIZON_EVERY
from chat_tui.protocol.errors import ChatError, TooManyRequests, TransportError
from chat_tui.tasks import Tasks

_log = logging.getLogger(__name__)


class Horizons:
    """``report`` tells the service; a horizon only advances here."""

    def __init__(
        self,
        report: Callable[[Channel, int], Awaitable[object]],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._report = report
        self._clock = clock
        self._sleep = sleep
        self._wanted: dict[str, tuple[Channel, int]] = {}
        self._reported_at: dict[str, float] = {}
        self._backoff = Backoff()
        self._tasks = Tasks()
        self._running: asyncio.Task[None] | None = None

    def advance(self, channel: Channel, index: int) -> None:
        """One has read up to ``index``."""
        if index <= (-1 if channel.last_consumed_message_index is None else channel.last_consumed_message_index):
            return
        known = self._wanted.get(channel.sid)
        if known is None or known[1] < index:
            self._wanted[channel.sid] = (channel, index)
        self.resume()

    async def _run(self) -> None:
        while self._wanted:
            now = self._clock()
            due = {sid: self._reported_at.get(sid, now - HORIZON_EVERY) + HORIZON_EVERY for sid in self._wanted}
            earliest = min(due.values())
            if earliest > now:
                await self._sleep(earliest - now)
                continue
            try:
                await self._tell([sid for sid, when in due.items() if when <= now])
            except TransportError:
                return  # `resume` goes on
            except ChatError:
                await self._sleep(self._backoff.next_delay())

    async def _tell(self, sids: list[str]) -> None:
        """Raises the ChatError of what is to be told again."""
        for sid in sids:
            wanted = self._wanted.pop(sid, None)
            if wanted is None:
                continue
            self._reported_at[sid] = self._clock()
            try:
                await self._report(*wanted)
            except ChatError as error:
                if not isinstance(error, TransportError | TooManyRequests) and error.status < 500:
                    continue  # no longer a member: nobody counts
                if self._wanted.get(sid, wanted)[1] <= wanted[1]:
                    self._wanted[sid] = wanted
                raise
            except Exception:
                _log.exception("a horizon could not be told")

    async def flush(self) -> None:
        """Report everything now: at a blur, a switch, a quit. What a broken link prevents waits for `resume`."""
        try:
            await self._tell(list(self._wanted))
        except ChatError:
            return

    def resume(self) -> None:
        """There is a link again."""
        if self._wanted and (self._running is None or self._running.done()):
            self._running = self._tasks.spawn(self._run(), "telling how far one has read")

    async def close(self) -> None:
        await self._tasks.close()
