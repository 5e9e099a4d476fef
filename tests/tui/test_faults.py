"""An error nobody expected is said in one line, and the program goes on; where it cannot, it ends in good order."""

import asyncio
import logging
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Static
from textual.worker import Worker

from chat_tui import logs
from chat_tui.client import events
from chat_tui.settings import Settings
from chat_tui.tui import launch
from chat_tui.tui.app import ChatApp
from chat_tui.tui.faults import (
    FAULT_PAUSE,
    PAINT_FAULTS,
    REPEATED_AFTER,
    Faults,
    Guarded,
    ScreenLogHandler,
    run_in_background,
)
from chat_tui.tui.launch import begin_log
from chat_tui.tui.main.screen import MainScreen
from chat_tui.tui.render.line import plain_text
from chat_tui.tui.screens.help import Help
from chat_tui.tui.screens.outbox import OutboxScreen
from chat_tui.tui.screens.picker import Picker
from tests.support.fake_client import FakeClient, chat_app
from tests.support.screen import Screen, opened
from tests.support.waiting import poll


class Unforeseen(Exception):
    """What nobody expected."""


def fail(*_: object, **__: object) -> None:
    raise Unforeseen("with a secret in its words")


async def fail_later(*_: object) -> None:
    fail()


def in_result(screen: Screen) -> None:
    """Of a dialogue, in whoever asked for it."""
    dialogue = Help((), screen.main.glyphs)
    screen.pilot.app.push_screen(dialogue, fail)
    dialogue.call_later(dialogue.action_close)


async def cancel() -> None:
    raise asyncio.CancelledError


def in_worker(screen: Screen) -> None:
    run_in_background(screen.main, "the work", fail_later)


def in_plain_worker(screen: Screen) -> None:
    _: Worker[None] = screen.main.run_worker(fail_later)


def in_action(screen: Screen) -> None:
    screen.main.action_perform = fail  # type: ignore[method-assign]
    screen.main.call_later(screen.main.run_action, "perform('help')")


def in_timer(screen: Screen) -> None:
    screen.main.set_timer(0.01, fail)


def in_callback(screen: Screen) -> None:
    screen.main.call_next(fail)


def after_refresh(screen: Screen) -> None:
    screen.main.call_after_refresh(fail)


def in_cancellation(screen: Screen) -> None:
    """What it waited for was cancelled, and nobody asked it to end."""
    screen.main.call_later(cancel)


def in_cancelled_worker(screen: Screen) -> None:
    run_in_background(screen.main, "the work", cancel)


def in_event(screen: Screen) -> None:
    screen.client.emit(events.ChannelUpdated(None, frozenset()))  # type: ignore[arg-type]


def in_pane(screen: Screen) -> None:
    screen.main.panes.roster.compute = fail  # type: ignore[assignment]
    screen.main.panes.roster.redraw()


def in_row(screen: Screen) -> None:
    screen.main.panes.roster.row = fail  # type: ignore[assignment]
    screen.main.panes.roster.refresh()


def in_composer(screen: Screen) -> None:
    screen.main.panes.composer.get_line = fail  # type: ignore[assignment]
    screen.main.panes.composer.refresh()


def in_library(_: Screen) -> None:
    logging.getLogger("chat_tui.client.somewhere").error("%s failed", "keeping what is known")


def in_task(_: Screen) -> None:
    threading.Thread(target=logging.getLogger("asyncio").error, args=("Task exception was never retrieved",)).start()


