"""The one worker between client and screen: gathers what happened and posts it, in a flood twenty times a second."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from textual.message import Message
from textual.widget import Widget

from chat_tui.client.events import Event, EventStream

_log = logging.getLogger(__name__)

FLOOD_PACE = 0.05
"""Seconds between two posts in a flood."""

UNPACED_POSTS = 4
"""Posts that go without waiting after a quiet time; each pause gives one back."""


@dataclass
class ClientChanged(Message):
    """Everything that happened since the last one, in order."""

    happened: list[Event]


async def forward(
    stream: EventStream,
    target: Widget,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """Post the stream's events to ``target`` until the client is closed."""
    free_from = clock() - UNPACED_POSTS * FLOOD_PACE
    while True:
        try:
            target.post_message(ClientChanged(await stream.batch()))
        except StopAsyncIteration:
            return
        except Exception:  # without this worker the screen would show nothing new for ever
            _log.exception("following the service failed; going on")
        free_from = max(free_from, clock() - UNPACED_POSTS * FLOOD_PACE) + FLOOD_PACE
        await sleep(max(0.0, free_from - clock()))
