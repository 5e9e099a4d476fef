"""Short runs of the checker: a harmed network, silent peers, a killed service, a killed client, cut power, a failing
disk, a crowd, a warm start."""

import asyncio
from pathlib import Path

import pytest

from tests.bench import crowd, warm
from tests.checker import client_kills, dead_peers, io_errors, power
from tests.checker.kills import kill
from tests.checker.network import harm
from tests.checker.proxy import Fault
from tests.support.service import Tenant, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def test_a_harmed_network_breaks_no_promise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fifty episodes: cut, reset, stalled, half-open, answers lost, split, trickled, delayed."""
    tally = await harm(tmp_path / "data", 50, seed=11)
    with capsys.disabled():
        print(f"\n50 episodes {tally.faults}, {tally.messages} messages, {len(tally.broken)} promises broken")
    assert tally.broken == []
    assert tally.messages == tally.acknowledged > 500
    assert len(tally.faults) == len(Fault)


async def test_a_dead_peer_is_noticed_in_time(tmp_path: Path) -> None:
    """Within 31 s at the default times, run at a tenth of them, by either side (guarantees, Liveness 1, 3)."""
    with serving(tmp_path / "data", *dead_peers.TIMES, "--linger", str(dead_peers.LINGER)) as process:
        noticed = await dead_peers.silence(process, 1)
    assert len(noticed.by_client) == len(noticed.by_service) == dead_peers.PEERS
    assert max(*noticed.by_client, *noticed.by_service) <= dead_peers.WITHIN + dead_peers.SLACK


async def test_a_killed_service_breaks_no_promise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Twenty kills under load; it serves again within two seconds."""
    found = await kill(tmp_path / "data", 20, seed=12)
    with capsys.disabled():
        print(f"\n20 kills, {found.tally.messages} messages, {len(found.tally.broken)} promises broken")
    assert found.tally.broken == []
    assert found.tally.messages == found.tally.acknowledged > 500
    assert max(found.back) < 2.0


async def test_a_killed_client_sends_what_it_kept_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fifteen kills; the cache agrees with its position after each."""
    found = await client_kills.kill(tmp_path, 15, seed=13)
    with capsys.disabled():
        print(f"\n15 kills of a client, {len(found.kept)} messages kept, {len(found.broken)} promises broken")
    assert found.broken == []
    assert len(found.kept) > 50


def test_a_power_cut_loses_nothing_acknowledged(capsys: pytest.CaptureFixture[str]) -> None:
    """Three hundred; and the simulation can tell: without syncing every commit, much is lost (guarantees, Send 6)."""
    (_, full), (_, normal) = power.runs(300, seed=14)
    with capsys.disabled():
        print(f"\n{full.cuts} power cuts, {full.lossy} lost something, {full.corrupt} corrupt; NORMAL: {normal.lossy}")
    assert (full.cuts, full.lossy, full.corrupt) == (300, 0, 0)
    assert normal.lossy > 100


async def test_a_failing_disk_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """Sixty episodes of failing reads, writes and syncs: refused clearly, sent again, stored once, no restart."""
    outcome = await asyncio.wait_for(io_errors.endure(tmp_path, 60, seed=15), 120)
    assert outcome.broken == []
    assert outcome.struck.keys() == set(io_errors.CALLS)
    assert min(outcome.acknowledged, outcome.refusals, outcome.read) > 100


async def test_a_crowd_cut_at_once_comes_back(tmp_path: Path) -> None:
    """Three hundred, more than are let in within a second; nobody who stayed notices."""
    with serving(tmp_path / "data", *crowd.RAISED) as process:
        tenant = Tenant(process)
        sockets = await crowd.gather_crowd(tenant.url, [tenant.token(f"user-{number}") for number in range(300)])
        took, errors = await crowd.cut(tenant, sockets)
        tenant.close()
    assert errors == 0
    assert took < 20.0


async def test_a_warm_start_of_many_channels_asks_little(tmp_path: Path) -> None:
    """Two hundred channels from disk, live after a handful of requests."""
    with serving(tmp_path / "data", *warm.LIMITS) as process:
        tenant = Tenant(process)
        _, asked = await warm.requests(tenant, tmp_path / "keep", 200)
        tenant.close()
    assert asked <= 10
