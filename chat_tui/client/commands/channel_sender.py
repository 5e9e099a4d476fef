"""The messages of one channel on their way: in order, one unacknowledged at a time, each under an id of its own
(guarantees, Send 7)."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from chat_tui.client.commands.outbox_writer import OutboxWriter
from chat_tui.client.link.answers import InvalidAnswer
from chat_tui.client.model import Message, PendingMessage, Receipt, SendState
from chat_tui.protocol.errors import ChatError, Code, Conflict, TooManyRequests, TransportError, Unavailable

RETRY_CAP = 30.0
"""Seconds between two tries on a live link, at most."""

LET_GO = 0.05
"""Seconds to leave a broken link alone."""

GIVE_UP_AFTER = 24 * 3600.0
"""Seconds of tries on a live link; waiting for a link does not age a message (guarantees, Send 4)."""

MAX_INVALID_ANSWERS = 8
"""Answers to one message that make no sense, or errors of this program, before it is set aside as failed: it may be
stored, so that nobody sends it again but under its id."""

_TEMPORARY = (500, 502, 503, 504)

_log = logging.getLogger(__name__)


Send = Callable[[PendingMessage], Awaitable[Receipt]]


class Sending(msgspec.Struct, frozen=True):
    """How messages go out: ``send`` hands one to the service, ``connected`` waits for a link, ``steady`` measures.
    ``on_change`` hears of each step, ``on_acknowledged`` and ``on_refused`` of the last, when it is in no queue."""

    send: Send
    connected: Callable[[], Awaitable[Any]]
    sleep: Callable[[float], Awaitable[Any]]
    steady: Callable[[], float]
    on_change: Callable[[PendingMessage], None]
    on_acknowledged: Callable[[PendingMessage, Receipt], None]
    on_refused: Callable[[PendingMessage, ChatError], None]


class _Attempts:
    """What was tried for the first message of a queue: ``spent`` in seconds."""

    def __init__(self) -> None:
        self.mutation_id, self.tries, self.invalid, self.spent = "", 0, 0, 0.0

    def are_for(self, pending: PendingMessage) -> None:
        """Count anew for another message."""
        if pending.mutation_id != self.mutation_id:
            self.mutation_id, self.tries, self.invalid, self.spent = pending.mutation_id, 0, 0, 0.0


class ChannelSender:
    """``writer`` has each message on disk before it goes out."""

    def __init__(self, sending: Sending, writer: OutboxWriter) -> None:
        self._sending = sending
        self._writer = writer
        self._attempts = _Attempts()
        self.messages: deque[PendingMessage] = deque()

    # ---- what is in it

    def put_first(self, older: list[PendingMessage]) -> None:
        """Before everything that waits, in this order."""
        self.messages.extendleft(reversed(older))

    def take_back(self, mutation_id: str) -> PendingMessage | None:
        """A message that still waits, if it is here. Raises Conflict for one that is being sent."""
        for pending in self.messages:
            if pending.mutation_id == mutation_id:
                if pending.state is not SendState.QUEUED:
                    raise Conflict("this message is being sent: it can't be taken back", Code.CONFLICT)
                self.messages.remove(pending)
                return pending
        return None

    def recognise(self, message: Message) -> None:
        """A message of one's own arrived, perhaps before its acknowledgement: then it is no longer on its way."""
        if not self.messages:
            return
        head = self.messages[0]
        if head.state is SendState.SENDING and (head.body, head.attributes) == (message.body, message.attributes):
            self._update(state=SendState.SENT, index=message.index)

    def _update(self, **changes: Any) -> None:
        self.messages[0] = msgspec.structs.replace(self.messages[0], **changes)
        self._sending.on_change(self.messages[0])

    # ---- sending

    async def run(self) -> None:
        """Until it is empty."""
        while self.messages:
            try:
                await self._step()
            except Exception:  # a fault of ours, which must not keep what is written behind it for ever
                _log.exception("a message could not be handled")
                await self._after_invalid("an error in this program")

    async def _step(self) -> None:
        """One try to be done with the first of the queue."""
        await self._writer.is_open.wait()
        if not self.messages:
            return
        if (writing := self._writer.write(self.messages[0])) is not None:
            await asyncio.wait([writing])
        await self._sending.connected()
        if not self.messages:
            return  # taken back meanwhile
        attempts = self._attempts
        attempts.are_for(self.messages[0])
        if self.messages[0].state is SendState.QUEUED:
            self._update(state=SendState.SENDING)
        attempts.tries, began = attempts.tries + 1, self._sending.steady()
        if await self._try():
            return
        attempts.spent += self._sending.steady() - began
        if attempts.spent > GIVE_UP_AFTER:
            self._refuse(Unavailable("the service did not take it for a day", Code.UNAVAILABLE))

    async def _try(self) -> bool:
        """Whether the head is done with: acknowledged, or refused for good."""
        try:
            receipt = await self._sending.send(self.messages[0])
        except TransportError:  # the next link sends it again, under the same id
            await self._sending.sleep(LET_GO)  # until everybody knows that this one is gone
            return False
        except (TooManyRequests, Unavailable) as error:
            await self._pause(getattr(error, "retry_after", 0.0))
            return False
        except InvalidAnswer as error:
            return await self._after_invalid(error.message)
        except ChatError as error:
            if error.status in _TEMPORARY:
                await self._pause()
                return False
            self._refuse(error)
        else:
            self._acknowledge(receipt)
        return True

    async def _after_invalid(self, reason: str) -> bool:
        """Nobody knows whether it is stored. Under its id it can be sent again without harm, but not for ever."""
        self._attempts.invalid += 1
        if self._attempts.invalid < MAX_INVALID_ANSWERS:
            await self._pause()
            return False
        if self.messages:
            self._refuse(InvalidAnswer(f"it may have been sent: {reason}", Code.INTERNAL))
        return True

    async def _pause(self, at_least: float = 0.0) -> None:
        longest = min(RETRY_CAP, 0.25 * 2.0 ** min(self._attempts.tries, 10))
        jitter = random.uniform(0, longest)  # noqa: S311 - spreads load
        await self._sending.sleep(max(min(at_least, RETRY_CAP), jitter))

    def _acknowledge(self, receipt: Receipt) -> None:
        if self.messages[0].state is not SendState.SENT:
            self._update(state=SendState.SENT, index=receipt.index)
        self._sending.on_acknowledged(self.messages.popleft(), receipt)

    def _refuse(self, error: ChatError) -> None:
        self._update(state=SendState.FAILED, error=error.message)
        self._sending.on_refused(self.messages.popleft(), error)
