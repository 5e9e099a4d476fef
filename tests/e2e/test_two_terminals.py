"""Two people in two terminals on the local service: one test per promise."""

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import cast

import pytest
from twilio.rest import Client

from tests.e2e.conftest import Machine
from tests.referees.official_python import LocalHttpClient
from tests.support.squatter import squatting
from tests.support.terminal import chat_tui

MARKS_WITHIN = 3.0
"""Seconds; the promise is 1 for the change itself, the rest is a busy machine's."""

LINGER = 15.0


def official(machine: Machine) -> Client:
    service = machine.service
    http = LocalHttpClient(service.url, by_host=True)
    return Client(service.account_sid, service.auth_token, http_client=http)


def test_two_people_talk(machine: Machine) -> None:
    """Messages, typing, roster and unread counts move live on both sides."""
    alice, bob = machine.open("alice"), machine.open("bob")
    alice.say("hello bob")
    bob.see("hello bob")
    bob.type("thinking")
    alice.see("bob is typing")
    bob.press("enter")
    alice.wait(lambda _: "bob" in alice.line_with("thinking"), what="bob's message")
    bob.say("/create side")
    bob.see("# side", "Message #side")
    alice.say("are you there?")
    bob.wait(lambda _: "1" in bob.line_with("# general"), what="one unread in general")
    bob.press("ctrl+p")
    bob.see("are you there?")
    bob.wait(lambda _: "1" not in bob.line_with("# general"), what="nothing unread in general")


def test_a_topic_is_what_everybody_reads(machine: Machine) -> None:
    """It stands beside the channel's name in every terminal, and REST has it as the friendly name; where one may not
    change it, the service's word stands below, and it stays."""
    alice, bob = machine.open("alice"), machine.open("bob")
    alice.say("/create side")
    alice.see("Message #side")
    alice.say("/topic Where we stand")
    alice.see("side is about Where we stand now")
    alice.wait(lambda text: "Where we stand" in text.splitlines()[1], what="the topic in the border")
    bob.say("/join side")
    bob.wait(lambda text: "Where we stand" in text.splitlines()[1], what="the topic in the other's border")
    bob.say("/topic Mine")
    bob.see("Your role does not allow editChannelName")
    assert machine.get("/Channels/side")["friendly_name"] == "Where we stand"


def test_times_are_of_the_zone_that_is_set(machine: Machine, tmp_path: Path) -> None:
    """One line in the settings file, and the same message was written at another time of the day."""
    file = tmp_path / "config.toml"
    file.write_text('time_zone = "Asia/Kathmandu"\n')
    alice, bob = machine.open("alice", "--config", str(file)), machine.open("bob")
    bob.say("what time is it?")
    alice.see("what time is it?")
    [written] = cast(list[dict[str, str]], machine.get("/Channels/general/Messages")["messages"])
    date = datetime.fromisoformat(written["date_created"])
    bob.see(f"{date:%H:%M}")
    alice.see(f"{date.astimezone(timezone(timedelta(hours=5, minutes=45))):%H:%M}")


def test_the_connection_can_be_looked_at(machine: Machine) -> None:
    """It goes on changing while it is shown, and Esc goes back to what was being written."""
    alice = machine.open("alice")
    alice.type("half a")
    alice.press("f3")
    alice.see("connected · since", "alice (@alice)", "● online", "0 of at most 100", "Esc closes")
    machine.open("bob")
    alice.see("1 of at most 100")
    alice.press("escape")
    alice.lose("Esc closes")
    alice.say(" thought")
    alice.see("half a thought")


def test_mute_is_the_services(machine: Machine) -> None:
    """Alice mutes with one key; the official library reads ``muted``; the same key takes it back."""
    alice = machine.open("alice")
    own = official(machine).chat.v2.services(machine.service.service_sid).users("alice").user_channels("general")
    alice.press("ctrl+t")
    alice.wait(lambda _: " M" in alice.line_with("# general"), what="the mute mark")
    assert own.fetch().notification_level == "muted"
    alice.press("shift+tab", "shift+tab")
    alice.see("accept")
    alice.type("m")
    alice.wait(lambda _: " M" not in alice.line_with("# general"), what="no mute mark")
    assert own.fetch().notification_level == "default"


def test_marks_follow_start_quit_and_push(machine: Machine) -> None:
    """Online at start, offline at quit, push on and off by command: each seen on the other side at once."""
    alice, bob = machine.open("alice"), machine.open("bob")
    alice.see("● ? bob", within=MARKS_WITHIN)
    bob.say("/push on")
    alice.see("● ▲ bob", within=MARKS_WITHIN)
    bob.say("/push off")
    alice.see("● △ bob", within=MARKS_WITHIN)
    assert bob.quit() == 0
    alice.see("○ △ bob", within=MARKS_WITHIN)
    with chat_tui(machine.data, "bob"):
        alice.see("● △ bob")


