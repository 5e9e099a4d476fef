"""The process that plays the demo: ``python -m chat_tui.demo DATA VIEWER SEED``.

It starts the throw-away service, says ``ready`` once everything is there, and ends when its input closes.
"""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

from chat_tui.demo.cast import play, seed
from chat_tui.local_service import LocalService, attach


async def _closed() -> None:
    """The parent went away: its end of the pipe is closed."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1024):
        pass


async def _run(service: LocalService, viewer: str, seed_number: int) -> None:
    await seed(service, viewer)
    print("ready", flush=True)  # noqa: T201 - the parent waits for it
    playing = asyncio.create_task(play(service, viewer, seed_number))
    closed = asyncio.create_task(_closed())
    await asyncio.wait({playing, closed}, return_when=asyncio.FIRST_COMPLETED)
    playing.cancel()
    with contextlib.suppress(asyncio.CancelledError, BaseExceptionGroup):
        await playing


def main() -> None:
    data, viewer, seed_number = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    service = attach(data)
    try:
        asyncio.run(_run(service, viewer, seed_number))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(service.pid, signal.SIGTERM)


if __name__ == "__main__":
    main()
