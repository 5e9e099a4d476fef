"""Messages on their way: in order per channel, one unacknowledged at a time, each under an id of its own (guarantees,
Send 7)."""

import asyncio
import logging
import random
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from chat_tui.client.commands.outbox_writer import OutboxStore, OutboxWriter
from chat_tui.client.link.answers import InvalidAnswer
from chat_tui.client.model import Message, PendingMessage, SendState
from chat_tui.protocol.encoding import whole
from chat_tui.protocol.errors import ChatError, Code, Conflict, NotFound, TooManyRequests, TransportError, Unavailable
from chat_tui.tasks import Tasks, shared

RETRY_CAP = 30.0
"""Seconds between two tries on a live link, at most."""

LET_GO = 0.05
"""Seconds to leave a broken link alone."""

GIVE_UP_AFTER = 24 * 3600.0
"""Seconds of tries on a live link; waiting for a link does not age a message (guarantees, Send 4)."""

MAX_ODD = 8
"""Answers to one message that make no sense, or errors of this program, before it is set aside as failed: it may be
stored, so that nobody sends it again but under its id."""

_TEMPORARY = (500, 502, 503, 504)

_log = logging.getLogger(__name__)


class Receipt(msgspec.Struct, frozen=True):
    """Where the service stored a message."""

    sid: str
    index: int


Send = Callable[[PendingMessage], Awaitable[Receipt]]


class _Head(msgspec.Struct):
    """What was tried for the first message of a queue: ``spent`` in seconds."""

    mutation_id: str = ""
    tries: int = 0
    odd: int = 0
    spent: float = 0.0

    def is_about(self, pending: PendingMessage) -> None:
        """Count anew for another message."""
        if pending.mutation_id != self.mutation_id:
            self.mutation_id, self.tries, self.odd, self.spent = pending.mutation_id, 0, 0, 0.0


