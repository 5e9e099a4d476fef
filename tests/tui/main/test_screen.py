"""The screen under real keys, over a client with fixed data."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.events import Idle, Paste
from textual.pilot import Pilot

from chat_tui.client import UpdateReason, events
from chat_tui.client.model import PendingMessage, SendState
from chat_tui.tui.actions import ACTIONS, EVERYWHERE
from chat_tui.tui.app import ChatApp
from chat_tui.tui.faults import Faults
from chat_tui.tui.main.channel_controller import Noticed
from chat_tui.tui.main.screen import MainScreen
from chat_tui.tui.quick_echo import QuickScreen, hurry
from chat_tui.tui.render.line import plain_text
from chat_tui.tui.screens.help import Help
from chat_tui.tui.screens.outbox import OutboxList, OutboxScreen
from chat_tui.tui.screens.picker import Picker
from tests.support.hostile import HOSTILE, REFUSED
from tests.support.stage import NOW, StageClient, stage_app


class Stage:
    """The application, its screen and its client, under a pilot."""

    def __init__(self, pilot: Pilot[Any], client: StageClient) -> None:
        self.pilot = pilot
        self.client = client

    @property
    def screen(self) -> MainScreen:
        screen = self.pilot.app.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    @property
    def faults(self) -> Faults:
        """What went wrong that nobody expected."""
        app = self.pilot.app
        assert isinstance(app, ChatApp)
        return app.faults

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    @property
    def title(self) -> str:
        channel = self.screen.presenter.channel
        return "" if channel is None else channel.title

    @property
    def log(self) -> str:
        return plain_text(self.screen.panes.log.drawn)

    @property
    def text(self) -> str:
        return self.screen.panes.composer.text

    async def until(self, is_so: Callable[[], object]) -> None:
        """Let the application work until it is so, within a bound."""
        for _ in range(100):
            if is_so():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"it did not come to be:\n{self.log}")


@asynccontextmanager
async def opened(
    client: StageClient | None = None,
    size: tuple[int, int] = (112, 28),
    shows: str = "replica is promoted",
    *,
    faults: Faults | None = None,
    expects_faults: bool = False,
) -> AsyncIterator[Stage]:
    """Once the log of incident-42 ``shows`` these words, unless it is empty."""
    client = client or StageClient()
    app = stage_app(client, faults=faults)
    async with app.run_test(size=size) as pilot:
        stage = Stage(pilot, client)
        await stage.until(lambda: stage.title)
        stage.screen.go(client.channels.find("incident-42").sid)
        await stage.until(lambda: shows in stage.log or len(client.opened().messages) == 0)
        yield stage
        assert app.safety_filter.caught == 0
        assert expects_faults or app.faults.count == 0


async def test_enter_sends_and_other_keys_make_new_lines() -> None:
    """Enter hands over what was written; Ctrl+J, Alt+Enter and Shift+Enter begin a line."""
    async with opened() as stage:
        await stage.press("a", "ctrl+j", "b", "shift+enter", "c", "enter")
        assert ("send", "a\nb\nc") in stage.client.commands
        assert stage.text == ""
        await stage.until(lambda: "sending" in stage.log)


async def test_a_blank_message_is_not_sent_and_an_unknown_command_is_given_back() -> None:
    """Nothing typed is ever lost."""
    async with opened() as stage:
        await stage.press("space", "enter")
        await stage.press("backspace", *"/nonsense", "enter")
        assert stage.text == "/nonsense"
        assert not [command for command in stage.client.commands if command[0] == "send"]


@pytest.mark.parametrize("keys", [("ctrl+t",), (*"/mute", "enter")])
async def test_mute_is_shown_at_once(keys: tuple[str, ...]) -> None:
    """By key and by command; the same again takes it back."""
    async with opened() as stage:
        channel = stage.client.channels.find("incident-42")
        await stage.press(*keys)
        await stage.until(lambda: channel.is_muted)
        await stage.press(*keys)
        await stage.until(lambda: not channel.is_muted)
        assert [c for c in stage.client.commands if c[0] == "level"] == [("level", "muted"), ("level", "default")]


async def test_drafts_stay_with_their_channel() -> None:
    """Going away and coming back finds the text, and the list marks it."""
    async with opened() as stage:
        await stage.press(*"half a thought", "ctrl+n")
        assert (stage.title, stage.text) == ("random", "")
        assert "»" in plain_text(stage.screen.panes.channels.drawn)
        await stage.press("ctrl+o")
        assert (stage.title, stage.text) == ("incident-42", "half a thought")


async def test_next_unread_skips_muted_channels() -> None:
    """F4 goes round the channels that ask for a reader."""
    async with opened() as stage:
        seen = []
        for _ in range(3):
            await stage.press("f4")
            seen.append(stage.title)
        assert "random" not in seen
        assert {"general", "hiring"} <= set(seen)


async def test_a_new_message_is_shown_and_read() -> None:
    """The end in view and the terminal in front: the horizon advances."""
    async with opened() as stage:
        message = stage.client.write("bob", "all clear")
        await stage.until(lambda: "all clear" in stage.log)
        await stage.until(lambda: ("read", f"incident-42 {message.index}") in stage.client.commands)


async def test_scrolled_up_the_view_stays_and_says_what_is_below() -> None:
    """New messages do not move what is being read, nor count as read."""
    lines = [(12, n % 60, "bob", f"line {n}") for n in range(80)]
    async with opened(StageClient(lines=[*lines, (12, 31, "bob", "the replica is promoted")])) as stage:
        await stage.press("pageup", "pageup")
        before = stage.log
        written = stage.client.write("carla", "down here")
        await stage.until(lambda: "below" in str(stage.screen.panes.log.border_subtitle))
        assert stage.log == before
        assert ("read", f"incident-42 {written.index}") not in stage.client.commands
        await stage.press("ctrl+end")
        await stage.until(lambda: "down here" in stage.log)


async def test_up_selects_messages_and_escape_returns() -> None:
    """Up in an empty composer selects the newest; y copies it; Esc goes back to writing."""
    async with opened() as stage:
        await stage.press("up")
        assert stage.screen.focused is stage.screen.panes.log
        await stage.until(lambda: "▌ 12:40  Dan" in stage.log or "▌12:40" in stage.log)
        await stage.press("y")
        assert stage.pilot.app.clipboard == "@alice can you confirm?"
        await stage.press("escape", "x")
        assert stage.text == "x"


async def test_every_global_key_works_while_the_composer_has_the_focus() -> None:
    """None is swallowed by the text area, none is typed into it."""
    for action in ACTIONS:
        if action.where != EVERYWHERE or action.id == "quit":
            continue
        for key in action.keys:
            async with opened() as stage:
                ran: list[str] = []
                name = f"action_{action.action}"
                setattr(stage.screen, name, lambda *_, ran=ran, name=name: ran.append(name))
                await stage.press(key)
                assert ran == [name], f"{key} does not run {action.id}"
                assert stage.text == ""


async def test_help_switcher_and_palette_open_on_their_keys() -> None:
    """And close on Esc, back to what was being written."""
    screens: tuple[tuple[str, type], ...] = (("f1", Help), ("ctrl+k", Picker), ("f2", Picker))
    async with opened() as stage:
        await stage.press("x")
        for key, kind in screens:
            await stage.press(key)
            assert isinstance(stage.pilot.app.screen, kind)
            await stage.press("escape")
            assert stage.pilot.app.screen is stage.screen
        await stage.press("ctrl+k", *"hir", "enter")
        await stage.until(lambda: stage.title == "hiring")


@pytest.mark.parametrize(("width", "roster", "channels"), [(112, True, True), (80, False, True), (50, False, False)])
async def test_panes_fold_by_width_and_unfold_by_key(width: int, roster: bool, channels: bool) -> None:
    """Three, two, one pane; F7 and F6 bring the others."""
    async with opened(size=(width, 24)) as stage:
        panes = stage.screen.panes
        await stage.until(lambda: (panes.roster.display, panes.channels.display) == (roster, channels))
        await stage.press("f7")
        await stage.until(lambda: panes.roster.display is not roster)
        await stage.press("escape" if width < 70 else "f7")
        await stage.until(lambda: panes.roster.display is roster)


async def test_marks_change_with_the_people() -> None:
    """A `UserUpdated` redraws the roster and the reach line."""
    async with opened() as stage:
        bob = stage.client.people.known("bob")
        assert bob is not None
        bob.is_online, bob.is_notifiable = False, None
        stage.client.emit(events.UserUpdated(bob, frozenset({UpdateReason.ONLINE})))
        await stage.until(lambda: "○ ? Bob" in plain_text(stage.screen.panes.roster.drawn))
        assert "1 online" in str(stage.screen.panes.composer.border_subtitle)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_text_is_inert_in_every_pane(text: str) -> None:
    """As user name, as channel name and as message; the second lock (the line filter) finds nothing to do."""
    client = StageClient()
    bob, channel = client.people.known("bob"), client.channels.find("general")
    assert bob is not None
    bob.friendly_name = text[:256]
    channel.unique_name = channel.friendly_name = text[:256]
    async with opened(client) as stage:
        client.write("bob", text[:32768])
        await stage.pilot.pause(0.1)
        await stage.press("ctrl+k")
        await stage.press("escape")
        await stage.press("shift+tab", "down", "tab")
        assert ("send", "") not in client.commands
        assert "\x1b" not in stage.log


@pytest.mark.parametrize("text", [*HOSTILE.values(), *REFUSED.values()], ids=[*HOSTILE, *REFUSED])
async def test_what_is_pasted_is_cleaned(text: str) -> None:
    """Nothing in a paste can drive the terminal, and what is sent is valid Unicode."""
    async with opened() as stage:
        stage.screen.panes.composer.post_message(Paste(text[:2000]))
        await stage.pilot.pause()
        assert not {c for c in stage.text if ord(c) < 32 and c != "\n"}
        stage.text.encode()


async def test_a_hostile_identity_is_cleaned_before_it_is_written_or_copied() -> None:
    """Picking a person puts a clean name into the composer; what is copied cannot drive a terminal it is pasted in."""
    async with opened() as stage:
        await stage.screen._chosen("person:\x1b[31mevil\u202e")
        assert stage.text == "@\ufffd[31mevil\ufffd "
        stage.client.write("bob", "\x1b]0;title\x07")
        await stage.until(lambda: "]0;title" in stage.log)
        stage.screen.panes.composer.replace_text("")
        await stage.press("up", "y")
        assert stage.pilot.app.clipboard == "\ufffd]0;title\ufffd"


async def test_a_key_is_drawn_without_waiting_for_the_next_tick() -> None:
    """The private names that `quick_echo` leans on are still there: a hurried screen paints when it falls idle."""
    async with opened() as stage:
        drawn: list[bool] = []
        screen: QuickScreen = stage.screen
        screen._on_timer_update = lambda: drawn.append(screen.is_in_hurry)  # type: ignore[method-assign]
        hurry(stage.screen.panes.composer)
        screen._dirty_widgets.add(stage.screen.panes.composer)
        await stage.until(lambda: not screen.app._batch_count)
        await screen._on_idle(Idle())
        assert drawn == [False]


async def test_a_notice_stands_for_its_own_time() -> None:
    """The end of one that stood before it, said in the same words or in others, does not end it."""
    async with opened() as stage:
        due: list[Callable[[], None]] = []
        stage.screen.set_timer = lambda delay, callback: due.append(callback)  # type: ignore[method-assign,assignment,misc]
        for words in ("first", "second", "second"):
            stage.screen.on_noticed(Noticed(words))
        for number, shown in enumerate((" second", " second", "")):
            due[number]()
            assert "".join(piece.text for piece in stage.screen.panes.notice) == shown


async def test_the_log_makes_no_widget_per_message() -> None:
    """Ten thousand messages are values; the tree stays as small as it was."""
    async with opened() as stage:
        before = len(list(stage.screen.walk_children()))
        for number in range(10_000):
            stage.client.write("bob", f"flood {number}")
        await stage.until(lambda: "flood 9999" in stage.log)
        assert len(list(stage.screen.walk_children())) == before
        assert len(stage.screen.panes.log.lines.cache) < 200


async def test_the_outbox_sends_again_writes_anew_and_discards() -> None:
    """By key, on the message under the cursor; what is written anew is in the composer of its channel."""
    async with opened() as stage:
        outbox, general = stage.client.outbox, stage.client.channels.find("general")
        for name, body in (("m1", "first"), ("m2", "second\x1b[31m"), ("m3", "third")):
            outbox.failed[name] = PendingMessage(name, general.sid, body, NOW, SendState.FAILED, error="too long")
        await stage.press(*"/outbox", "enter")
        await stage.until(lambda: isinstance(stage.pilot.app.screen, OutboxScreen))
        drawn = plain_text(stage.pilot.app.screen.query_one(OutboxList).drawn)
        assert "failed  #general" in drawn
        assert "too long" in drawn
        assert "\x1b" not in drawn
        await stage.press("r")
        assert [pending.mutation_id for pending in outbox.unsent()] == ["m2", "m3", "m1"]
        await stage.press("down", "d")
        assert [pending.mutation_id for pending in outbox.unsent()] == ["m2", "m1"]
        await stage.press("up", "e")
        await stage.until(lambda: stage.title == "general")
        assert stage.text.startswith("second")
        assert "\x1b" not in stage.text
        assert [pending.mutation_id for pending in outbox.unsent()] == ["m1"]
        await outbox.close()


@pytest.mark.parametrize("width", [112, 80, 50])
async def test_the_key_to_help_is_always_shown(width: int) -> None:
    """Whatever else there is room for, wherever the focus is."""
    async with opened(size=(width, 24)) as stage:
        for _ in range(3):
            assert "F1 help" in plain_text(stage.screen.panes.hints.drawn)
            await stage.press("tab")


@pytest.mark.parametrize(("width", "last"), [(112, "Esc close"), (50, "d discard")])
async def test_the_outbox_names_the_keys_there_is_room_for(width: int, last: str) -> None:
    """None is cut in two."""
    async with opened(size=(width, 24)) as stage:
        await stage.press(*"/outbox", "enter")
        await stage.until(lambda: isinstance(stage.pilot.app.screen, OutboxScreen))
        outbox = stage.pilot.app.screen.query_one(OutboxList)
        await stage.until(lambda: str(outbox.border_subtitle).endswith(last))
        assert len(str(outbox.border_subtitle)) <= outbox.size.width - 2
