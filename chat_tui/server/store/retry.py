"""Work that must reach the store in the end: a disk that was full is not for ever."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from chat_tui.protocol.errors import Unavailable

T = TypeVar("T")

TRY_AGAIN_AFTER = 1.0
MOST_BETWEEN = 30.0
"""Seconds until the second try, and at most between two: the wait doubles."""

_log = logging.getLogger(__name__)


async def retry_until_stored(
    work: Callable[[], Awaitable[T]],
    what: str,
    *,
    unless: tuple[type[Exception], ...] = (),
    again_after: float = TRY_AGAIN_AFTER,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> T:
    """Do ``work`` until the store takes it, whatever it raises meanwhile: what failed for a reason nobody thought of
    may succeed too. ``what`` names it in the log, once per kind of failure. What is raised of the kinds ``unless`` is
    the end of it."""
    said: set[type[BaseException]] = set()
    while True:
        try:
            return await work()
        except unless:
            raise
        except Exception as error:
            if type(error) not in said:
                said.add(type(error))
                if isinstance(error, Unavailable):
                    _log.warning("%s must wait: %s", what, error.message)
                else:
                    _log.exception("%s failed; trying again", what)
        await sleep(again_after)
        again_after = min(again_after * 2, MOST_BETWEEN)
