"""Whatever a service says, the client works on, or says why it waits, and recovers with the first true answers
(guarantees, Client 4)."""

import asyncio
import logging
import random
from typing import Any

import pytest

from chat_tui.client import ChatClient, ChatError, Phase, events
from tests.client.fast import new_client
from tests.client.lies import Falsehood, falsehoods, told
from tests.support.counts import COUNTS
from tests.support.fake_service import FakeService
from tests.support.waiting import settle

SEED = 20261121
SAMPLE = 80
WITHIN = 5.0


async def live(client: ChatClient, service: FakeService) -> None:
    """Do everything once, and mind no refusal."""
    general = next(iter(service.channels))
    channel = client.channels.get(general)
    asking = [client.get_user("bob"), client.channels.public()]
    if channel is not None:
        asking += [client.open_channel(channel), client.people.descriptors(channel)]
        asking += [client.channels.set_consumption_horizon(channel, 1)]
        client.typing.keystroke(channel)
        client.messages.submit(channel, "from alice")
    for outcome in await asyncio.gather(*asking, return_exceptions=True):
        assert outcome is None or not isinstance(outcome, BaseException) or isinstance(outcome, ChatError), outcome
    service.post(general, "from bob")
    service.delete(general, 0)
    service.join("new")
    notice = {"channel_sid": general, "identity": "bob", "typing_timeout": 5}
    service.notice("notification", "typing notice", notice, message_type="twilio.ipmsg.typing_indicator")
    await settle()


async def came_to_rest(client: ChatClient, stream: events.EventStream) -> None:
    """Connected, denied, or for the second time waiting."""
    waits = 0
    async with asyncio.timeout(WITHIN):
        while client.connection.phase not in (Phase.CONNECTED, Phase.DENIED) and waits < 2:
            waits += sum(
                isinstance(event, events.ConnectionChanged) and event.state.phase is Phase.WAITING
                for event in await stream.batch()
            )


async def recovers(client: ChatClient, service: FakeService) -> None:
    """With the truth it is connected, reads, hears and sends."""
    stream = client.events()
    service.lie = None
    service.drop()
    client.reconnect_now()
    side = list(service.channels)[1]
    async with asyncio.timeout(WITHIN):
        while not service.sockets or client.connection.phase is not Phase.CONNECTED or side not in client.channels:
            await stream.batch()
        opened = await client.open_channel(client.channels[side])
        service.post(side, "now true")
        assert (await client.messages.send(client.channels[side], "and back")).index >= 0
        expected = [data["text"] for _, data in sorted(service.objects[f"{side}.messages"].items.items())]
        while [message.body for message in opened.messages] != expected:
            await stream.batch()


def mishaps(happened: list[events.Event]) -> list[str]:
    """What must not happen, as far as it did."""
    return [
        str(event)
        for event in happened
        if isinstance(event, events.WorkFailed) or "an error in this program" in str(event)
    ]


async def samples() -> dict[str, Any]:
    """One true answer of each kind."""
    service = FakeService()
    service.post(next(iter(service.channels)), "earlier")
    async with new_client(service) as client:
        await live(client, service)
        service.read_up_to(next(iter(service.channels)), 0)
        await settle()
    return dict(service.samples)


async def lied_to(falsehood: Falsehood, caplog: pytest.LogCaptureFixture) -> None:
    service = FakeService()
    service.post(next(iter(service.channels)), "earlier")
    service.lie = lambda kind, body: told(body, falsehood) if kind == falsehood.kind else body
    client = new_client(service)
    stream, every = client.events(), client.events()
    client.start_soon()
    try:
        await came_to_rest(client, stream)
        await live(client, service)
        await recovers(client, service)
        assert mishaps(await every.batch()) == []
        assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    except (AssertionError, TimeoutError, ChatError) as error:
        raise AssertionError(f"{falsehood}: {client.connection} {error} {caplog.text[-3000:]}") from error
    finally:
        caplog.clear()
        await client.close()


async def all_of(chosen: list[Falsehood], caplog: pytest.LogCaptureFixture) -> None:
    ended = []
    for falsehood in chosen:
        COUNTS["lies of a service"]["told"] += 1
        try:
            await lied_to(falsehood, caplog)
        except AssertionError as error:
            COUNTS["lies of a service"]["ended a client"] += 1
            ended.append(str(error))
    assert not ended, f"{len(ended)}:\n" + "\n".join(ended[:5])


async def test_some_lies_end_no_client(caplog: pytest.LogCaptureFixture) -> None:
    """A sample of them."""
    every = falsehoods(await samples())
    await all_of(random.Random(SEED).sample(every, SAMPLE), caplog)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_no_lie_ends_a_client(caplog: pytest.LogCaptureFixture) -> None:
    """All of them."""
    every = falsehoods(await samples())
    assert len(every) >= 2000
    await all_of(every, caplog)
