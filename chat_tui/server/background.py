"""Work that nobody waits for, done even though the store refuses for a while: a disk that was full is not for ever."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from chat_tui.protocol.errors import Unavailable

T = TypeVar("T")

TRY_AGAIN_AFTER = 1.0
"""Seconds."""

_log = logging.getLogger(__name__)


async def insist(work: Callable[[], Awaitable[T]], what: str, *, every: float = TRY_AGAIN_AFTER) -> T:
    """Do ``work``, again ``every`` so many seconds until the store answers. ``what`` names it in the log."""
    refused = False
    while True:
        try:
            return await work()
        except Unavailable as error:
            if not refused:
                _log.warning("%s must wait: %s", what, error.message)
            refused = True
            await asyncio.sleep(every)


async def keep_doing(step: Callable[[], Awaitable[None]], what: str) -> None:
    """Do ``step``, which waits for its time itself, for ever."""
    while True:
        await insist(step, what)
