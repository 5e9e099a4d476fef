"""The screen under real keys, over a client with fixed data."""

from collections.abc import Callable

import pytest
from textual.events import Idle, Paste

from chat_tui.client import UpdateReason, User, events
from chat_tui.client.model import Member, PendingMessage, SendState
from chat_tui.tui.actions import EVERYWHERE
from chat_tui.tui.main.keys import ACTIONS
from chat_tui.tui.main.messages import Noticed
from chat_tui.tui.quick_echo import QuickScreen, hurry
from chat_tui.tui.render.line import plain_text
from chat_tui.tui.screens.help import Help
from chat_tui.tui.screens.outbox import OutboxList, OutboxScreen
from chat_tui.tui.screens.picker import Picker
from tests.support.fake_client import NOW, FakeClient
from tests.support.hostile import HOSTILE, REFUSED
from tests.support.screen import opened


async def test_enter_sends_and_other_keys_make_new_lines() -> None:
    """Enter hands over what was written; Ctrl+J, Alt+Enter and Shift+Enter begin a line."""
    async with opened() as screen:
        await screen.press("a", "ctrl+j", "b", "shift+enter", "c", "enter")
        assert ("send", "a\nb\nc") in screen.client.commands
        assert screen.text == ""
        await screen.until(lambda: "sending" in screen.log)


async def test_a_blank_message_is_not_sent_and_an_unknown_command_is_given_back() -> None:
    """Nothing typed is ever lost."""
    async with opened() as screen:
        await screen.press("space", "enter")
        await screen.press("backspace", *"/nonsense", "enter")
        assert screen.text == "/nonsense"
        assert not [command for command in screen.client.commands if command[0] == "send"]


@pytest.mark.parametrize("keys", [("ctrl+t",), (*"/mute", "enter")])
async def test_mute_is_shown_at_once(keys: tuple[str, ...]) -> None:
    """By key and by command; the same again takes it back."""
    async with opened() as screen:
        channel = screen.client.channels.find("incident-42")
        await screen.press(*keys)
        await screen.until(lambda: channel.is_muted)
        await screen.press(*keys)
        await screen.until(lambda: not channel.is_muted)
        assert [c for c in screen.client.commands if c[0] == "level"] == [("level", "muted"), ("level", "default")]


async def test_drafts_stay_with_their_channel() -> None:
    """Going away and coming back finds the text, and the list marks it."""
    async with opened() as screen:
        await screen.press(*"half a thought", "ctrl+n")
        assert (screen.title, screen.text) == ("random", "")
        assert "»" in plain_text(screen.main.panes.channels.drawn)
        await screen.press("ctrl+o")
        assert (screen.title, screen.text) == ("incident-42", "half a thought")


async def test_next_unread_skips_muted_channels() -> None:
    """F4 goes round the channels that ask for a reader."""
    async with opened() as screen:
        seen = []
        for _ in range(3):
            await screen.press("f4")
            seen.append(screen.title)
        assert "random" not in seen
        assert {"general", "hiring"} <= set(seen)


async def test_a_new_message_is_shown_and_read() -> None:
    """The end in view and the terminal in front: the horizon advances."""
    async with opened() as screen:
        message = screen.client.write("bob", "all clear")
        await screen.until(lambda: "all clear" in screen.log)
        await screen.until(lambda: ("read", f"incident-42 {message.index}") in screen.client.commands)


async def test_scrolled_up_the_view_stays_and_says_what_is_below() -> None:
    """New messages do not move what is being read, nor count as read."""
    lines = [(12, n % 60, "bob", f"line {n}") for n in range(80)]
    async with opened(FakeClient(lines=[*lines, (12, 31, "bob", "the replica is promoted")])) as screen:
        await screen.press("pageup", "pageup")
        before = screen.log
        written = screen.client.write("carla", "down here")
        await screen.until(lambda: "below" in str(screen.main.panes.log.border_subtitle))
        assert screen.log == before
        assert ("read", f"incident-42 {written.index}") not in screen.client.commands
        await screen.press("ctrl+end")
        await screen.until(lambda: "down here" in screen.log)


async def test_up_selects_messages_and_escape_returns() -> None:
    """Up in an empty composer selects the newest; y copies it; Esc goes back to writing."""
    async with opened() as screen:
        await screen.press("up")
        assert screen.main.focused is screen.main.panes.log
        await screen.until(lambda: "▌ 12:40  Dan" in screen.log or "▌12:40" in screen.log)
        await screen.press("y")
        assert screen.pilot.app.clipboard == "@alice can you confirm?"
        await screen.press("escape", "x")
        assert screen.text == "x"


