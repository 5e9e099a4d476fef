"""Work that nobody awaits is held, logged, begun again and ended."""

import asyncio
import logging

import pytest

from chat_tui.tasks import Tasks


async def test_what_dies_is_logged_under_its_name_and_told(caplog: pytest.LogCaptureFixture) -> None:
    """An error in a task is neither swallowed nor left to the garbage collector."""
    told: list[tuple[str, str]] = []
    tasks = Tasks(lambda name, error: told.append((name, str(error))))

    async def fail() -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        await tasks.spawn(fail(), "the thing")
    await asyncio.sleep(0)
    assert told == [("the thing", "no")]
    assert [record.getMessage() for record in caplog.records] == ["the thing failed"]
    assert len(tasks) == 0


async def test_what_must_live_is_begun_again_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """Any error is survived; failures in a row are one entry in the log, and the next failure another."""
    tasks, waits, done = Tasks(), [], asyncio.Event()
    outcomes: list[Exception | None] = [ValueError("1"), ValueError("2"), None, KeyError("3"), None]

    async def step() -> None:
        outcome = outcomes.pop(0)
        if not outcomes:
            done.set()
            await asyncio.Event().wait()
        if outcome is not None:
            raise outcome

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    with caplog.at_level(logging.ERROR):
        tasks.keep_running(step, "the sweep", again_after=2.0, sleep=sleep)
        async with asyncio.timeout(5):
            await done.wait()
    assert waits == [2.0, 2.0, 2.0]
    assert [record.getMessage() for record in caplog.records] == ["the sweep failed; trying again"] * 2
    await tasks.close()


async def test_closing_ends_everything_even_what_begins_meanwhile_or_fails(caplog: pytest.LogCaptureFixture) -> None:
    """An owner that is closed leaves nothing behind, and what fails while it ends does not stop the rest."""
    tasks, ended = Tasks(), []

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            tasks.spawn(quiet(), "another")
            raise OSError("while ending")

    async def quiet() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("quiet")

    tasks.spawn(stubborn(), "stubborn")
    tasks.spawn(quiet(), "quiet")
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await tasks.close()
    assert len(tasks) == 0
    assert ended == ["quiet", "quiet"]
    assert "stubborn failed" in caplog.text


async def test_what_must_live_outlives_the_cancellation_of_what_it_waits_for() -> None:
    """Only a cancellation of its own ends it."""
    tasks, tries, is_third = Tasks(), [], asyncio.Event()

    async def step() -> None:
        tries.append(1)
        if len(tries) == 3:
            is_third.set()
            await asyncio.Event().wait()
        other = asyncio.get_running_loop().create_future()
        other.cancel()
        await other

    async def sleep(seconds: float) -> None:
        assert seconds == 1.0

    task = tasks.keep_running(step, "the sweep", sleep=sleep)
    async with asyncio.timeout(5):
        await is_third.wait()
        await tasks.close()
    assert task.cancelled()


async def test_closing_does_not_wait_for_ever_for_what_will_not_end(caplog: pytest.LogCaptureFixture) -> None:
    """It is asked again, then named in the log and left."""
    tasks, is_over, asked = Tasks(), asyncio.Event(), []

    async def shrug() -> None:
        while not is_over.is_set():
            try:
                await is_over.wait()
            except asyncio.CancelledError:
                asked.append(1)

    tasks.spawn(shrug(), "the mule")
    await asyncio.sleep(0)
    await tasks.close(within=0.05)
    assert asked
    assert "the mule did not end in time" in caplog.text
    is_over.set()
    await tasks.settle()


async def test_one_of_the_tasks_may_close_the_rest() -> None:
    """It is not cancelled itself."""
    tasks = Tasks()

    async def close() -> str:
        await tasks.close()
        return "closed"

    other = tasks.spawn(asyncio.Event().wait(), "another")
    assert await asyncio.wait_for(tasks.spawn(close(), "the one that closes"), 5) == "closed"
    assert other.cancelled()


async def test_what_is_expected_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """An end like any other."""
    tasks = Tasks(expected=(ConnectionError,))

    async def leave() -> None:
        raise ConnectionResetError

    tasks.spawn(leave(), "a request")
    await tasks.settle()
    assert caplog.records == []
