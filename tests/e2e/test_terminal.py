"""A program without a terminal, one whose terminal goes away, and one whose terminal sends nonsense."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Machine
from tests.support.terminal import Terminal

COMMAND = [sys.executable, "-m", "chat_tui.cli"]


def gone_within(terminal: Terminal, seconds: float) -> float:
    """How long the program goes on without the window."""
    began = time.monotonic()
    terminal.hang_up()
    terminal.process.wait(timeout=seconds)
    return time.monotonic() - began


@pytest.mark.parametrize("arguments", [[], ["demo"], ["--url", "http://127.0.0.1:1", "--token", "x" * 20]])
@pytest.mark.parametrize("missing", [("stdin",), ("stdout",), ("stderr",), ("stdin", "stdout", "stderr")])
def test_without_a_terminal_it_is_one_line_and_status_2(
    tmp_path: Path, arguments: list[str], missing: tuple[str, ...]
) -> None:
    """Nothing is started, and nothing painted where nobody looks."""
    master, slave = os.openpty()
    words = tmp_path / "words"
    with words.open("w+b") as file:
        stdin, stdout, stderr = (file if name in missing else slave for name in ("stdin", "stdout", "stderr"))
        data = tmp_path / "data"
        environment = {**os.environ, "CHAT_TUI_DATA": str(data)}
        done = subprocess.run(
            [*COMMAND, *arguments],
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env=environment,
            timeout=20,
            check=False,
        )
    os.close(slave)
    said = words.read_bytes() if "stderr" in missing else os.read(master, 65536)
    os.close(master)
    lines = [line for line in said.decode().splitlines() if "Warning" not in line]
    assert (done.returncode, len(lines)) == (2, 1), said
    assert "a terminal is needed" in lines[0]
    assert not (data / "service.json").exists()


@pytest.mark.parametrize("is_told", [True, False])
@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_lost_terminal_ends_it_and_keeps_what_is_unsent(machine: Machine, is_told: bool, is_stopped: bool) -> None:
    """With and without the signal that tells of it, and with a service that answers nothing; what was written is sent
    by the next start."""
    alice = machine.open("alice", is_told=is_told)
    service = machine.service.pid
    if is_stopped:
        os.kill(service, signal.SIGSTOP)
    try:
        alice.say("the last words")
        alice.wait(lambda _: "alice" in alice.line_with("the last words"), what="the message")
        assert gone_within(alice, 5.0) < 2.0
    finally:
        os.kill(service, signal.SIGCONT)
    machine.open("alice").see("the last words")


NONSENSE = (
    b"\xff",
    b"\xc3(",
    b"\x1b[1114112u",
    b"\x1b[99999999999u",
    b"\x1b[1;1:9u",
    b"\x1b[97::98;5u",
    b"\x1b[:~",
    b"\x1b[<;M",
)


def test_what_a_terminal_sends_that_is_no_key_ends_nothing(machine: Machine) -> None:
    """Bytes of another encoding, sequences of another protocol, alone and in what is pasted."""
    alice = machine.open("alice")
    for number, nonsense in enumerate(NONSENSE):
        alice.send(nonsense)
        alice.say(f"still here {number}")
        alice.see(f"still here {number}")
    alice.send(b"\x1b[200~pasted \xff " + b"\x1b[99999999999u" + b" and more\x1b[201~")
    alice.see("pasted", "and more")
    assert alice.quit() == 0
