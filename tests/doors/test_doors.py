"""Bad input at every door: it is answered, and harms nobody."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.bench.raw_socket import RawSocket
from tests.doors import http_door, rest_door, socket_door, upgrade_door
from tests.doors.visit import Report, Visit
from tests.referees.world import World
from tests.support.service import Tenant, serving

SEED = int(os.environ.get("CHAT_TUI_SEED", "20260101"))
Door = Callable[[Visit, int], Awaitable[None]]

DOORS: dict[str, tuple[Door, int]] = {
    "HTTP": (http_door.requests, 1500),
    "HTTP upgrade": (upgrade_door.requests, 300),
    "WebSocket frames": (socket_door.frames, 400),
    "Twilsock packets": (socket_door.packets, 500),
    "tokens": (socket_door.tokens, 400),
    "Client API": (socket_door.client_api, 1000),
    "Sync API": (socket_door.sync_api, 500),
    "REST": (rest_door.rest, 1500),
}
"""Each with how many inputs make the whole round; the daily one is a tenth."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """On a service of its own, whose rate limits are raised: they are no answer to bad input."""
    with (
        serving(tmp_path, "--rate", "1000000", "--session-rate", "1000000") as process,
        contextlib.closing(Tenant(process)) as tenant,
    ):
        yield World(tenant)


async def _visit_all(world: World, share: float) -> Report:
    report = Report()
    witness = await RawSocket.open(world.tenant.url, world.tenant.token("witness"))
    for name, (door, count) in DOORS.items():
        await door(Visit(world, report, name, SEED), round(count * share))
        async with asyncio.timeout(5):
            await witness.send("general", f"after {name}")
    witness.transport.abort()
    return report


def _check(world: World, report: Report, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = (data / "test.log").read_text(errors="replace")
    with capsys.disabled():
        print(f"\nat the service's doors, seed {SEED}\n{report}")
    assert report.faults == []
    assert "Traceback" not in log
    assert " error " not in log
    assert len(log.splitlines()) < 1500, "the log can be filled"
    assert world.tenant.http.get("/health").status_code == 200  # it is the same process: nothing ended it
    assert world.tenant.get(f"{world.path}/Channels/general/Messages")["messages"]


def test_a_little_of_everything(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A tenth of the whole round: no server error, no traceback, and others are served as before."""
    _check(world, asyncio.run(_visit_all(world, 0.1)), tmp_path, capsys)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_five_thousand_bad_inputs(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole round, which is at least 5,000 inputs."""
    report = asyncio.run(_visit_all(world, 1.0))
    assert report.inputs >= 5000
    _check(world, report, tmp_path, capsys)
