"""Errors nobody expected, in the real program: one line, a log, and a terminal as it was."""

import stat
import sys

from tests.e2e.conftest import Machine
from tests.support.terminal import Terminal

SPOILT = """
import sys
from chat_tui.tui.{module} import {name}
def fail(*_, **__):
    raise ValueError("nobody expected this")
{name}.{method} = fail
from chat_tui.cli import main
main(sys.argv[1:], prog_name="chat-tui")
"""


def spoilt(machine: Machine, module: str, name: str, method: str) -> Terminal:
    """The program with one method that always fails."""
    code = SPOILT.format(module=module, name=name, method=method)
    log = machine.data.parent / "logs" / "mine.log"
    command = [sys.executable, "-c", code, "--data", str(machine.data), "--identity", "alice", "--log", str(log)]
    terminal = Terminal(*command)
    machine.terminals.append(terminal)
    return terminal


def test_a_pane_that_fails_is_said_and_the_rest_works(machine: Machine) -> None:
    """One line with the log's place; one can write, and leave in good order."""
    alice = spoilt(machine, "widgets.roster", "Roster", "line")
    text = alice.see("this cannot be drawn", "drawing roster: unexpected ValueError; see …", "mine.log")
    alice.see("connected", "Message #general")
    assert "Traceback" not in text
    assert "nobody expected this" not in text
    alice.say("still here")
    alice.wait(lambda _: "alice" in alice.line_with("still here"), what="the message")
    assert alice.quit() == 0
    log = machine.data.parent / "logs" / "mine.log"
    assert "ValueError: nobody expected this" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_fatal_error_is_one_line_and_status_1(machine: Machine) -> None:
    """Without a main screen there is nothing to go on with: the terminal is restored, and what was written is kept."""
    alice = spoilt(machine, "main.screen", "MainScreen", "on_mount")
    try:
        while alice.process.poll() is None:
            alice.pump(0.1)
        while alice.pump(0.1):
            pass
    finally:
        status = alice.process.wait(timeout=10)
    assert status == 1
    last = alice.raw[alice.raw.rindex(b"\x1b[?1049l") :].decode()
    assert "chat-tui: it ended: an unexpected error; see " in last
    assert "Traceback" not in alice.raw.decode(errors="replace")
    assert "nobody expected this" not in alice.raw.decode(errors="replace")


def test_the_default_log_is_among_ones_data(machine: Machine) -> None:
    """And is one's own."""
    alice = machine.open("alice")
    assert alice.quit() == 0
    log = machine.data / "chat-tui.log"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_stops_nothing(machine: Machine) -> None:
    """A directory in its place."""
    alice = machine.open("alice", "--log", str(machine.data.parent))
    alice.say("hello")
    alice.wait(lambda _: "alice" in alice.line_with("hello"), what="the message")
    assert alice.quit() == 0
