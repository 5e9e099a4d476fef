"""The one worker between client and screen: gathers what happened and posts it, at most twenty times a second."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from textual.message import Message
from textual.widget import Widget

from chat_tui.client.events import Event, EventStream

PACE = 0.05
"""Seconds between two posts; the first of a burst goes at once."""


@dataclass
class ClientChanged(Message):
    """Everything that happened since the last one, in order."""

    happened: list[Event]


async def forward(
    stream: EventStream, target: Widget, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> None:
    """Post the stream's events to ``target`` until the client is closed."""
    while True:
        try:
            happened = await stream.batch()
        except StopAsyncIteration:
            return
        target.post_message(ClientChanged(happened))
        await sleep(PACE)
