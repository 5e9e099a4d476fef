"""A thread that takes what waits, in groups, and answers everybody."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from chat_tui.protocol.errors import Unavailable
from chat_tui.server.store.worker import Job, Worker


class Hand:
    """Notes the groups it is given; ``gate`` holds up the first one."""

    def __init__(self, limit: int = 10) -> None:
        self.groups: list[list[Any]] = []
        self.published: list[Any] = []
        self.worker = Worker("hand", self.work, limit, self.published.extend)

    def work(self, jobs: list[Job[Any]]) -> None:
        self.groups.append(jobs)
        for job in jobs:
            try:
                job.result = job.function(None)
                job.published = [job.result]
            except Exception as error:
                job.fail(error)


@pytest.fixture
def hand() -> Iterator[Hand]:
    made = Hand()
    yield made
    if made.worker.is_alive():
        made.worker.close(5, lambda: None)


async def test_what_waits_is_taken_in_groups_of_a_bounded_size() -> None:
    """In order; what was published is told after the callers are."""
    hand = Hand(limit=3)
    jobs = [Job(lambda _, number=number: number) for number in range(7)]  # type: ignore[misc]
    for job in jobs:
        hand.worker.put(job)
    hand.worker.start()
    assert await asyncio.wait_for(asyncio.gather(*(job.future for job in jobs)), 5) == list(range(7))
    assert [len(group) for group in hand.groups] == [3, 3, 1]
    assert hand.published == list(range(7))
    hand.worker.close(5, lambda: None)


async def test_one_that_fails_is_answered_with_its_own_error(hand: Hand) -> None:
    """The others are done; it publishes nothing."""

    def fail(_: object) -> None:
        raise ValueError("mine")

    good, bad = Job(lambda _: 1), Job(fail)
    for job in (good, bad):
        hand.worker.put(job)
    hand.worker.start()
    assert await asyncio.wait_for(good.future, 5) == 1
    with pytest.raises(ValueError, match="mine"):
        await asyncio.wait_for(bad.future, 5)
    assert hand.published == [1]


async def test_what_waits_at_the_end_is_done_and_what_comes_later_refused(hand: Hand) -> None:
    """Closing says whether the thread ended."""
    job = Job(lambda _: 1)
    hand.worker.put(job)
    hand.worker.start()
    assert hand.worker.close(5, lambda: None)
    assert await asyncio.wait_for(job.future, 5) == 1
    with pytest.raises(Unavailable, match="closed"):
        hand.worker.put(Job(lambda _: 2))


async def test_who_no_longer_waits_is_passed_over(hand: Hand) -> None:
    """A caller that was cancelled costs the others nothing."""
    gone, here = Job(lambda _: 1), Job(lambda _: 2)
    gone.future.cancel()
    for job in (gone, here):
        hand.worker.put(job)
    hand.worker.start()
    assert await asyncio.wait_for(here.future, 5) == 2
