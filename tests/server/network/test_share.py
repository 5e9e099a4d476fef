"""One user's part of the process, over all its connections."""

import asyncio
import random

import pytest

from chat_tui.server.network.limits import Limits
from chat_tui.server.network.share import PART, SLICE, Share, Shares
from tests.support.waiting import settle

LIMITS = Limits(connections_per_user=2, in_flight_bytes=100)


def test_a_user_has_so_many_connections() -> None:
    """Whoever leaves makes room; another user's are its own; nothing is kept of who has none."""
    shares = Shares(LIMITS)
    one, two = shares.enter("US1"), shares.enter("US1")
    assert one is two is not None
    assert shares.enter("US1") is None
    assert shares.enter("US2") is not None
    shares.leave("US1")
    assert shares.enter("US1") is one
    for _ in range(2):
        shares.leave("US1")
    assert shares.enter("US1") is not one


async def test_who_waits_for_room_is_told_once_there_is_some() -> None:
    """Each once, however often it asked, and not before."""
    share, told = Share(LIMITS), list[str]()
    first, second = (asyncio.get_running_loop().create_future() for _ in range(2))
    share.charge(60, first)
    assert share.has_room()
    share.charge(60, second)
    assert not share.has_room()

    def go_on() -> None:
        told.append("on")

    for _ in range(3):
        share.hold(go_on)
    await settle()
    assert told == []
    first.set_result(None)
    await settle()
    assert told == ["on"]
    second.set_result(None)
    await settle()
    assert told == ["on"]


@pytest.mark.parametrize("seed", range(5))
def test_no_user_takes_more_than_its_part_of_the_time(seed: int) -> None:
    """Whatever its frames cost: half the time, and at most a slice and the last frame beyond it. What was not used in
    an hour of silence is not saved up."""
    made, share, now = random.Random(seed), Share(LIMITS), 100.0
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


def test_a_queue_grows_by_what_is_put_into_it() -> None:
    """Each waits until what was taken before is over; with time it empties."""
    share = Share(LIMITS)
    share.wait(100.0)
    waits = [share.queue(100.0, 2 * SLICE) for _ in range(4)]
    assert waits == [0.0, *(pytest.approx(number * 2 * SLICE / PART) for number in (1, 2, 3))]
    assert share.queue(101.0, SLICE) == 0.0