@pytest.mark.slow
def test_marks_follow_a_kill_after_the_linger(machine: Machine) -> None:
    """A killed terminal is offline after the default linger of 15 s, not before (contract R29; guarantees, Reachability
    4)."""
    alice, bob = machine.open("alice"), machine.open("bob")
    alice.see("● ? bob")
    bob.kill()
    with pytest.raises(AssertionError):
        alice.see("○ ? bob", within=LINGER - 3)
    alice.see("○ ? bob", within=3 + MARKS_WITHIN)


def test_marks_follow_a_hang_up(machine: Machine) -> None:
    """A terminal that is closed (SIGHUP) leaves in good order: offline at once."""
    alice, bob = machine.open("alice"), machine.open("bob")
    alice.see("● ? bob")
    os.kill(bob.process.pid, signal.SIGHUP)
    alice.see("○ ? bob", within=MARKS_WITHIN)


@pytest.mark.parametrize("door", ["chat v1", "chat v2", "conversations"])
def test_the_feature_switch_is_seen(machine: Machine, door: str) -> None:
    """Off: marks show "off", REST shows null. On again: who is connected is online, others are unknown."""
    alice, bob = machine.open("alice"), machine.open("bob")
    alice.see("● ? bob")
    assert bob.quit() == 0
    alice.see("○ ? bob")
    sid = machine.service.service_sid
    path = {
        "chat v1": f"/v1/Services/{sid}",
        "chat v2": f"/v2/Services/{sid}",
        "conversations": f"/conversations/v1/Services/{sid}/Configuration",
    }[door]
    machine.request("POST", path, ReachabilityEnabled="false")
    alice.see("reachability off", "· · bob", "Members — 2", within=MARKS_WITHIN)
    user = official(machine).chat.v2.services(sid).users("alice").fetch()
    assert (user.is_online, user.is_notifiable) == (None, None)
    machine.request("POST", path, ReachabilityEnabled="true")
    alice.see("reachability on", "? ? bob", "● ? alice", within=MARKS_WITHIN)
    assert machine.get("/Users/alice")["is_online"] is True
    assert machine.get("/Users/bob")["is_online"] is None
    with chat_tui(machine.data, "bob"):
        alice.see("● ? bob")


def test_what_rest_deletes_is_gone_from_every_screen(machine: Machine) -> None:
    """A binding, a channel, a member, a user and the service itself: each seen at once; a user made anew starts at null
    (contract R32)."""
    alice, bob = machine.open("alice"), machine.open("bob")
    path = f"/v2/Services/{machine.service.service_sid}"

    def delete(tail: str) -> None:
        machine.request("DELETE", f"{path}{tail}")

    bob.say("/push on")
    alice.see("● ▲ bob")
    binding = official(machine).chat.v2.services(machine.service.service_sid).bindings.list()[0]
    delete(f"/Bindings/{binding.sid}")
    alice.see("● △ bob", within=MARKS_WITHIN)
    bob.say("/create side")
    bob.see("# side", "Message #side")
    delete("/Channels/side")
    bob.wait(lambda _: not bob.line_with("# side"), what="no channel side")
    delete("/Channels/general/Members/bob")
    alice.wait(lambda text: "bob" not in text, within=MARKS_WITHIN, what="nobody called bob")
    bob.wait(lambda _: not bob.line_with("# general"), what="no channel general")
    delete("/Users/bob")
    bob.see("denied: The user was deleted")
    bob.press("f8")
    bob.see("connected", "# general")
    alice.see("● ? bob")
    delete("")
    for terminal in (alice, bob):
        terminal.wait(lambda text: "service is gone" in text or "no such service" in text, what="the denial")


def test_user_lists_carry_no_reachability(machine: Machine) -> None:
    """Null in lists, the value in a single fetch (contract R16)."""
    machine.open("alice")
    users = official(machine).chat.v2.services(machine.service.service_sid).users
    assert [(user.is_online, user.is_notifiable) for user in users.list()] == [(None, None)]
    assert users("alice").fetch().is_online is True


