"""Messages on their way: in order per channel, one unacknowledged at a time, each under an id of its own."""

import asyncio
import random
import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from chat_tui.client.model import Message, PendingMessage, SendState
from chat_tui.protocol.errors import ChatError, TooManyRequests, TransportError, Unavailable

RETRY_CAP = 30.0
"""Seconds between two tries on a live link, at most."""

LET_GO = 0.05
"""Seconds to leave a broken link alone."""

_TEMPORARY = (500, 502, 503, 504)


class Receipt(msgspec.Struct, frozen=True):
    """Where the service stored a message."""

    sid: str
    index: int


Send = Callable[[PendingMessage], Awaitable[Receipt]]


class Outbox:
    """``send`` hands one message to the service; ``on_change`` hears of each step; ``connected`` waits for a link."""

    def __init__(
        self,
        send: Send,
        connected: Callable[[], Awaitable[Any]],
        on_change: Callable[[PendingMessage], None],
        *,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._send = send
        self._connected = connected
        self._on_change = on_change
        self._sleep = sleep
        self._now = now
        self._queues: dict[str, deque[PendingMessage]] = {}
        self._failed: dict[str, PendingMessage] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._receipts: dict[str, asyncio.Future[Receipt]] = {}

    def submit(self, channel_sid: str, body: str, attributes: str = "{}") -> PendingMessage:
        """Queue a message. It is shown at once, and sent as soon as there is a link."""
        pending = PendingMessage(secrets.token_hex(16), channel_sid, body, self._now(), attributes=attributes)
        self._queues.setdefault(channel_sid, deque()).append(pending)
        if channel_sid not in self._workers:
            self._workers[channel_sid] = asyncio.create_task(self._work(channel_sid))
        return pending

    def receipt(self, pending: PendingMessage) -> "asyncio.Future[Receipt]":
        """Done when the service acknowledged; fails with the refusal."""
        return self._receipts.setdefault(pending.mutation_id, asyncio.get_running_loop().create_future())

    def of(self, channel_sid: str) -> list[PendingMessage]:
        """What is not sent yet, in order; what failed comes first."""
        failed = [pending for pending in self._failed.values() if pending.channel_sid == channel_sid]
        return failed + [p for p in self._queues.get(channel_sid, ()) if p.state is not SendState.SENT]

    def count(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    def recognise(self, message: Message) -> None:
        """A message of one's own arrived, perhaps before its acknowledgement: then it is no longer on its way."""
        queue = self._queues.get(message.channel_sid)
        if not queue:
            return
        head = queue[0]
        if head.state is SendState.SENDING and (head.body, head.attributes) == (message.body, message.attributes):
            self._update(queue, state=SendState.SENT, index=message.index)

    async def close(self) -> None:
        for worker in self._workers.values():
            worker.cancel()
        await asyncio.gather(*self._workers.values(), return_exceptions=True)

    def _update(self, queue: deque[PendingMessage], **changes: Any) -> None:
        queue[0] = msgspec.structs.replace(queue[0], **changes)
        self._on_change(queue[0])

    async def _work(self, channel_sid: str) -> None:
        queue = self._queues[channel_sid]
        tries = 0
        while queue:
            await self._connected()
            if queue[0].state is SendState.QUEUED:
                self._update(queue, state=SendState.SENDING)
            tries += 1
            try:
                receipt = await self._send(queue[0])
            except TransportError:  # the next link sends it again, under the same id
                await self._sleep(LET_GO)  # until everybody knows that this one is gone
                continue
            except (TooManyRequests, Unavailable) as error:
                await self._pause(tries, getattr(error, "retry_after", 0.0))
                continue
            except ChatError as error:
                if error.status in _TEMPORARY:
                    await self._pause(tries, 0.0)
                    continue
                self._refuse(queue, error)
            else:
                self._acknowledge(queue, receipt)
            tries = 0
        del self._workers[channel_sid], self._queues[channel_sid]

    async def _pause(self, tries: int, at_least: float) -> None:
        jitter = random.uniform(0, min(RETRY_CAP, 0.25 * 2.0 ** min(tries, 10)))  # noqa: S311 - spreads load
        await self._sleep(max(at_least, jitter))

    def _acknowledge(self, queue: deque[PendingMessage], receipt: Receipt) -> None:
        if queue[0].state is not SendState.SENT:
            self._update(queue, state=SendState.SENT, index=receipt.index)
        done = queue.popleft()
        waiting = self._receipts.pop(done.mutation_id, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(receipt)

    def _refuse(self, queue: deque[PendingMessage], error: ChatError) -> None:
        self._update(queue, state=SendState.FAILED, error=error.message)
        failed = queue.popleft()
        self._failed[failed.mutation_id] = failed
        waiting = self._receipts.pop(failed.mutation_id, None)
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)
