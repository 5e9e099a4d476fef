"""What is written and not acknowledged yet: a queue for each channel, and what failed until somebody decides."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from chat_tui.client.commands.channel_sender import ChannelSender, Send, Sending
from chat_tui.client.commands.outbox_writer import OutboxStore, OutboxWriter
from chat_tui.client.model import Message, PendingMessage, Receipt, SendState
from chat_tui.protocol.encoding import replace_surrogates
from chat_tui.protocol.errors import ChatError, Code, Conflict, NotFound, TransportError, Unavailable
from chat_tui.tasks import Tasks, shared


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
        self._sending = Sending(send, connected, sleep, steady, on_change, self._on_acknowledged, self._on_refused)
        self._on_change = on_change
        self._now = now
        self._is_closed = False
        self._tasks = Tasks()
        self._writer = OutboxWriter(on_not_kept, is_durable=is_durable)
        self._senders: dict[str, ChannelSender] = {}
        self._running: set[str] = set()
        self.failed: dict[str, PendingMessage] = {}
        self._receipts: dict[str, asyncio.Future[Receipt]] = {}

    # ---- what the writer does

    def submit(self, channel_sid: str, body: str, attributes: str = "{}") -> PendingMessage:
        """Queue a message. It is shown at once, kept, and sent as soon as there is a link. Raises Unavailable when this
        outbox is closed: nobody would send it."""
        if self._is_closed:
            raise Unavailable("this client is closed: it sends nothing more", Code.UNAVAILABLE)
        body, attributes = replace_surrogates(body), replace_surrogates(attributes)
        pending = PendingMessage(secrets.token_hex(16), channel_sid, body, self._now(), attributes=attributes)
        self._enqueue(pending)
        return pending

    def receipt(self, pending: PendingMessage) -> "asyncio.Future[Receipt]":
        """Done when the service acknowledged; fails with the refusal, and when the message is taken back, or the client
        is closed before it knows. Raises NotFound for one that is not on its way."""
        is_queued = any(known.mutation_id == pending.mutation_id for known in self._queued())
        if not is_queued and pending.mutation_id not in self._receipts:
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
        for sender in self._senders.values():
            found = found or sender.take_back(mutation_id)
        if found is None:
            raise NotFound("this message is not on its way", Code.NOT_FOUND)
        self._writer.forget(found.mutation_id)
        self._fail_receipt(found, Conflict("this message was taken back", Code.CONFLICT))
        self._on_change(found)
        return found

    def unsent_in(self, channel_sid: str) -> list[PendingMessage]:
        """What is not sent yet, in order; what failed comes first."""
        return [pending for pending in self.unsent() if pending.channel_sid == channel_sid]

    def unsent(self) -> list[PendingMessage]:
        """What is not sent yet of all channels; what failed comes first."""
        waiting = (pending for pending in self._queued() if pending.state is not SendState.SENT)
        return [*self.failed.values(), *waiting]

    def _queued(self) -> Iterator[PendingMessage]:
        for sender in self._senders.values():
            yield from sender.messages

    def recognise(self, message: Message) -> None:
        """A message of one's own arrived, perhaps before its acknowledgement: then it is no longer on its way."""
        sender = self._senders.get(message.channel_sid)
        if sender is not None:
            sender.recognise(message)

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
            self._sender(channel_sid).put_first(messages)
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
        self._sender(pending.channel_sid).messages.append(pending)
        self._writer.write(pending)

    def _sender(self, channel_sid: str) -> ChannelSender:
        """What sends a channel's, and does so from now on."""
        sender = self._senders.get(channel_sid)
        if sender is None:
            sender = self._senders[channel_sid] = ChannelSender(self._sending, self._writer)
        if channel_sid not in self._running:
            self._running.add(channel_sid)
            self._tasks.spawn(self._send(channel_sid, sender), "sending")
        return sender

    async def _send(self, channel_sid: str, sender: ChannelSender) -> None:
        try:
            await sender.run()
            del self._senders[channel_sid]
        finally:
            self._running.discard(channel_sid)

    def _on_acknowledged(self, pending: PendingMessage, receipt: Receipt) -> None:
        self._writer.forget(pending.mutation_id)
        waiting = self._receipts.pop(pending.mutation_id, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(receipt)

    def _on_refused(self, pending: PendingMessage, error: ChatError) -> None:
        self.failed[pending.mutation_id] = pending
        self._writer.rewrite(pending)
        self._fail_receipt(pending, error)

    def _fail_receipt(self, pending: PendingMessage, error: ChatError) -> None:
        waiting = self._receipts.pop(pending.mutation_id, None)
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)
