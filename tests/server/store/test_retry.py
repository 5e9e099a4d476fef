"""What has to reach the store is tried until it does."""

import logging

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