CAUSES: tuple[Callable[[Screen], None], ...] = (
    in_worker, in_plain_worker, in_action, in_timer, in_callback, after_refresh, in_pane, in_row, in_composer,
    in_library, in_task, in_result, in_cancellation, in_cancelled_worker, in_event,
)  # fmt: skip


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.__name__)
async def test_an_error_is_said_in_one_line_and_the_program_goes_on(cause: Callable[[Screen], None]) -> None:
    """Wherever it comes from: its kind, not its words, and where the log is."""
    async with opened(faults=Faults("see /there/chat-tui.log"), expects_faults=True) as screen:
        cause(screen)
        hints = screen.main.panes.hints
        await screen.until(lambda: "see /there/chat-tui.log" in plain_text(hints.drawn))
        assert "secret" not in plain_text(hints.drawn)
        screen.client.write("bob", "still here")
        await screen.until(lambda: "still here" in screen.log)
        await screen.press("x", "enter")
        assert ("send", "x") in screen.client.commands


async def test_a_handler_that_fails_hears_the_next_message() -> None:
    """Of the screen, of a pane and of the application: each goes on with its next message and key."""
    async with opened(expects_faults=True) as screen:
        pane = screen.main.panes.channels
        good, pane.show = pane.show, fail  # type: ignore[method-assign]
        channel = screen.client.opened().channel
        screen.client.emit(events.ChannelUpdated(channel, frozenset()))
        await screen.until(lambda: screen.faults.count == 1)
        pane.show = good  # type: ignore[method-assign]
        for widget in (screen.pilot.app, screen.main, *screen.main.walk_children()):
            before, done = screen.faults.count, list[int]()
            widget.call_later(fail)
            widget.call_later(done.append, 1)
            await screen.until(done.__len__)
            assert screen.faults.count == before + 1
        await screen.press("y")
        assert screen.text == "y"


@pytest.mark.parametrize("key", ["f1", "f2", "f9"])
async def test_every_part_of_every_screen_is_guarded(key: str) -> None:
    """But Textual's own furniture, which runs nothing of ours."""
    async with opened() as screen:
        await screen.press(key)
        main = screen.pilot.app.screen
        assert isinstance(main, Help | Picker | OutboxScreen)
        parts = [*screen.main.walk_children(), *main.walk_children(), screen.main, main, screen.pilot.app]
        ours = [part for part in parts if type(part).__name__ not in ("ToastRack", "Tooltip", "ScrollBar")]
        assert [part for part in ours if not isinstance(part, Guarded)] == []


async def test_a_dialogue_that_cannot_be_made_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """And says so; the main screen is as it was."""
    async with opened(expects_faults=True) as screen:
        monkeypatch.setattr(Help, "on_mount", fail)
        await screen.press("f1")
        await screen.until(lambda: screen.pilot.app.screen is screen.main)
        await screen.until(lambda: "Help" in plain_text(screen.main.panes.hints.drawn))
        await screen.press("x")
        assert screen.text == "x"


# ---- where it cannot go on


async def ended(app: ChatApp) -> None:
    """Run until it ends by itself, within a bound."""
    async with app.run_test():
        await poll(lambda: not app.is_running or app.return_code is not None)


