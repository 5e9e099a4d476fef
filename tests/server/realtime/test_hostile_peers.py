"""One user or stranger at their worst: the service does not grow, and others are served meanwhile and afterwards."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.protocol.twilsock import Header, encode
from tests.bench.hostile import MOST_GROWTH, Victim, begin, prepare
from tests.bench.raw_socket import RawSocket, client_frame
from tests.bench.report import resident_bytes
from tests.support.attacks import ATTACKS, Target, log_in
from tests.support.service import Tenant, serving
from tests.support.waiting import blocking_pause

SECONDS = 1.5
SERVED = 3
"""Answers at least that others get in that time, on whatever machine this runs."""

QUICK = ("packets to acknowledge, unread", "renewals without end", "subscriptions to nothing", "chunks of a byte")
EVERY = [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in ATTACKS]


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    """A service of its own: what is done to it must not slow other tests."""
    directory: Path = tmp_path_factory.mktemp("hostile")
    with serving(directory, "--rate", "1e6", "--session-rate", "1e6", "--log-level", "error") as process:
        tenant = Tenant(process)
        prepare(tenant, 40)
        yield tenant
        tenant.close()


@pytest.mark.parametrize("name", EVERY)
async def test_others_are_served_and_memory_is_bounded(attacked: Tenant, name: str) -> None:
    """Latency is the benchmark's (`tests.bench.hostile`); here others are answered, and the service grows no more
    than it may."""
    pid = attacked.process.pid
    victim = Victim(await RawSocket.open(attacked.url, attacked.token("victim")), pid)
    await victim.work(0.1)
    base = victim.most = resident_bytes(pid)
    target = Target(attacked.url, attacked.token("attacker"), attacked.token("attacker", 86000))
    attacker, pipe = await asyncio.to_thread(begin, name, target, SECONDS)
    await victim.work(SECONDS)
    assert len(victim.took) >= SERVED
    assert victim.most - base <= MOST_GROWTH
    attacker.kill()
    attacker.join()
    attacker.close()
    pipe.close()
    await victim.work(0.1)
    await victim.close()


async def test_one_token_at_a_time(attacked: Tenant) -> None:
    """A renewal beside another, or one too many, is refused at once; the session goes on."""
    socket = await RawSocket.open(attacked.url, attacked.token("eager"))
    answers = await asyncio.gather(
        *(socket.exchange(Header("update", token=attacked.token("eager", 4000 + at))) for at in range(30))
    )
    codes = [answer.header.status.code for answer in answers if answer.header.status is not None]
    assert 1 <= codes.count(200) <= 11
    assert set(codes) == {200, 429}
    await socket.request("GET", "/Client/v2/Configuration")
    socket.transport.abort()
    await socket.closed()


async def test_one_user_has_so_many_connections(attacked: Tenant) -> None:
    """One more is refused with words, and the others stay."""
    target = Target(attacked.url, attacked.token("octopus"), "")

    def open_all() -> str:
        held = []
        try:
            for _ in range(64):
                held.append(log_in(target))
                blocking_pause(0.006)  # 200 upgrades a second are let in
            with pytest.raises(ConnectionRefusedError, match="429"):
                held.append(log_in(target))
            held[0].sendall(client_frame(encode(Header("ping", "TM5"))))
            got = ""
            while '"code":200' not in got:  # a ping of the service may come first
                got += held[0].recv(4096).decode(errors="replace")
            return got
        finally:
            for one in held:
                one.close()

    assert '"code":200' in await asyncio.to_thread(open_all)