async def test_every_global_key_works_while_the_composer_has_the_focus() -> None:
    """None is swallowed by the text area, none is typed into it."""
    for action in ACTIONS:
        if action.where != EVERYWHERE or action.id == "quit":
            continue
        for key in action.keys:
            async with opened() as screen:
                ran: list[str] = []
                screen.main.action_perform = lambda id_, ran=ran: ran.append(id_)  # type: ignore[method-assign,misc]
                await screen.press(key)
                assert ran == [action.id], f"{key} does not run {action.id}"
                assert screen.text == ""


async def test_help_switcher_and_palette_open_on_their_keys() -> None:
    """And close on Esc, back to what was being written."""
    screens: tuple[tuple[str, type], ...] = (("f1", Help), ("ctrl+k", Picker), ("f2", Picker))
    async with opened() as screen:
        await screen.press("x")
        for key, kind in screens:
            await screen.press(key)
            assert isinstance(screen.pilot.app.screen, kind)
            await screen.press("escape")
            assert screen.pilot.app.screen is screen.main
        await screen.press("ctrl+k", *"hir", "enter")
        await screen.until(lambda: screen.title == "hiring")


@pytest.mark.parametrize(("width", "roster", "channels"), [(112, True, True), (80, False, True), (50, False, False)])
async def test_panes_fold_by_width_and_unfold_by_key(width: int, roster: bool, channels: bool) -> None:
    """Three, two, one pane; F7 and F6 bring the others."""
    async with opened(size=(width, 24)) as screen:
        panes = screen.main.panes
        await screen.until(lambda: (panes.roster.display, panes.channels.display) == (roster, channels))
        await screen.press("f7")
        await screen.until(lambda: panes.roster.display is not roster)
        await screen.press("escape" if width < 70 else "f7")
        await screen.until(lambda: panes.roster.display is roster)


async def test_marks_change_with_the_people() -> None:
    """A `UserUpdated` redraws the roster and the reach line."""
    async with opened() as screen:
        bob = screen.client.people.known("bob")
        assert bob is not None
        bob.is_online, bob.is_notifiable = False, None
        screen.client.emit(events.UserUpdated(bob, frozenset({UpdateReason.ONLINE})))
        await screen.until(lambda: "○ ? Bob" in plain_text(screen.main.panes.roster.drawn))
        assert "1 online" in str(screen.main.panes.composer.border_subtitle)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_text_is_inert_in_every_pane(text: str) -> None:
    """As user name, as channel name and as message; the second lock (the line filter) finds nothing to do."""
    client = FakeClient()
    bob, channel = client.people.known("bob"), client.channels.find("general")
    assert bob is not None
    bob.friendly_name = text[:256]
    channel.unique_name = channel.friendly_name = text[:256]
    async with opened(client) as screen:
        client.write("bob", text[:32768])
        await screen.pilot.pause(0.1)
        await screen.press("ctrl+k")
        await screen.press("escape")
        await screen.press("shift+tab", "down", "tab")
        assert ("send", "") not in client.commands
        assert "\x1b" not in screen.log


@pytest.mark.parametrize("text", [*HOSTILE.values(), *REFUSED.values()], ids=[*HOSTILE, *REFUSED])
async def test_what_is_pasted_is_cleaned(text: str) -> None:
    """Nothing in a paste can drive the terminal, and what is sent is valid Unicode."""
    async with opened() as screen:
        screen.main.panes.composer.post_message(Paste(text[:2000]))
        await screen.pilot.pause()
        assert not {c for c in screen.text if ord(c) < 32 and c != "\n"}
        screen.text.encode()


async def test_a_hostile_identity_is_cleaned_before_it_is_written_or_copied() -> None:
    """Picking a person puts a clean name into the composer; what is copied cannot drive a terminal it is pasted in."""
    client, identity = FakeClient(), "\x1b[31mevil\u202e"
    client.people.by_identity[identity] = User(identity, "US1.info")
    client.opened().roster.members["MB1"] = Member("MB1", identity, "US1.info")
    async with opened(client) as screen:
        await screen.press("f2", *"evil", "enter")
        assert screen.text == "@\ufffd[31mevil\ufffd "
        screen.client.write("bob", "\x1b]0;title\x07")
        await screen.until(lambda: "]0;title" in screen.log)
        screen.main.panes.composer.replace_text("")
        await screen.press("up", "y")
        assert screen.pilot.app.clipboard == "\ufffd]0;title\ufffd"


