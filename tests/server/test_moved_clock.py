"""The clock of a real service is moved while it runs, by a library that stands between it and the machine."""

import asyncio
import importlib.util
import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.local_service import LocalService
from chat_tui.protocol.tokens import encode_token
from tests.bench.raw_socket import RawSocket
from tests.support.service import ServiceProcess, Tenant
from tests.support.waiting import pause, poll

pytestmark = pytest.mark.slow

LINGER = 3.0
DAY = 86_400


class MovedClock:
    """What the processes that are started here take for the time; what elapses stays the machine's."""

    def __init__(self, library: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._file = file
        self.offset = 0
        self.set(0)
        for name, value in {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # else each wait for a lock takes its time
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }.items():
            monkeypatch.setenv(name, value)

    def set(self, offset: int) -> None:
        """Seconds ahead of the machine's clock."""
        self.offset = offset
        new = self._file.with_suffix(".new")
        new.write_text(f"{offset:+}\n")
        new.replace(self._file)

    def now(self) -> float:
        return time.time() + self.offset


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    found = importlib.util.find_spec("libfaketime")
    library = found and found.origin and Path(found.origin).parent / "vendor/libfaketime/src/libfaketime.so.1"
    if not library or not library.exists() or platform.machine() != "x86_64":
        reason = "needs the package libfaketime on Linux, x86_64"
        if os.environ.get("CHAT_TUI_REQUIRE_FAKETIME"):
            pytest.fail(reason)
        pytest.skip(reason)
    return MovedClock(library, tmp_path / "offset", monkeypatch)


@pytest.fixture
def service(tmp_path: Path, clock: MovedClock) -> Iterator[ServiceProcess]:
    made = ServiceProcess(tmp_path / "data", "--linger", str(LINGER), "--log-level", "warning")
    yield made
    made.stop()


def token(tenant: Tenant, clock: MovedClock, lifetime: int = 3600) -> str:
    process = tenant.process
    return encode_token(
        account_sid=process.account_sid,
        key_sid=process.api_key_sid,
        key_secret=process.api_key_secret,
        identity="bob",
        service_sid=tenant.service_sid,
        lifetime=lifetime,
        now=clock.now(),
    )


async def is_online(tenant: Tenant) -> bool:
    found = await asyncio.to_thread(tenant.get, f"{tenant.path}/Users/bob")
    return bool(found["is_online"])


async def offline_after(tenant: Tenant, within: float) -> float:
    """Seconds until the user is offline."""
    began = time.monotonic()

    async def is_offline() -> bool:
        return not await is_online(tenant)

    await poll(is_offline, within=within, every=0.1)
    return time.monotonic() - began


async def bob(running: LocalService, tenant: Tenant, clock: MovedClock, lifetime: int = 3600) -> RawSocket:
    return await RawSocket.open(running.url, token(tenant, clock, lifetime))


@pytest.mark.parametrize("jump", [-DAY, DAY, -3600, 3650 * DAY])
async def test_who_is_gone_is_offline_in_time(jump: int, service: ServiceProcess, clock: MovedClock) -> None:
    """The clock is set while the broken link lingers."""
    running = service.start()
    tenant = Tenant(running)
    link = await bob(running, tenant, clock)
    assert await is_online(tenant)
    link.transport.abort()
    await pause(0.5)  # nothing tells that the service has seen it
    clock.set(jump)
    assert LINGER - 1.5 < await offline_after(tenant, LINGER + 5) < LINGER + 2
    tenant.close()


@pytest.mark.parametrize("jump", [-DAY, -3650 * DAY])
async def test_a_start_with_another_clock_keeps_nobody_online(
    jump: int, service: ServiceProcess, clock: MovedClock
) -> None:
    """Half a minute, as ever; whether the user was connected or lingered when the service was killed."""
    running = service.start()
    tenant = Tenant(running)
    link = await bob(running, tenant, clock)
    assert await is_online(tenant)
    service.kill()
    link.transport.abort()
    clock.set(jump)
    tenant.move_to(service.start())
    assert await offline_after(tenant, 40) < 33
    tenant.close()


async def test_a_token_ends_when_the_clock_is_set_past_its_end(service: ServiceProcess, clock: MovedClock) -> None:
    """At once, as far as anybody can tell."""
    running = service.start()
    tenant = Tenant(running)
    link = await bob(running, tenant, clock)
    clock.set(2 * 3600)
    await asyncio.wait_for(link.closed(), 5)
    tenant.close()


async def test_a_token_does_not_live_longer_when_the_clock_is_set_back(
    service: ServiceProcess, clock: MovedClock
) -> None:
    """It had eight seconds."""
    running = service.start()
    tenant = Tenant(running)
    link = await bob(running, tenant, clock, lifetime=8)
    clock.set(-DAY)
    await asyncio.wait_for(link.closed(), 12)
    tenant.close()


async def test_dates_follow_the_clock(service: ServiceProcess, clock: MovedClock) -> None:
    """Within a second or two of its being set; what is sent is stored all the while."""
    running = service.start()
    tenant = Tenant(running)
    messages = f"{tenant.path}/Channels/general/Messages"
    for jump in (DAY, -DAY, 0):
        clock.set(jump)

        async def is_dated(body: str = str(jump)) -> bool:
            made = await asyncio.to_thread(tenant.post, messages, Body=body, From="bob")
            return bool(made["date_created"][:10] == time.strftime("%Y-%m-%d", time.gmtime(clock.now())))

        await poll(is_dated, within=8, every=0.2)
    tenant.close()