def test_invitations_are_accepted_and_declined(machine: Machine) -> None:
    """An invitation appears in the list; ``a`` accepts it, ``d`` declines it."""
    alice, bob = machine.open("alice"), machine.open("bob")
    for name in ("one", "two"):
        alice.say(f"/create {name}")
        alice.see(f"Message #{name}")
        alice.say("/invite bob")
        bob.see(f"◇ {name}", "invited")
    bob.press("shift+tab", "shift+tab")
    bob.see("accept")
    bob.press("down")
    bob.type("a")
    bob.see("# one", "Message #one", "2 members")
    bob.press("shift+tab", "shift+tab")
    bob.see("▌# one")
    bob.press("down")
    bob.type("d")
    bob.lose("◇ two")
    alice.press("ctrl+p")
    alice.see("Message #one", "bob", "2 members")


def test_a_killed_service_comes_back(machine: Machine) -> None:
    """``kill -9``: it is started again by itself, both reconnect, nothing is lost or shown twice."""
    alice, bob = machine.open("alice"), machine.open("bob")
    for number in range(5):
        alice.say(f"before {number}")
    bob.see("before 4")
    first = machine.service.pid
    os.kill(first, signal.SIGKILL)
    alice.say("meanwhile")
    bob.say("and me")
    bob.see("meanwhile", within=30)
    alice.see("and me", within=30)
    assert machine.service.pid != first
    for terminal in (alice, bob):
        text = terminal.see("connected", "meanwhile", "and me", within=30)
        shown = [line for line in text.splitlines() if "before" in line or "meanwhile" in line or "and me" in line]
        assert len(shown) == 7, text
    messages = machine.get("/Channels/general/Messages")["messages"]
    assert isinstance(messages, list)
    assert sorted(message["body"] for message in messages) == sorted(
        [*(f"before {number}" for number in range(5)), "meanwhile", "and me"]
    )


def test_two_starts_share_one_service(machine: Machine) -> None:
    """Two first starts at the same moment on an empty directory end on one service."""
    alice, bob = chat_tui(machine.data, "alice"), chat_tui(machine.data, "bob")
    machine.terminals += [alice, bob]
    alice.see("● ? bob", "2 members")
    bob.see("● ? alice", "2 members")
    services = machine.request("GET", "/v2/Services")["services"]
    assert isinstance(services, list)
    assert len(services) == 1


def test_eighty_columns_and_fifty(machine: Machine) -> None:
    """The panes fold by the terminal's width and unfold by key; nothing is lost on the way."""
    alice = machine.open("alice")
    alice.type("a draft")
    alice.resize(80, 24)
    alice.wait(lambda text: "Members" not in text and text.splitlines()[1].endswith("╮"), what="two panes")
    alice.press("f7")
    alice.see("alice (you)")
    alice.press("f7")
    alice.resize(50, 20)
    alice.wait(lambda text: "chat-tui" not in text and text.splitlines()[1].endswith("╮"), what="one pane")
    alice.press("f6")
    alice.see("▌# general", "Channels")
    alice.press("enter")
    alice.see("a draft", "Message #general")
    alice.resize(110, 30)
    alice.see("Channels", "Members", "a draft")


def test_help_and_switcher_open_and_close(machine: Machine) -> None:
    """F1 shows every key; Ctrl+K finds a channel by a few letters."""
    alice = machine.open("alice")
    alice.say("/create workshop")
    alice.see("# workshop")
    alice.press("f1")
    alice.see("Mute or unmute the open channel", "Ctrl+T")
    alice.press("escape")
    alice.lose("Everywhere")
    alice.press("ctrl+k")
    alice.see("Switch to")
    alice.type("wksh")
    alice.press("enter")
    alice.see("Message #workshop")


def test_a_served_directory_is_refused(machine: Machine) -> None:
    """A second ``serve`` names the pid and exits with status 2 (guarantees, Local service 3)."""
    machine.open("alice")
    command = [sys.executable, "-m", "chat_tui.cli", "serve", "--data", str(machine.data), "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2
    assert str(machine.service.pid) in done.stderr
    assert "Traceback" not in done.stderr


def test_who_takes_the_port_of_a_service_that_crashed_is_told_nothing(machine: Machine, tmp_path: Path) -> None:
    """The terminal comes back to a new service, at another place, and goes on (guarantees, Local service 4)."""
    terminal = machine.open("alice")
    before = machine.service
    terminal.say("before the crash")
    terminal.see("before the crash")
    os.kill(before.pid, signal.SIGKILL)
    port = int(before.url.rpartition(":")[2])
    with squatting(tmp_path / "notes", "agreeable", port) as notes:
        terminal.press("f8")
        terminal.wait(
            lambda _: (machine.data / "service.json").exists() and machine.service.pid != before.pid, what="another"
        )
        terminal.see("connected", "before the crash")
        terminal.say("after it")
        terminal.see("after it")
        assert machine.service.url != before.url
        assert notes.holds_any(before.auth_token, before.api_key_secret, before.proof_key, "eyJ") == []
