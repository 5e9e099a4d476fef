"""Short runs of the checker: a harmed network, a killed service, a judged record."""

from pathlib import Path

import pytest

from tests.checker.kills import kill
from tests.checker.network import harm

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def test_a_harmed_network_breaks_no_promise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fifty episodes: cut, reset, stalled, half-open, split, trickled, delayed."""
    tally = await harm(tmp_path / "data", 50, seed=11)
    with capsys.disabled():
        print(f"\n50 episodes {tally.faults}, {tally.messages} messages, {len(tally.broken)} promises broken")
    assert tally.broken == []
    assert tally.messages == tally.acknowledged > 500
    assert len(tally.faults) == 7


async def test_a_killed_service_breaks_no_promise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Twenty kills under load; it serves again within two seconds."""
    found = await kill(tmp_path / "data", 20, seed=12)
    with capsys.disabled():
        print(f"\n20 kills, {found.tally.messages} messages, {len(found.tally.broken)} promises broken")
    assert found.tally.broken == []
    assert found.tally.messages == found.tally.acknowledged > 500
    assert max(found.back) < 2.0