async def test_a_key_is_drawn_without_waiting_for_the_next_tick() -> None:
    """The private names that `quick_echo` leans on are still there: a hurried screen paints when it falls idle."""
    async with opened() as screen:
        drawn: list[bool] = []  # the next lines reach for what `quick_echo` does, to notice when Textual renames it
        main: QuickScreen = screen.main
        main._on_timer_update = lambda: drawn.append(main.is_in_hurry)  # type: ignore[method-assign]
        hurry(screen.main.panes.composer)
        main._dirty_widgets.add(screen.main.panes.composer)
        await screen.until(lambda: not main.app._batch_count)
        await main._on_idle(Idle())
        assert drawn == [False]


async def test_a_notice_stands_for_its_own_time() -> None:
    """The end of one that stood before it, said in the same words or in others, does not end it."""
    async with opened() as screen:
        due: list[Callable[[], None]] = []
        screen.main.set_timer = lambda delay, callback: due.append(callback)  # type: ignore[method-assign,assignment,misc]
        for words in ("first", "second", "second"):
            screen.main.on_noticed(Noticed(words))
        for number, shown in enumerate((" second", " second", "")):
            due[number]()
            assert "".join(piece.text for piece in screen.main.hints.notice) == shown


async def test_the_log_makes_no_widget_per_message() -> None:
    """Ten thousand messages are values; the tree stays as small as it was."""
    async with opened() as screen:
        before = len(list(screen.main.walk_children()))
        for number in range(10_000):
            screen.client.write("bob", f"flood {number}")
        await screen.until(lambda: "flood 9999" in screen.log)
        assert len(list(screen.main.walk_children())) == before
        assert len(screen.main.panes.log.lines.cache) < 200


async def test_the_outbox_sends_again_writes_anew_and_discards() -> None:
    """By key, on the message under the cursor; what is written anew is in the composer of its channel."""
    async with opened() as screen:
        outbox, general = screen.client.outbox, screen.client.channels.find("general")
        for name, body in (("m1", "first"), ("m2", "second\x1b[31m"), ("m3", "third")):
            outbox.failed[name] = PendingMessage(name, general.sid, body, NOW, SendState.FAILED, error="too long")
        await screen.press(*"/outbox", "enter")
        await screen.until(lambda: isinstance(screen.pilot.app.screen, OutboxScreen))
        drawn = plain_text(screen.pilot.app.screen.query_one(OutboxList).drawn)
        assert "failed  #general" in drawn
        assert "too long" in drawn
        assert "\x1b" not in drawn
        await screen.press("r")
        assert [pending.mutation_id for pending in outbox.unsent()] == ["m2", "m3", "m1"]
        await screen.press("down", "d")
        assert [pending.mutation_id for pending in outbox.unsent()] == ["m2", "m1"]
        await screen.press("up", "e")
        await screen.until(lambda: screen.title == "general")
        assert screen.text.startswith("second")
        assert "\x1b" not in screen.text
        assert [pending.mutation_id for pending in outbox.unsent()] == ["m1"]
        await outbox.close()


@pytest.mark.parametrize("width", [112, 80, 50])
async def test_the_key_to_help_is_always_shown(width: int) -> None:
    """Whatever else there is room for, wherever the focus is."""
    async with opened(size=(width, 24)) as screen:
        for _ in range(3):
            assert "F1 help" in plain_text(screen.main.panes.hints.drawn)
            await screen.press("tab")


@pytest.mark.parametrize(("width", "last"), [(112, "Esc close"), (50, "d discard")])
async def test_the_outbox_names_the_keys_there_is_room_for(width: int, last: str) -> None:
    """None is cut in two."""
    async with opened(size=(width, 24)) as screen:
        await screen.press(*"/outbox", "enter")
        await screen.until(lambda: isinstance(screen.pilot.app.screen, OutboxScreen))
        outbox = screen.pilot.app.screen.query_one(OutboxList)
        await screen.until(lambda: str(outbox.border_subtitle).endswith(last))
        assert len(str(outbox.border_subtitle)) <= outbox.size.width - 2
