"""Two people, or two channels, are told apart in every pane, whatever they call themselves."""

import random
import re

import pytest

from chat_tui.client import UpdateReason, User, events
from chat_tui.client.model import Channel, Member
from chat_tui.protocol.values import ChannelStatus
from chat_tui.tui.main.screen import MainScreen
from chat_tui.tui.render.line import Line, plain_text
from chat_tui.tui.render.roster_rows import RosterRow
from tests.support.fake_client import NOW, FakeClient, sid
from tests.support.impostors import crowd
from tests.support.screen import Screen, opened


def client_with(people: dict[str, str | None]) -> FakeClient:
    """A client whose open channel has these members, each of whom wrote a line."""
    client = FakeClient(lines=[])
    found = client.opened()
    found.roster.members.clear()
    for number, (identity, name) in enumerate(people.items()):
        user = User(identity, f"{sid('US', number)}.info", friendly_name=name, is_online=True, is_subscribed=True)
        client.people.by_identity[identity] = user
        member = Member(sid("MB", number), identity, user.info_map)
        found.roster.members[member.sid] = member
    client.state.user = client.people.by_identity["alice"]
    for identity in people:
        client.write(identity, f"line of {list(people).index(identity)}")
    return client


def drawn(lines: list[Line]) -> list[str]:
    return [text for text in plain_text(lines).splitlines() if text.strip()]


def headings(main: MainScreen) -> list[str]:
    """What stands above or before each message: a time, then the author."""
    found = drawn(main.panes.log.drawn)
    return [re.split(r"\s{2,}|\s(?=line of)", text[7:].strip())[0] for text in found if re.match(r"[ ▌]12:4", text)]


def roster(main: MainScreen) -> list[str]:
    return [text[5:].strip() for text in drawn(main.panes.roster.drawn) if text[1:2] in "●○?"]


async def check(screen: Screen, people: dict[str, str | None]) -> None:
    main = screen.main
    main.panes.show_everything()
    await screen.pilot.pause()
    count = len(people)
    assert len(set(headings(main))) == count, headings(main)
    if main.panes.roster.display and main.panes.roster.content_size.height >= count + 1:
        assert len(set(roster(main))) == count, roster(main)


@pytest.mark.parametrize("width", [20, 30, 44, 50, 69, 80, 100, 120])
@pytest.mark.parametrize("seed", [1, 2])
async def test_no_two_authors_or_members_are_called_alike(width: int, seed: int) -> None:
    """Generated impostors, in the log and in the roster."""
    people = crowd(random.Random(f"{width} {seed}"), 9)
    async with opened(client_with(people), size=(width, 60), shows="line") as screen:
        await check(screen, people)
        await screen.press("f7")
        await check(screen, people)
        shown = roster(screen.main)
        assert len(set(shown)) == len(people), shown


@pytest.mark.parametrize("width", [50, 69, 80, 120])
async def test_those_who_type_are_told_apart(width: int) -> None:
    """Identity and all, or counted where there is no room."""
    client = client_with({"alice": "alice", "bob": "Bob", "mallory": "B\u043eb"})
    async with opened(client, size=(width, 24), shows="12:4") as screen:
        for identity in ("bob", "mallory"):
            client.type(client.opened().channel, identity)
        screen.main.panes.draw(log=True)
        words = plain_text(screen.main.panes.typing.drawn)
        assert ("@bob" in words and "@mallory" in words) or "2 people are typing" in words


async def test_whoever_takes_a_name_changes_what_both_are_called_at_once() -> None:
    """In the log, the roster and the palette, with the event that tells of it; and nothing changes for one who goes."""
    client = client_with({"alice": "alice", "bob": "Bob", "mallory": "Mallory"})
    async with opened(client, shows="12:4") as screen:
        main = screen.main
        await screen.until(lambda: {"Bob", "Mallory"} <= set(headings(main)))
        mallory = client.people.known("mallory")
        assert mallory is not None
        mallory.friendly_name = "BOB"
        client.emit(events.UserUpdated(mallory, frozenset({UpdateReason.FRIENDLY_NAME})))
        await screen.until(lambda: {"Bob (@bob)", "BOB (@mallory)"} <= set(headings(main)))
        assert {"Bob (@bob)", "BOB (@mallory)"} <= set(roster(main))
        await screen.press("f2", *"mallory")
        assert "@BOB (@mallory)" in plain_text(screen.pilot.app.screen.query_one("ChoiceList").drawn)  # type: ignore[attr-defined]
        await screen.press("escape")
        gone = next(member for member in client.opened().members.values() if member.identity == "mallory")
        del client.opened().roster.members[gone.sid]
        client.emit(events.MemberLeft(client.opened().channel, gone))
        await screen.until(lambda: len(roster(main)) == 2)
        assert "Bob (@bob)" in roster(main)


async def test_an_invitation_says_who_it_is_from() -> None:
    """Whoever invites under another's name is shown with the identity."""
    client = client_with({"alice": "alice", "bob": "Bob", "mallory": "Bob"})
    client.channels.find("launch").invited_by = "mallory"
    async with opened(client, size=(60, 24), shows="12:4") as screen:
        screen.main.controller.go_to(client.channels.find("launch").sid)
        await screen.until(lambda: "Bob (@mallory) invites you to launch" in screen.log)


async def test_two_channels_of_one_name_are_told_apart() -> None:
    """In the list, the titles and the switcher."""
    client = FakeClient()
    for number in (77, 78):
        copy = Channel(sid("CH", number), ChannelStatus.JOINED, friendly_name="general", date_created=NOW)
        client.state.channels.by_sid[copy.sid] = copy
    async with opened(client, shows="12:4") as screen:
        listed = plain_text(screen.main.panes.channels.drawn)
        assert "# general (CH00004d)" in listed
        assert "# general (CH00004e)" in listed
        assert "# general  " in listed
        screen.main.navigation.go(sid("CH", 78))
        await screen.until(lambda: "#general (CH00004e)" in str(screen.main.panes.log.border_title))
        assert "#general (CH00004e)" in str(screen.main.panes.composer.border_title)


@pytest.mark.parametrize("width", [20, 50, 80, 120])
async def test_long_channel_names_of_one_beginning_are_told_apart(width: int) -> None:
    """The list is narrow: what cannot be shown whole gets a tag."""
    client = FakeClient()
    for number in (77, 78):
        name = f"a-very-long-name-of-a-channel-{number}"
        client.state.channels.by_sid[sid("CH", number)] = Channel(
            sid("CH", number), ChannelStatus.JOINED, unique_name=name, date_created=NOW
        )
    async with opened(client, size=(width, 24), shows="12:4") as screen:
        if width < 70:
            await screen.press("f6")
        rows = [text for text in drawn(screen.main.panes.channels.drawn) if "# a" in text]
        assert len(set(rows)) == 2, rows


async def test_a_row_of_the_roster_is_the_one_it_says() -> None:
    """Rows are told apart by identity, not by name."""
    client = client_with({"alice": "alice", "bob": "Bob", "mallory": "Bob"})
    async with opened(client, shows="12:4") as screen:
        rows = [row for row in screen.main.panes.roster.rows if isinstance(row, RosterRow)]
        assert {row.identity: str(row.name) for row in rows} == {
            "alice": "alice", "bob": "Bob (@bob)", "mallory": "Bob (@mallory)",
        }  # fmt: skip
