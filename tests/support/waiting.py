"""How a test lets real time pass: it looks, within a bound, until something outside its own program is so."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import TypeVar

WITHIN = 15.0
"""Seconds until a look has to find what it looks for."""

EVERY = 0.01
"""Seconds between two looks."""

Found = TypeVar("Found")


async def poll(look: Callable[[], object], *, within: float = WITHIN, every: float = EVERY) -> None:
    """Until what is seen, or awaited, is true. Raises AssertionError with what was seen last."""
    deadline = time.monotonic() + within
    while True:
        found = look()
        found = await found if inspect.isawaitable(found) else found
        if found:
            return
        assert time.monotonic() < deadline, f"{found!r} after {within} s"
        await pause(every)


def blocking_poll(look: Callable[[], Found | None], *, within: float = WITHIN, every: float = EVERY) -> Found:
    """The same where no loop runs. Returns what was seen."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, f"{found!r} after {within} s"
        blocking_pause(every)
    return found


async def settle(rounds: int = 100) -> None:
    """Let what is under way in this loop happen, without any time passing."""
    for _ in range(rounds):
        await asyncio.sleep(0)


async def pause(seconds: float) -> None:
    """The pace of somebody outside: of an attacker, of who keeps to a rate that is allowed."""
    await asyncio.sleep(seconds)


def blocking_pause(seconds: float) -> None:
    """The same where no loop runs."""
    time.sleep(seconds)
