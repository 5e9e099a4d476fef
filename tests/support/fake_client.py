"""A client that is nowhere: fixed people, channels and messages, for pictures and for tests of the screen."""

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from chat_tui.client import ChatClient, ConnectionState, Phase, User, events
from chat_tui.client.commands.horizons import Horizons
from chat_tui.client.model import Channel, LastMessage, Member, Message, PendingMessage, SendState
from chat_tui.client.state.open_channel import OpenChannel
from chat_tui.protocol.values import ChannelStatus, NotificationLevel, UpdateReason
from chat_tui.tui.app import ChatApp
from chat_tui.tui.faults import Faults
from chat_tui.tui.render.glyphs import UNICODE, Glyphs
from chat_tui.tui.render.times import Clock

NOW = datetime(2026, 11, 20, 12, 41, 30, tzinfo=UTC)
CLOCK = Clock(now=lambda: NOW, zone=UTC)

PEOPLE: dict[str, tuple[str, bool | None, bool | None]] = {
    "alice": ("alice", True, True),
    "bob": ("Bob", True, True),
    "carla": ("Carla", True, False),
    "dan": ("Dan", False, True),
    "erin": ("Erin", False, False),
    "frank": ("Frank", None, None),
}

CHANNELS: tuple[tuple[str, str, int | None, dict[str, Any]], ...] = (
    ("general", "Everybody", 12, {}),
    ("incident-42", "Database failover", 0, {}),
    ("design", "Screens and words", 0, {}),
    ("random", "Anything else", 31, {"notification_level": NotificationLevel.MUTED}),
    ("hiring", "Hiring", None, {}),
    ("launch", "Launch", None, {"status": ChannelStatus.INVITED, "invited_by": "bob"}),
)

LINES = (
    (12, 31, "bob", "the replica is promoted"),
    (12, 31, "bob", "lag was 40 ms when I flipped it"),
    (12, 32, "carla", "thanks — watching lag"),
    (12, 34, "erin", "error rate is back under 0.1 %, I keep an eye on the dashboards until tonight"),
    (12, 40, "dan", "@alice can you confirm?"),
)

LINKS = ("conversations", "current_user", "my_conversations", "typing", "users")
"""Of the Client API."""


def sid(kind: str, number: int) -> str:
    return f"{kind}{number:032x}"


