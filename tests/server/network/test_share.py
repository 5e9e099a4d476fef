"""One user's part of the process: how much may be under way, and how time is given."""

import asyncio
import random

import msgspec
import pytest

from chat_tui.server.network.limits import Limits
from chat_tui.server.network.share import PART, SLICE, Share, Shares
from tests.support.waiting import settle


async def test_whoever_is_at_the_bound_waits_until_something_is_done() -> None:
    """Everybody who waits is told once (guarantees, Bounds 4)."""
    share, told = Share(Limits(in_flight_bytes=100)), list[str]()
    works = [asyncio.get_running_loop().create_future() for _ in range(2)]
    share.charge(60, works[0])
    assert share.has_room()
    share.charge(60, works[1])
    assert not share.has_room()
    share.hold(lambda: told.append("a"))
    share.hold(lambda: told.append("b"))
    await settle(3)
    assert told == []
    works[0].set_result(None)
    works[1].cancel()
    await settle(3)
    assert told == ["a", "b"]
    assert share.has_room()


def test_a_slice_is_free_and_then_half_of_the_time_is() -> None:
    """What was used is given back as time goes by."""
    share = Share(Limits())
    assert share.wait(0.0) == 0.0
    share.used += SLICE / 2
    assert share.wait(0.0) == 0.0
    share.used += 1.0
    assert share.wait(0.0) == pytest.approx((1.0 + SLICE / 2) / PART)
    assert share.wait(1.0) == pytest.approx((1.0 + SLICE / 2 - PART) / PART)
    assert share.wait(10.0) == 0.0
    assert share.used == 0.0


def test_what_is_queued_is_waited_for_by_the_next() -> None:
    """In the order it came."""
    share = Share(Limits())
    assert share.queue(0.0, 1.0) == 0.0
    assert share.queue(0.0, 1.0) == pytest.approx(1.0 / PART)
    assert share.wait(0.0) == pytest.approx(2.0 / PART)


def test_a_user_has_one_share_over_all_its_connections_and_so_many_of_them() -> None:
    """Whoever leaves last takes it along."""
    shares = Shares(msgspec.structs.replace(Limits(), connections_per_user=2))
    first, second = shares.enter("US1"), shares.enter("US1")
    assert first is second
    assert first is not None
    assert shares.enter("US1") is None
    assert shares.enter("US2") not in (first, None)
    shares.leave("US1")
    assert shares.enter("US1") is first
    shares.leave("US1")
    shares.leave("US1")
    assert shares.enter("US1") is not first


@pytest.mark.parametrize("seed", range(5))
def test_no_user_takes_more_than_its_part_of_the_time(seed: int) -> None:
    """Whatever its frames cost: half the time, and at most a slice and the last frame beyond it. What was not used in
    an hour of silence is not saved up."""
    made, share, now = random.Random(seed), Share(Limits()), 100.0
    for start in (now, now + 3600):
        now, taken, longest = start, 0.0, 0.0
        for _ in range(1_000):
            now += share.wait(now)
            cost = made.choice([1e-5, 1e-4, 1e-3, 1e-2])
            longest = max(longest, cost)
            now += cost
            taken += cost
            share.used += cost
            assert taken <= (now - start) * PART + SLICE + longest
