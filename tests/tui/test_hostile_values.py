"""Whatever a server, or another user, says: the screen shows what can be shown, and goes on."""

import random
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple, get_args, get_type_hints

import msgspec
import pytest

from chat_tui.client import ConnectionState, Phase, User, events
from chat_tui.client.model import Channel, LastMessage, Member, Message, PendingMessage
from chat_tui.protocol.values import ChannelStatus
from chat_tui.tui.render.wrap import cells
from chat_tui.tui.widgets.line_pane import LinePane
from tests.support.fake_client import NOW, FakeClient, sid
from tests.support.hostile import HOSTILE, REFUSED
from tests.support.screen import Screen, opened

SIZES = ((20, 5), (24, 8), (40, 10), (50, 20), (69, 24), (80, 24), (100, 30), (120, 40))

NESTED: list[Any] = []
for _ in range(2000):
    NESTED = [NESTED]

DATES = (
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))),
    datetime(1, 1, 1),
    NOW,
)
TEXTS = (
    "", " ", "\n", "\t\t", "a\rb\r\nc", "\x00", "\x1b[2J\x1b[H", "x" * 1_000_000, "漢" * 5_000, "\u202e" * 300,
    "\ud800", "z" + "\u0301" * 10_000, "👩\u200d" * 500, "\u3164", "[@click=app.quit]x[/]", "\n" * 50_000, "%s{0}$name",
    "system", "a" * 255 + "\u0301",
    "\U000e0041" * 50, "\x9b31m", "general", "alice", "bob", *HOSTILE.values(), *REFUSED.values(),
)  # fmt: skip
NUMBERS = (0, -1, -(10**30), 10**30, 2**63, 1)
WRONG: tuple[Any, ...] = (
    None,
    0,
    -1,
    1.5,
    float("nan"),
    float("inf"),
    True,
    "text",
    "",
    b"bytes",
    [],
    {},
    ["a", None],
    {"a": 1},
    NESTED,
    NOW,
)
"""In place of anything."""


class Case(NamedTuple):
    """``fits``: whether ``value`` is of the field's own type, and so nothing that may fail."""

    kind: str
    field: str
    value: Any
    fits: bool


KINDS: dict[str, Any] = {
    kind.__name__: kind for kind in (Message, User, Member, Channel, PendingMessage, ConnectionState)
}
FIELDS: dict[str, tuple[str, ...]] = {name: kind.__struct_fields__ for name, kind in KINDS.items()}


INTEGERS = frozenset(
    (
        "index",
        "members_count",
        "counted",
        "counted_at",
        "last_consumed_message_index",
        "retry_at",
        "since",
        "date_refreshed",
    )
)
CHOICES = ("state", "phase", "status", "type", "notification_level", "last_message")
"""Fields of a few values, all of them ours."""


def fitting(kind: str, field: str) -> tuple[Any, ...]:
    """Extreme values of a field's own type."""
    if field.startswith("date_c") or field == "date_updated":
        found: tuple[Any, ...] = DATES
    else:
        found = NUMBERS if field in INTEGERS else TEXTS
    return (*found, None) if type(None) in get_args(get_type_hints(KINDS[kind])[field]) else found


def cases(dice: random.Random, count: int) -> Iterator[Case]:
    """``count`` of them, every field of every kind in turn."""
    places = [(kind, field) for kind, fields in FIELDS.items() for field in fields]
    for number in range(count):
        kind, field = places[number % len(places)]
        fits = field not in CHOICES and dice.random() < 0.6
        yield Case(kind, field, dice.choice(fitting(kind, field) if fits else WRONG), fits)


def say(client: FakeClient, case: Case, number: int, dice: random.Random) -> None:
    """Have the service say it."""
    _SAYINGS[case.kind](client, case, number, dice)


def _say_message(client: FakeClient, case: Case, number: int, dice: random.Random) -> None:
    opened_channel = client.opened()
    channel = opened_channel.channel
    good = Message(f"IM{number}", channel.sid, len(opened_channel.messages), "bob", "hello", NOW)
    message = msgspec.structs.replace(good, **{case.field: case.value})
    opened_channel.message_list.messages.append(message)
    client.emit(dice.choice((events.MessageAdded, _updated))(channel, message))


def _say_user(client: FakeClient, case: Case, number: int, _: random.Random) -> None:
    user = User(f"user-{number}", "US1.info", friendly_name="Bob", is_online=True)
    setattr(user, case.field, case.value)
    client.people.by_identity[f"user-{number}"] = user
    member = Member(sid("MB", number), f"user-{number}", "US1.info")
    client.opened().roster.members[member.sid] = member
    client.emit(events.MemberJoined(client.opened().channel, member))
    client.emit(events.UserUpdated(user, frozenset()))


def _say_member(client: FakeClient, case: Case, number: int, _: random.Random) -> None:
    member, channel = Member(sid("MB", number), f"user-{number}", "US1.info"), client.opened().channel
    setattr(member, case.field, case.value)
    client.opened().roster.members[sid("MB", number)] = member
    client.emit(events.MemberJoined(channel, member))
    client.emit(events.MemberUpdated(channel, member, frozenset()))