class FakeClient(ChatClient):
    """Says it is connected, and knows everything already. ``commands`` holds what was asked of the service."""

    def __init__(self, *, reachability: bool = True, state: ConnectionState | None = None, lines: Any = LINES) -> None:
        super().__init__("http://fake.invalid", "no token")
        self.commands: list[tuple[str, str]] = []
        self.link_state = state or ConnectionState(Phase.CONNECTED, NOW.timestamp())
        self.state.configuration.reachability_enabled = reachability
        self.horizons = Horizons(self._read_up_to)
        self.link.ready.set()
        self.state.configuration.links = {name: name for name in LINKS}
        self.state.configuration.request = self._answer
        self.people.follow_members = self._follow_members  # type: ignore[method-assign]
        self.channels.set_notification_level = self._set_level  # type: ignore[method-assign]
        self.messages.submit = self._submit  # type: ignore[method-assign]
        self._make_people(reachability)
        self._make_channels(lines)

    @property
    def connection(self) -> ConnectionState:
        return self.link_state

    def start_soon(self) -> "Awaitable[None]":
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        self._emit(events.ConnectionChanged(self.link_state))
        return done

    async def close(self) -> None:
        self._streams.close()

    def emit(self, event: events.Event) -> None:
        """Make something happen."""
        self._emit(event)

    def type(self, channel: Channel, identity: str) -> None:
        """Somebody types there, for as long as a test looks."""
        notice = {"channel_sid": channel.sid, "identity": identity, "typing_timeout": 60}
        self.typing.on_notice(msgspec.json.encode(notice))

    # ---- what there is

    def _make_people(self, reachability: bool) -> None:
        for number, (identity, (name, online, notifiable)) in enumerate(PEOPLE.items()):
            user = User(identity, f"{sid('US', number)}.info", friendly_name=name, is_subscribed=True)
            user.date_refreshed = NOW.timestamp() - 40
            if reachability:
                user.is_online, user.is_notifiable = online, notifiable
            self.people.by_identity[identity] = user
        self.state.user = self.people.by_identity["alice"]
        self.state.channels.identity = "alice"

    def _make_channels(self, lines: Any) -> None:
        for number, (name, title, unread, more) in enumerate(CHANNELS):
            channel = Channel(
                **{"sid": sid("CH", number), "status": ChannelStatus.JOINED, "unique_name": name} | more,
                friendly_name=title,
                date_created=NOW,
                last_message=LastMessage(40, NOW),
                last_consumed_message_index=None if unread is None else 40 - unread,
            )
            channel.counted, channel.counted_at = unread, 40
            self.state.channels.by_sid[channel.sid] = channel
        channel = self.channels.find("incident-42")
        opened = OpenChannel(channel, self.state.replicas, self.link.request, self.channels.open)
        opened.message_list.messages = [
            message(channel, index, author, body, hour, minute)
            for index, (hour, minute, author, body) in enumerate(lines)
        ]
        channel.last_message = LastMessage(len(lines) - 1, NOW)
        channel.last_consumed_message_index = len(lines) - 2
        channel.counted, channel.counted_at = 0, len(lines) - 1
        opened.message_list.has_older = False
        for number, identity in enumerate(PEOPLE):
            member = Member(sid("MB", number), identity, f"{sid('US', number)}.info")
            opened.roster.members[member.sid] = member
        self.channels.open.by_sid[channel.sid] = opened

    def opened(self) -> OpenChannel:
        """The one channel whose messages are known."""
        found = self.channels.open.get(self.channels.find("incident-42").sid)
        assert found is not None
        return found

    def write(self, author: str, body: str) -> Message:
        """Somebody writes into the open channel."""
        opened = self.opened()
        written = message(opened.channel, len(opened.messages), author, body, 12, 41)
        opened.message_list.messages.append(written)
        opened.channel.last_message = LastMessage(written.index, NOW)
        self._emit(events.MessageAdded(opened.channel, written))
        return written

    def mention(self, name: str, times: int) -> None:
        """Alice is named among what she has not read in a channel."""
        named = self.channels.find(name)
        written = [message(named, named.last_index - number, "bob", "@alice", 12, 40) for number in range(times)]

        async def newest_messages(channel: Channel, count: int) -> list[Message]:
            return written if channel is named else []

        self.channels.open.newest_messages = newest_messages  # type: ignore[method-assign]

    # ---- what the screen asks of the service

    async def open_channel(self, channel: Channel) -> OpenChannel:
        found = self.channels.open.get(channel.sid)
        if found is None:
            found = OpenChannel(channel, self.state.replicas, self.link.request, self.channels.open)
            found.message_list.has_older = False
            self.channels.open.by_sid[channel.sid] = found
        return found

    async def _answer(self, method: str, url: str, **_: Any) -> Any:
        self.commands.append((method, url))
        return {"users": [], "meta": {}, "typing_timeout": 5}

    async def _follow_members(self, members: Iterable[Member]) -> None:
        return

    async def _read_up_to(self, channel: Channel, index: int) -> None:
        self.commands.append(("read", f"{channel.title} {index}"))

    async def _set_level(self, channel: Channel, level: NotificationLevel) -> None:
        self.commands.append(("level", level.value))
        channel.notification_level = level
        self._emit(events.ChannelUpdated(channel, frozenset({UpdateReason.NOTIFICATION_LEVEL})))

    def _submit(self, channel: Channel, body: str, *, attributes: str = "{}") -> PendingMessage:
        pending = PendingMessage(f"m{len(self.commands)}", channel.sid, body, NOW, SendState.SENDING)
        self.commands.append(("send", body))
        self.outbox.failed[pending.mutation_id] = pending
        self._emit(events.PendingMessageUpdated(pending))
        return pending


def message(channel: Channel, index: int, author: str, body: str, hour: int, minute: int) -> Message:
    date = NOW.replace(hour=hour, minute=minute, second=0) + timedelta(seconds=index % 60)
    return Message(sid("IM", index), channel.sid, index, author, body, date)


def chat_app(
    client: FakeClient | None = None,
    *,
    glyphs: Glyphs = UNICODE,
    place: str = "Support desk",
    faults: Faults | None = None,
) -> ChatApp:
    """The real application over a fake client."""
    return ChatApp(client or FakeClient(), place=place, glyphs=glyphs, clock=CLOCK, faults=faults)
