"""The outbox: in order per channel, under one id, until it is answered or refused."""

import asyncio
from typing import Any

import pytest

from chat_tui.client.commands.channel_sender import MAX_INVALID_ANSWERS
from chat_tui.client.commands.outbox import Outbox
from chat_tui.client.link.answers import InvalidAnswer
from chat_tui.client.model import PendingMessage, Receipt, SendState
from chat_tui.protocol.errors import BadRequest, ChatError, NotFound, TooManyRequests, TransportError, from_answer


class Network:
    """Answers sends from a list: receipts, or errors to raise."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.sent: list[str] = []
        self.slept: list[float] = []
        self.changes: list[PendingMessage] = []
        self.done = asyncio.Event()

    async def send(self, pending: PendingMessage) -> Receipt:
        self.sent.append(pending.mutation_id)
        answer = self.answers.pop(0)
        if not self.answers:
            self.done.set()
        if isinstance(answer, Exception):
            raise answer
        return Receipt("IM", answer)

    async def connected(self) -> None:
        await asyncio.sleep(0)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def outbox(self) -> Outbox:
        return Outbox(self.send, self.connected, self.changes.append, sleep=self.sleep)


async def test_a_send_is_repeated_under_its_id_until_it_is_answered() -> None:
    """Broken links and "later" are tried again, in order, one at a time per channel."""
    network = Network(TransportError("broke"), TooManyRequests("slow", retry_after=2.0), 0, 1)
    outbox = network.outbox()
    first, second = outbox.submit("CH1", "a"), outbox.submit("CH1", "b")
    assert (await outbox.receipt(second)).index == 1
    assert network.sent == [first.mutation_id] * 3 + [second.mutation_id]
    assert max(network.slept) >= 2.0
    assert [pending.state for pending in network.changes if pending.mutation_id == first.mutation_id] == [
        SendState.SENDING,
        SendState.SENT,
    ]
    assert outbox.unsent_in("CH1") == []


async def test_a_refusal_fails_one_message_and_not_the_next() -> None:
    """It stays visible with its reason."""
    network = Network(BadRequest("too long"), 0)
    outbox = network.outbox()
    bad, good = outbox.submit("CH1", "x" * 40_000), outbox.submit("CH1", "b")
    refused = outbox.receipt(bad)
    await outbox.receipt(good)
    with pytest.raises(BadRequest):
        await refused
    assert [(pending.state, pending.error) for pending in outbox.unsent_in("CH1")] == [(SendState.FAILED, "too long")]


async def test_channels_do_not_wait_for_each_other() -> None:
    """One worker each; close ends them."""
    gate = asyncio.Event()

    async def send(pending: PendingMessage) -> Receipt:
        if pending.channel_sid == "CH1":
            await gate.wait()
        return Receipt("IM", 0)

    outbox = Outbox(send, Network().connected, lambda _: None)
    outbox.submit("CH1", "stuck")
    await outbox.receipt(outbox.submit("CH2", "goes"))
    assert [pending.body for pending in outbox.unsent()] == ["stuck"]
    await outbox.close()


@pytest.mark.parametrize(
    "odd",
    [
        KeyError("index"),
        RecursionError(),
        ValueError("x"),
        InvalidAnswer("nonsense"),
        from_answer(418, {}),
        from_answer(300, None),
        BadRequest("no"),
    ],
)
async def test_one_odd_answer_does_not_hold_up_what_is_written_behind_it(odd: Exception) -> None:
    """It is set aside with its reason, under its id, and the next goes out; the odd one may be sent again by hand."""
    sent: list[str] = []

    async def send(pending: PendingMessage) -> Receipt:
        sent.append(pending.body)
        if pending.body == "odd" and len(sent) <= MAX_INVALID_ANSWERS:
            raise odd
        return Receipt("IM1", 1)

    async def no_time(_: float) -> None:
        await asyncio.sleep(0)

    outbox = Outbox(send, lambda: asyncio.sleep(0), lambda _: None, sleep=no_time)
    first, second = outbox.submit("CH1", "odd"), outbox.submit("CH1", "next")
    refused, acknowledged = outbox.receipt(first), outbox.receipt(second)
    with pytest.raises(ChatError):
        await asyncio.wait_for(refused, 5)
    await asyncio.wait_for(acknowledged, 5)
    with pytest.raises(NotFound):
        outbox.receipt(second)
    (failed,) = outbox.unsent()
    assert (failed.mutation_id, failed.state) == (first.mutation_id, SendState.FAILED)
    assert failed.error
    sent += [""] * MAX_INVALID_ANSWERS
    outbox.retry(first.mutation_id)
    await asyncio.wait_for(outbox.receipt(failed), 5)
    assert outbox.unsent() == []
    await outbox.close()