def _say_channel(client: FakeClient, case: Case, number: int, dice: random.Random) -> None:
    other = Channel(sid("CH", 100 + number), dice.choice(list(ChannelStatus)), friendly_name="general")
    other.last_message = dice.choice((None, LastMessage(3, NOW), LastMessage(-(10**20), DATES[0])))
    if case.field != "sid":
        setattr(other, case.field, case.value)
    client.state.channels.by_sid[other.sid] = other
    client.emit(events.ChannelInvited(other))
    client.emit(events.ChannelUpdated(other, frozenset()))


def _say_pending(client: FakeClient, case: Case, number: int, _: random.Random) -> None:
    pending = PendingMessage(f"m{number}", client.opened().channel.sid, "mine", NOW)
    pending = msgspec.structs.replace(pending, **{case.field: case.value})
    client.outbox.failed[f"m{number}"] = pending
    client.emit(events.PendingMessageUpdated(pending))


def _say_state(client: FakeClient, case: Case, _: int, dice: random.Random) -> None:
    state = ConnectionState(dice.choice(list(Phase)), NOW.timestamp(), NOW.timestamp() + 4, "why")
    client.link_state = msgspec.structs.replace(state, **{case.field: case.value})
    client.emit(events.ConnectionChanged(client.link_state))


_SAYINGS = {
    "Message": _say_message,
    "User": _say_user,
    "Member": _say_member,
    "Channel": _say_channel,
    "PendingMessage": _say_pending,
    "ConnectionState": _say_state,
}


def _updated(channel: Channel, message: Message) -> events.Event:
    return events.MessageUpdated(channel, message, frozenset())


KEPT = 5
"""Messages that are there from the start."""


def forget(client: FakeClient, number: int) -> None:
    """Take back what `say` put there, so that one case does not hide behind another."""
    found = client.opened()
    del found.message_list.messages[KEPT:]
    found.roster.members.pop(sid("MB", number), None)
    client.state.channels.by_sid.pop(sid("CH", 100 + number), None)
    client.outbox.failed.pop(f"m{number}", None)
    client.link_state = ConnectionState(Phase.CONNECTED, NOW.timestamp())


def is_clean(screen: Screen) -> None:
    """Every drawn row fits its pane, and holds nothing that drives a terminal."""
    for pane in screen.main.query(LinePane):
        width = pane.content_size.width
        for line in pane.drawn if width else ():
            text = "".join(piece.text for piece in line)
            assert cells(text) <= width, (pane.id, width, text)
            assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Cf") and c not in "\u200c\u200d"]


async def live_through(found: list[Case], seed: int) -> Counter[str]:
    """All of them on one screen, at changing sizes; what failed that should not have, by kind and field."""
    dice, cost = random.Random(seed), Counter[str]()
    async with opened(FakeClient(), expects_faults=True) as screen:
        for number, case in enumerate(found):
            before = screen.faults.count
            if number % 8 == 0:
                await screen.pilot.resize_terminal(*SIZES[number // 8 % len(SIZES)])
            say(screen.client, case, number, dice)
            await screen.pilot.pause()
            if number % 5 == 0:
                await screen.press(dice.choice(("pageup", "ctrl+n", "f4", "f6", "f7", "up", "ctrl+o", "escape")))
                screen.main.navigation.go(screen.client.opened().channel.sid)
            screen.main.call_later(screen.main.panes.show_everything)
            await screen.pilot.pause()
            is_clean(screen)
            if screen.faults.count > before and case.fits:
                cost[f"{case.kind}.{case.field} = {str(case.value)[:30]!r}"] += 1
            forget(screen.client, number)
            screen.main.call_later(screen.main.panes.show_everything)
            await screen.pilot.pause()
        await screen.pilot.resize_terminal(120, 40)
        screen.main.action_perform("newest-message")
        screen.client.write("bob", "still here")
        screen.client.emit(events.Resynchronise())
        await screen.until(lambda: "still here" in screen.log)
        assert screen.pilot.app.return_code is None
    return cost


async def test_hostile_values_end_nothing() -> None:
    """A sample: every field of every kind, once."""
    count = sum(map(len, FIELDS.values()))
    cost = await live_through(list(cases(random.Random(0), count)), 0)
    assert not cost, cost


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 110))
async def test_hostile_values_end_nothing_at_length(seed: int) -> None:
    """Eight hundred."""
    cost = await live_through(list(cases(random.Random(seed), 80)), seed)
    assert not cost, cost


async def test_a_thousand_members_and_as_many_channels_are_shown() -> None:
    """All with one name; the screen stays as quick as it is."""
    client = FakeClient()
    for number in range(1000):
        user = User(f"user-{number}", "US1.info", friendly_name="Bob", is_online=None)
        client.people.by_identity[user.identity] = user
        member = Member(sid("MB", 50 + number), user.identity, "US1.info")
        client.opened().roster.members[member.sid] = member
        channel = Channel(sid("CH", 100 + number), ChannelStatus.JOINED, friendly_name="general")
        client.state.channels.by_sid[channel.sid] = channel
    async with opened(client) as screen:
        rows = [str(row.name) for row in screen.main.presenter.roster_rows()]
        assert len(set(rows)) == len(rows)
        titles = [str(row.name) for row in screen.main.presenter.channels.rows()]
        assert len(set(titles)) == len(titles)
        await screen.press("x")
        assert screen.text == "x"
