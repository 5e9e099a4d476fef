"""Whatever comes on the wire, the client works on, or says why it waits, and recovers with the first true frames."""

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from chat_tui.client import Phase
from chat_tui.protocol.twilsock import Header, HttpStatus, Status, encode
from tests.client.fast import FAST, new_client
from tests.client.test_lies import came_to_rest, live, mishaps, recovers
from tests.support.counts import COUNTS
from tests.support.fake_service import FakeService

SEED = 20261121
SAMPLE, MANY = 12, 300

IMPATIENT = msgspec.structs.replace(FAST, answer_within=0.3)

Harm = Callable[[random.Random, bytes], list[Any]]
"""What comes in the place of a frame."""


def flipped(rng: random.Random, frame: bytes) -> list[Any]:
    place = rng.randrange(len(frame))
    return [frame[:place] + rng.randbytes(1) + frame[place + 1 :]]


def odd_header(rng: random.Random, frame: bytes) -> list[Any]:
    """One value of the header is another one."""
    head, _, rest = frame.partition(b"\r\n")
    size = int(head.rpartition(b" ")[2])
    told, payload = rest[:size], rest[size + 2 :]
    values = (b"null", b"[]", b"{}", b"-1", b"1e400", b'"x"', b"[" * 1500 + b"]" * 1500, b'"\\ud800"', b"9" * 5000)
    before = rng.choice((b"200", b'"OK"', b'"reply"', b'"notification"', b'"twilio.sync.event"', b'"TM1"', b"0"))
    told = told.replace(before, rng.choice(values), 1)
    return [b"TWILSOCK V3.0 %d\r\n%s\r\n%s" % (len(told), told, payload)]


HARMS: dict[str, Harm] = {
    "a byte is another": flipped,
    "cut off": lambda rng, frame: [frame[: rng.randrange(len(frame))]],
    "longer": lambda rng, frame: [frame + rng.randbytes(50)],
    "text": lambda _, frame: [frame.decode(errors="replace")],
    "twice": lambda _, frame: [frame, frame],
    "lost": lambda *_: [],
    "noise": lambda rng, _: [rng.randbytes(rng.randrange(200))],
    "noise before it": lambda rng, frame: [rng.randbytes(20), "no", b"", frame],
    "an odd header": odd_header,
    "answers to nothing": lambda _, frame: [
        encode(Header("reply", "TMnothing", status=Status(200), http_status=HttpStatus(200)), b"{}"),
        frame,
    ],
    "a method nobody knows": lambda _, frame: [encode(Header("sing", "TM9")), frame],
    "a size nobody has": lambda *_: [b"TWILSOCK V3.0 9999999999\r\n{}\r\n"],
}


async def harmed(name: str, seed: int, caplog: pytest.LogCaptureFixture) -> None:
    rng, service = random.Random(f"{name} {seed}"), FakeService()
    service.harm = lambda frame: HARMS[name](rng, frame) if rng.random() < 0.2 else [frame]
    client = new_client(service, timing=IMPATIENT)
    stream, every = client.events(), client.events()
    client.start_soon()
    try:
        await came_to_rest(client, stream)
        if client.connection.phase is Phase.CONNECTED:
            await live(client, service)
        service.harm = None
        await recovers(client, service)
        assert mishaps(await every.batch()) == []
        assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    finally:
        caplog.clear()
        await client.close()


async def all_of(number: int, caplog: pytest.LogCaptureFixture) -> None:
    ended = []
    for seed in range(number):
        name = list(HARMS)[seed % len(HARMS)]
        COUNTS["links with broken frames"]["tried"] += 1
        try:
            await harmed(name, SEED + seed, caplog)
        except (AssertionError, TimeoutError) as error:
            COUNTS["links with broken frames"]["ended a client"] += 1
            ended.append(f"{name} {SEED + seed}: {type(error).__name__} {error}")
    assert not ended, f"{len(ended)}:\n" + "\n".join(ended[:10])


async def test_some_broken_frames_end_no_client(caplog: pytest.LogCaptureFixture) -> None:
    """A fifth of what comes is broken in one way."""
    await all_of(SAMPLE, caplog)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_no_broken_frames_end_a_client(caplog: pytest.LogCaptureFixture) -> None:
    """Many of them."""
    await all_of(MANY, caplog)


async def test_a_service_that_never_answers_is_left_alone() -> None:
    """It says so, waits, and is there when the service is."""
    service = FakeService()
    service.harm = lambda _: []
    client = new_client(service, timing=IMPATIENT)
    stream = client.events()
    client.start_soon()
    async with asyncio.timeout(10):
        while client.connection.phase is not Phase.WAITING:
            await stream.batch()
    assert client.connection.reason == "the service does not answer"
    service.harm = None
    await recovers(client, service)
    await client.close()
