"""How long a start takes until one can type and sees the service's channels.

    python -m tests.bench.start

The baseline is a Textual app with a TextArea and nothing else, started in turn with ours.
"""

import os
import signal
import time
from collections.abc import Callable

from chat_tui.local_service import find
from tests.bench.raw_terminal import RawTerminal, bare, client
from tests.bench.report import bench_directory, header, percentile, row
from tests.support.service import ServiceProcess

STARTS = 15


def ready_after(open_terminal: Callable[[], RawTerminal], *wanted: bytes) -> float:
    """Seconds from exec until a character, typed as soon as the screen is the program's, is echoed, and ``wanted``
    is there."""
    terminal = open_terminal()
    try:
        terminal.until(b"\x1b[?2004h")
        terminal.write("~")
        terminal.until(b"~", *wanted)
        return time.monotonic() - terminal.began
    finally:
        terminal.close()


def main() -> None:
    with bench_directory() as data:
        header("starts of the client, 120×40", data, "default limits")
        service = ServiceProcess(data / "warm", "--log-level", "warning")
        service.start()
        ready_after(lambda: client(data / "warm"), b"general")
        warm, stock, cold = [], [], []
        for number in range(STARTS):
            warm.append(ready_after(lambda: client(data / "warm"), b"general"))
            stock.append(ready_after(bare))
            fresh = data / f"cold-{number}"
            cold.append(ready_after(lambda fresh=fresh: client(fresh), b"general"))  # type: ignore[misc]
            started = find(fresh)
            if started is not None:
                os.kill(started.pid, signal.SIGTERM)
        service.stop()
        alone = percentile(stock, 0.5)
        for words, took in (("service running", warm), ("service started too, for the first time", cold)):
            middle = percentile(took, 0.5)
            ratio = f"{middle / alone:.2f} × TextArea alone ({alone * 1e3:.0f} ms)"
            row(f"start to input-ready, {words}, ms", f"{middle * 1e3:.0f}", ratio)


if __name__ == "__main__":
    main()