class Outbox:
    """``send`` hands one message to the service; ``connected`` waits for a link; ``on_change`` hears of each step, and
    ``on_not_kept`` why the disk does not take what is written. If it ``is_durable``, nothing is sent before `write_to`
    has been told where it is written to first."""

    def __init__(
        self,
        send: Send,
        connected: Callable[[], Awaitable[Any]],
        on_change: Callable[[PendingMessage], None],
        on_not_kept: Callable[[str], None] = lambda _: None,
        *,
        is_durable: bool = False,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._send = send
        self._connected = connected
        self._on_change = on_change
        self._sleep = sleep
        self._now = now
        self._steady = steady
        self._is_closed = False
        self._tasks = Tasks()
        self._writer = OutboxWriter(on_not_kept, is_durable=is_durable)
        self._queues: dict[str, deque[PendingMessage]] = {}
        self.failed: dict[str, PendingMessage] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._receipts: dict[str, asyncio.Future[Receipt]] = {}

    # ---- what the writer does

    def submit(self, channel_sid: str, body: str, attributes: str = "{}") -> PendingMessage:
        """Queue a message. It is shown at once, kept, and sent as soon as there is a link. Raises Unavailable when this
        outbox is closed: nobody would send it."""
        if self._is_closed:
            raise Unavailable("this client is closed: it sends nothing more", Code.UNAVAILABLE)
        body, attributes = whole(body), whole(attributes)
        pending = PendingMessage(secrets.token_hex(16), channel_sid, body, self._now(), attributes=attributes)
        self._enqueue(pending)
        return pending

    def receipt(self, pending: PendingMessage) -> "asyncio.Future[Receipt]":
        """Done when the service acknowledged; fails with the refusal, and when the message is taken back, or the client
        is closed before it knows. Raises NotFound for one that is not on its way."""
        queued = any(known.mutation_id == pending.mutation_id for queue in self._queues.values() for known in queue)
        if not queued and pending.mutation_id not in self._receipts:
            raise NotFound("this message is not on its way", Code.NOT_FOUND)
        known = self._receipts.setdefault(pending.mutation_id, asyncio.get_running_loop().create_future())
        return shared(known)

    def retry(self, mutation_id: str) -> None:
        """Send a failed message once more, under the same id, behind what waits. Raises NotFound."""
        failed = self.failed.pop(mutation_id, None)
        if failed is None:
            raise NotFound("this message has not failed", Code.NOT_FOUND)
        again = msgspec.structs.replace(failed, state=SendState.QUEUED, error=None)
        self._writer.rewrite(again)
        self._enqueue(again)
        self._on_change(again)

    def discard(self, mutation_id: str) -> PendingMessage:
        """Take back a message that failed or still waits; the message that is gone. Raises Conflict for one that is
        being sent: the service may have it already."""
        found = self.failed.pop(mutation_id, None)
        if found is None:
            found = self._take_from_queue(mutation_id)
        self._writer.forget(found.mutation_id)
        self._fail_receipt(found, Conflict("this message was taken back", Code.CONFLICT))
        self._on_change(found)
        return found

    def _take_from_queue(self, mutation_id: str) -> PendingMessage:
        for queue in self._queues.values():
            for pending in queue:
                if pending.mutation_id == mutation_id:
                    if pending.state is not SendState.QUEUED:
                        raise Conflict("this message is being sent: it can't be taken back", Code.CONFLICT)
                    queue.remove(pending)
                    return pending
        raise NotFound("this message is not on its way", Code.NOT_FOUND)

    def unsent_in(self, channel_sid: str) -> list[PendingMessage]:
        """What is not sent yet, in order; what failed comes first."""
        return [pending for pending in self.unsent() if pending.channel_sid == channel_sid]

    def unsent(self) -> list[PendingMessage]:
        """What is not sent yet of all channels; what failed comes first."""
        queued = (pending for queue in self._queues.values() for pending in queue)
        return [*self.failed.values(), *(pending for pending in queued if pending.state is not SendState.SENT)]

    def recognise(self, message: Message) -> None:
        """A message of one's own arrived, perhaps before its acknowledgement: then it is no longer on its way."""
        queue = self._queues.get(message.channel_sid)
        if not queue:
            return
        head = queue[0]
        if head.state is SendState.SENDING and (head.body, head.attributes) == (message.body, message.attributes):
            self._update(queue, state=SendState.SENT, index=message.index)

    # ---- on disk

    async def write_to(self, store: OutboxStore) -> None:
        """Write to ``store`` from now on, and send what it holds from earlier, before anything newer."""
        left = await self._writer.begin(store)
        self._restore(left)
        for pending in self.unsent():
            self._writer.write(pending)
        self._writer.is_open.set()

    def rewrite_all(self) -> None:
        """What was on disk is perhaps no longer there."""
        for pending in self.unsent():
            self._writer.rewrite(pending)

    def go_without_store(self, reason: str) -> None:
        """Send without a store, and say why there is none."""
        self._writer.go_without_store(reason)

    def _restore(self, left: list[PendingMessage]) -> None:
        for pending in left:
            if pending.state is SendState.FAILED:
                self.failed[pending.mutation_id] = pending
        older: dict[str, list[PendingMessage]] = {}
        for pending in left:
            if pending.state is not SendState.FAILED:
                older.setdefault(pending.channel_sid, []).append(pending)
        for channel_sid, messages in older.items():
            queue = self._queues.setdefault(channel_sid, deque())
            queue.extendleft(reversed(messages))
            self._start(channel_sid)
        for pending in left:
            self._on_change(pending)

    async def flush(self) -> None:
        """Return once the disk has what was written so far, if there is a store."""
        await self._writer.settle(self.unsent())

    async def close(self) -> None:
        """Stop sending; what is not sent is on disk when this returns."""
        self._is_closed = True
        await self._tasks.close()
        for receipt in self._receipts.values():
            if not receipt.done():
                receipt.set_exception(TransportError("the client was closed first", Code.UNAVAILABLE))
                receipt.exception()  # seen, should nobody wait
        if self._writer.has_store:
            await self.flush()

    # ---- sending

    def _enqueue(self, pending: PendingMessage) -> None:
        self._queues.setdefault(pending.channel_sid, deque()).append(pending)
        self._start(pending.channel_sid)
        self._writer.write(pending)

    def _start(self, channel_sid: str) -> None:
        if channel_sid not in self._workers:
            self._workers[channel_sid] = self._tasks.spawn(self._work(channel_sid), "sending")

    def _update(self, queue: deque[PendingMessage], **changes: Any) -> None:
        queue[0] = msgspec.structs.replace(queue[0], **changes)
        self._on_change(queue[0])

    async def _work(self, channel_sid: str) -> None:
        queue, head = self._queues[channel_sid], _Head()
        try:
            while queue:
                try:
                    await self._step(queue, head)
                except Exception:  # a fault of ours, which must not keep what is written behind it for ever
                    _log.exception("a message could not be handled")
                    await self._odd(queue, head, "an error in this program")
            del self._queues[channel_sid]
        finally:
            del self._workers[channel_sid]

    async def _step(self, queue: deque[PendingMessage], head: "_Head") -> None:
        """One try to be done with the first of the queue."""
        await self._writer.is_open.wait()
        if not queue:
            return
        if (writing := self._writer.write(queue[0])) is not None:
            await asyncio.wait([writing])
        await self._connected()
        if not queue:
            return  # taken back meanwhile
        head.is_about(queue[0])
        if queue[0].state is SendState.QUEUED:
            self._update(queue, state=SendState.SENDING)
        head.tries, began = head.tries + 1, self._steady()
        if await self._try(queue, head):
            return
        head.spent += self._steady() - began
        if head.spent > GIVE_UP_AFTER:
            self._refuse(queue, Unavailable("the service did not take it for a day", Code.UNAVAILABLE))

    async def _try(self, queue: deque[PendingMessage], head: "_Head") -> bool:
        """Whether the head is done with: acknowledged, or refused for good."""
        try:
            receipt = await self._send(queue[0])
        except TransportError:  # the next link sends it again, under the same id
            await self._sleep(LET_GO)  # until everybody knows that this one is gone
            return False
        except (TooManyRequests, Unavailable) as error:
            await self._pause(head.tries, getattr(error, "retry_after", 0.0))
            return False
        except InvalidAnswer as error:
            return await self._odd(queue, head, error.message)
        except ChatError as error:
            if error.status in _TEMPORARY:
                await self._pause(head.tries, 0.0)
                return False
            self._refuse(queue, error)
        else:
            self._acknowledge(queue, receipt)
        return True

    async def _odd(self, queue: deque[PendingMessage], head: "_Head", reason: str) -> bool:
        """Nobody knows whether it is stored. Under its id it can be sent again without harm, but not for ever."""
        head.odd += 1
        if head.odd < MAX_ODD:
            await self._pause(head.tries, 0.0)
            return False
        if queue:
            self._refuse(queue, InvalidAnswer(f"it may have been sent: {reason}", Code.INTERNAL))
        return True

    async def _pause(self, tries: int, at_least: float) -> None:
        jitter = random.uniform(0, min(RETRY_CAP, 0.25 * 2.0 ** min(tries, 10)))  # noqa: S311 - spreads load
        await self._sleep(max(min(at_least, RETRY_CAP), jitter))

    def _acknowledge(self, queue: deque[PendingMessage], receipt: Receipt) -> None:
        if queue[0].state is not SendState.SENT:
            self._update(queue, state=SendState.SENT, index=receipt.index)
        done = queue.popleft()
        self._writer.forget(done.mutation_id)
        waiting = self._receipts.pop(done.mutation_id, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(receipt)

    def _refuse(self, queue: deque[PendingMessage], error: ChatError) -> None:
        self._update(queue, state=SendState.FAILED, error=error.message)
        failed = queue.popleft()
        self.failed[failed.mutation_id] = failed
        self._writer.rewrite(failed)
        self._fail_receipt(failed, error)

    def _fail_receipt(self, pending: PendingMessage, error: ChatError) -> None:
        waiting = self._receipts.pop(pending.mutation_id, None)
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)
