"""What has to reach the store is tried until it does."""

import logging
from collections.abc import Iterator

import pytest

from chat_tui.protocol.errors import NotFound, Unavailable
from chat_tui.server.store.retry import MOST_BETWEEN, retry_until_stored


class Work:
    """Raises what it is given, one after another, then returns."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.pauses: list[float] = []

    async def __call__(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "stored"

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


async def test_the_pauses_double_up_to_a_bound() -> None:
    """Whatever is raised."""
    work = Work(*[Unavailable("full"), ValueError("a fault of ours")] * 4)
    assert await retry_until_stored(work, "a lease", sleep=work.sleep) == "stored"
    assert work.pauses == [1.0, 2.0, 4.0, 8.0, 16.0, MOST_BETWEEN, MOST_BETWEEN, MOST_BETWEEN]


async def test_each_kind_of_failure_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    """The expected one without a trace."""
    caplog.set_level(logging.WARNING)
    work = Work(Unavailable("full"), Unavailable("full"), ValueError("x"), ValueError("x"))
    await retry_until_stored(work, "a lease", sleep=work.sleep)
    assert [(record.levelname, bool(record.exc_info)) for record in caplog.records] == [
        ("WARNING", False), ("ERROR", True),
    ]  # fmt: skip
    assert all("a lease" in record.getMessage() for record in caplog.records)


async def test_what_ends_it_is_raised() -> None:
    """Nothing is tried after it."""
    work = Work(Unavailable("full"), NotFound("gone", 20404))
    with pytest.raises(NotFound):
        await retry_until_stored(work, "a lease", unless=(NotFound,), sleep=work.sleep)
    assert len(work.pauses) == 1


async def test_what_the_store_refuses_is_done_again(caplog: pytest.LogCaptureFixture) -> None:
    """Until it is taken, once; the log says so a single time."""
    answers: Iterator[Unavailable | str] = iter(
        [Unavailable("The disk is full"), Unavailable("The disk is full"), "done"]
    )

    async def work() -> str:
        answer = next(answers)
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    assert await retry_until_stored(work, "the work", again_after=0) == "done"
    assert [record.getMessage() for record in caplog.records] == ["the work must wait: The disk is full"]


@pytest.mark.parametrize("fault", [ValueError("ours"), KeyError("x"), MemoryError(), RecursionError(), OSError("io")])
async def test_an_error_nobody_thought_of_is_no_reason_to_give_up(
    fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged once, with its traceback, and the waits grow to half a minute."""
    waits: list[float] = []

    async def work() -> int:
        if len(waits) < 8:
            raise fault
        return len(waits)

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    assert await retry_until_stored(work, "the work", sleep=sleep) == 8
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert [record.getMessage() for record in caplog.records] == ["the work failed; trying again"]


async def test_what_nobody_waits_for_any_more_ends_at_once() -> None:
    """A kind of failure that its caller names is the end."""

    async def work() -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await retry_until_stored(work, "the work", unless=(ConnectionError,), again_after=0)
