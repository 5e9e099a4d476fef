"""The client in a terminal: keystrokes, bytes, processor, a flood.

    python -m tests.bench.screen

The writer is a process of its own. The baseline of keys is a Textual app with a TextArea and nothing else.
"""

import asyncio
import multiprocessing
import random
import string
import time
from multiprocessing.connection import Connection

from tests.bench.raw_socket import RawSocket
from tests.bench.raw_terminal import RawTerminal, bare, client
from tests.bench.report import bench_directory, cpu_seconds, header, percentile, resident_bytes, row
from tests.bench.send import start
from tests.support.service import ServiceProcess

KEYS = 150
FLOOD = 10_000


def type_keys(terminal: RawTerminal, count: int = KEYS) -> list[float]:
    """Seconds each of ``count`` keys took to be on the terminal."""
    dice = random.Random(7)
    took = []
    for number in range(count):
        if number % 40 == 39:
            terminal.write("\x15")  # a line is full: begin anew
            terminal.drain(0.1)
        letter = dice.choice(string.ascii_letters)
        terminal.drain(dice.uniform(0.02, 0.06))
        began = time.monotonic()
        terminal.write(letter)
        while letter.encode() not in terminal.read(1.0):
            if time.monotonic() - began > 2:
                break
        took.append(time.monotonic() - began)
    return took


# ---- the writer


def write(url: str, token: str, pipe: Connection) -> None:
    """Process: send at the rate it is told, until told 0; ``None`` ends it."""

    async def main() -> None:
        sockets = [await RawSocket.open(url, token, acknowledges=False) for _ in range(4)]
        for socket in sockets:
            await socket.request("GET", "/Client/v2/Conversations/general")
        number = 0
        while (order := await asyncio.to_thread(pipe.recv)) is not None:
            rate, count = order
            pending: set[asyncio.Task[object]] = set()
            began = time.monotonic()
            for sent in range(count):
                number += 1
                text = f"{time.monotonic():.6f} message {number:05d} " + "lorem ipsum dolor sit amet " * 2
                pending.add(asyncio.create_task(sockets[sent % 4].send("general", text)))
                if rate:
                    await asyncio.sleep(max(0.0, began + sent / rate - time.monotonic()))
                elif len(pending) > 64:
                    _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait(pending)
            pipe.send(number)

    asyncio.run(main())


def measure_keys(terminal: RawTerminal, pipe: Connection) -> None:
    idle = type_keys(terminal)
    stock = bare()
    stock.drain(1.5)
    theirs = type_keys(stock)
    stock.close()
    p50, p99 = percentile(idle, 0.5) * 1e3, percentile(idle, 0.99) * 1e3
    bare50, bare99 = percentile(theirs, 0.5) * 1e3, percentile(theirs, 0.99) * 1e3
    ratio = f"{p50 / bare50:.2f} × TextArea alone ({bare50:.1f} / {bare99:.1f})"
    row("keystroke echo, idle, p50 / p99 ms", f"{p50:.1f} / {p99:.1f}", ratio)
    pipe.send((200, 2400))
    terminal.drain(1.0)
    busy = type_keys(terminal)
    pipe.recv()
    b50, b99 = percentile(busy, 0.5) * 1e3, percentile(busy, 0.99) * 1e3
    row("keystroke echo at 200 messages/s, p50 / p99 ms", f"{b50:.1f} / {b99:.1f}", f"{b50 / p50:.2f} × idle")


def measure_load(terminal: RawTerminal, pipe: Connection, rate: int, seconds: int) -> None:
    terminal.drain(1.0)
    cpu, written = cpu_seconds(terminal.process.pid), terminal.bytes
    pipe.send((rate, rate * seconds))
    terminal.drain(seconds)
    used = (cpu_seconds(terminal.process.pid) - cpu) / seconds
    per_message = (terminal.bytes - written) / (rate * seconds)
    pipe.recv()
    row(f"at {rate} messages/s: bytes a message; CPU of the client", f"{per_message:,.0f}; {used:.0%}")


def measure_idle(terminal: RawTerminal, seconds: float = 10.0) -> None:
    terminal.drain(3.0)
    cpu = cpu_seconds(terminal.process.pid)
    written = terminal.drain(seconds)
    used = (cpu_seconds(terminal.process.pid) - cpu) / seconds
    row("idle: bytes/s to the terminal; CPU", f"{written / seconds:,.0f}; {used:.1%}")


def measure_flood(terminal: RawTerminal, pipe: Connection) -> None:
    terminal.drain(1.0)
    began = time.monotonic()
    pipe.send((0, FLOOD))
    while not pipe.poll():
        terminal.read(0.01)
    number = pipe.recv()
    sent = time.monotonic()
    try:
        terminal.until(f"message {number:05d}".encode(), within=5)
    except TimeoutError:
        terminal.drain(0.5)
    shown = time.monotonic()
    memory = resident_bytes(terminal.process.pid) / 2**20
    words = f"{FLOOD:,} messages at once: shown after the last is stored, s; MB"
    row(words, f"{shown - sent:.2f}; {memory:.0f}", f"sending them took {sent - began:.1f} s")


def measure_latency(terminal: RawTerminal, pipe: Connection, count: int = 60) -> None:
    """From the send to the other client's terminal."""
    took = []
    for _ in range(count):
        terminal.drain(0.12)
        began = time.monotonic()
        pipe.send((0, 1))
        number = pipe.recv()
        stored = time.monotonic()
        terminal.until(f"message {number:05d}".encode())
        took.append((time.monotonic() - began, stored - began))
    shown, stored_after = percentile([t for t, _ in took], 0.5), percentile([t for _, t in took], 0.5)
    ratio = f"{shown / stored_after:.1f} × the acknowledgement ({stored_after * 1e3:.1f} ms)"
    row("durable send → on the other client's screen, p50 ms", f"{shown * 1e3:.1f}", ratio)


def main() -> None:
    multiprocessing.set_start_method("spawn")
    with bench_directory() as data:
        header("the screen, 120×40", data, "rate and session-rate raised to 10^6/s")
        service = ServiceProcess(data, "--rate", "1000000", "--session-rate", "1000000", "--log-level", "warning")
        running = service.start()
        _, pipe = start(write, running.url, running.token_for("writer"))
        terminal = client(data)
        terminal.until(b"general")
        terminal.drain(1.5)
        measure_idle(terminal)
        measure_latency(terminal, pipe)
        measure_keys(terminal, pipe)
        measure_load(terminal, pipe, 20, 8)
        measure_load(terminal, pipe, 200, 8)
        measure_flood(terminal, pipe)
        pipe.send(None)
        terminal.close()
        service.stop()


if __name__ == "__main__":
    main()