async def test_without_a_main_screen_it_ends_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 1, and where the log is; no trace."""
    monkeypatch.setattr(MainScreen, "on_mount", fail)
    app = ChatApp(FakeClient(), place="x", faults=Faults("see LOG"))
    await ended(app)
    assert (app.return_value, app.return_code) == ("it ended: an unexpected error; see LOG", 1)
    assert app._exit_renderables == []  # what Textual prints at the end, which nothing of its own tells


async def test_a_widget_of_textuals_own_that_died_ends_it() -> None:
    """It hears nothing any more, and nobody knows what it was for."""

    app, deaf = chat_app(), Static()
    async with app.run_test() as pilot:
        await pilot.pause(0.1)
        await app.screen.mount(deaf)
        deaf.call_later(fail)
        await poll(lambda: app.return_code is not None)
    assert app.return_code == 1


async def test_a_screen_that_cannot_be_painted_ends_it_instead_of_trying_for_ever() -> None:
    """After a few tries in a few seconds: an empty screen that eats the processor helps nobody."""
    app = chat_app(faults=Faults(clock=lambda: 0.0))
    async with app.run_test() as pilot:
        await pilot.pause(0.1)
        main = app.screen

        def _on_timer_update() -> None:
            main.set_timer(0.001, _on_timer_update)
            fail()

        main.set_timer(0.001, _on_timer_update)
        await poll(lambda: app.return_code is not None, within=30)
    assert app.return_code == 1
    assert app.faults.count <= PAINT_FAULTS + 5


# ---- how many, how fast


def test_faults_that_follow_each_other_closely_cost_their_cause_time() -> None:
    """A few are free."""
    now = 100.0
    faults = Faults(clock=lambda: now)
    for _ in range(19):
        faults.take("x", Unforeseen())
    assert faults.pause == 0
    faults.take("x", Unforeseen())
    assert faults.pause == FAULT_PAUSE
    now += 2
    assert faults.pause == 0
    assert not faults.is_hopeless


def test_the_same_is_said_once_in_a_while() -> None:
    """However often it happens; something else is said at once."""
    now, said = 100.0, list[str]()
    handler = ScreenLogHandler(said.append, lambda: now)
    for words in ("one", "one", "two", "one"):
        handler.handle(logging.makeLogRecord({"msg": words, "levelno": logging.ERROR}))
    assert said == ["one", "two"]
    now += REPEATED_AFTER + 1
    handler.handle(logging.makeLogRecord({"msg": "one", "levelno": logging.ERROR}))
    assert said == ["one", "two", "one"]
    for number in range(1000):
        handler.handle(logging.makeLogRecord({"msg": f"{number}", "levelno": logging.ERROR}))
    assert len(said) < 200


# ---- the log


@pytest.fixture
def fresh_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a start of the program changes is put back."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)


@pytest.mark.usefixtures("fresh_logging")
def test_the_log_is_ones_own_and_holds_no_token(tmp_path: Path) -> None:
    """0600; the trace of an error is in it, a token and an escape sequence are not."""
    file = tmp_path / "new" / "chat-tui.log"
    assert begin_log(file) == f"see {file}"
    try:
        raise Unforeseen("\x1b[31m eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl")
    except Unforeseen as error:
        Faults().take("a pane", error)
    died = threading.Thread(target=fail, name="the attacher")
    died.start()
    died.join()
    text = file.read_text()
    assert "a pane: unexpected Unforeseen" in text
    assert "test_faults.py" in text
    assert "the attacher died" in text
    assert "eyJ" not in text
    assert "\x1b" not in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.usefixtures("fresh_logging")
def test_without_a_place_to_log_to_the_program_runs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A directory where the file should be, a file where the directory should be, no rights, a link, a pipe: it says
    so when there is something to look up, and prints nothing over the screen."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    for place in (tmp_path, tmp_path / "file" / "log", tmp_path / "link", Path("/proc/none/log"), Path("/dev/null")):
        assert begin_log(place).startswith(f"there is no log ({place}: ")
        Faults().take("a pane", Unforeseen())
    assert capfd.readouterr() == ("", "")
    assert (tmp_path / "file").read_text() == "x"


@pytest.mark.usefixtures("fresh_logging")
@pytest.mark.parametrize("method", ["__init__", "run"])
def test_an_application_that_raises_ends_with_one_line(
    method: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever Textual lets through, and whatever fails before it begins."""
    monkeypatch.setattr(ChatApp, method, fail)
    monkeypatch.setattr(launch, "missing_terminal", lambda: None)  # the test runner's is none
    target = launch.RemoteTarget(tmp_path, "http://127.0.0.1:1", None, "http://127.0.0.1:1")
    status = launch.run(target, Settings(), log=tmp_path / "log")
    assert status == 1
    assert capsys.readouterr().err == f"chat-tui: it ended: an unexpected error; see {tmp_path / 'log'}\n"
    assert "Unforeseen" in (tmp_path / "log").read_text()
    logs.use(logging.NullHandler(), "info")
