"""When somebody is offline: one rule, over every shape of a break."""

import random
from collections.abc import Sequence

import pytest

from chat_tui.server.reachability import rules

MINUTE = 60_000


@pytest.mark.parametrize(("drops", "expected"), [(1, 15), (4, 15), (5, 30), (6, 60), (9, 60)])
def test_only_flapping_links_linger_longer(drops: int, expected: int) -> None:
    """More than four drops in two minutes double the linger, up to a minute (guarantees, Reachability 5)."""
    found = rules.linger_for(clean=False, offloaded=False, drops=[1000] * drops, now=1000)
    assert found == expected * 1000


def test_old_drops_are_forgotten() -> None:
    """The window is two minutes."""
    drops = [0] * 9 + [200_000]
    assert rules.linger_for(clean=False, offloaded=False, drops=drops, now=200_000) == 15_000


@pytest.mark.parametrize("base", [0, 1_000, 15_000, 30_000, 60_000])
@pytest.mark.parametrize("drops", range(12))
def test_when_somebody_is_offline_is_one_rule(base: int, drops: int) -> None:
    """A farewell counts at once unless we asked for it; who was sent away has half a minute; never over a minute."""

    def linger(*, clean: bool, offloaded: bool) -> int:
        return rules.linger_for(clean=clean, offloaded=offloaded, drops=[0] * drops, now=0, base=base)

    assert linger(clean=True, offloaded=False) == 0
    assert linger(clean=True, offloaded=True) == linger(clean=False, offloaded=True) == max(base, 30_000)
    assert base <= linger(clean=False, offloaded=False) <= 60_000


@pytest.mark.parametrize(
    ("left", "counts"),
    [(None, 30), (20, 20), (30, 30), (31, 30), (86_400, 30), (10**9, 30), (0, 0), (-1, 0), (-(10**9), 0)],
)
def test_what_lingered_at_the_stop_is_believed_up_to_half_a_minute(left: int | None, counts: int) -> None:
    """Its date may come from another clock."""
    now = 1_700_000_000_000
    assert rules.linger_after_restart(None if left is None else now + left * 1000, now) == counts * 1000


def expected(*, clean: bool, offloaded: bool, drops: Sequence[int], now: int, base: int) -> int:
    """The same rule, said slowly (guarantees, Reachability 5)."""
    if offloaded:
        return base if base > 30_000 else 30_000
    if clean:
        return 0
    linger = base
    for _ in [drop for drop in drops if now - drop < 2 * MINUTE][4:]:
        linger *= 2
    return max(base, min(linger, MINUTE))


@pytest.mark.parametrize("seed", range(8))
def test_every_shape_of_a_break_is_judged_alike(seed: int) -> None:
    """However the connection ended, whenever the earlier ones broke, whatever the linger is set to."""
    made = random.Random(seed)
    for _ in range(500):
        now = made.randrange(10 * MINUTE)
        base = made.choice([0, 250, 1_000, 15_000, 30_000, 45_000, MINUTE, 5 * MINUTE])
        spread = made.choice([1, 1_000, MINUTE, 2 * MINUTE, 5 * MINUTE])
        drops = sorted(max(0, now - made.randrange(spread)) for _ in range(made.randrange(17)))
        clean, offloaded = made.random() < 0.3, made.random() < 0.3
        found = rules.linger_for(clean=clean, offloaded=offloaded, drops=drops, now=now, base=base)
        assert found == expected(clean=clean, offloaded=offloaded, drops=drops, now=now, base=base)
        assert clean is False or offloaded or found == 0
        assert found <= max(base, MINUTE)


@pytest.mark.parametrize("seed", range(4))
def test_another_break_never_shortens_the_linger(seed: int) -> None:
    """Who flaps more is waited for no less."""
    made = random.Random(seed)
    base, now = made.choice([1_000, 15_000, 30_000]), 10 * MINUTE
    drops: list[int] = []
    before = 0
    for _ in range(40):
        drops.append(now - made.randrange(2 * MINUTE))
        found = rules.linger_for(clean=False, offloaded=False, drops=drops, now=now, base=base)
        assert found >= before
        before = found
