"""What is asked of the service when something is done with a channel, and what one's own list shows of it."""

from typing import Any

import pytest

from chat_tui.client import events
from chat_tui.client.commands.channels import Channels
from chat_tui.client.model import Channel
from chat_tui.client.state.known_channels import KnownChannels
from chat_tui.client.state.replicas import Replicas
from chat_tui.protocol.errors import Code, Forbidden, NotFound
from chat_tui.protocol.values import ChannelStatus, NotificationLevel
from chat_tui.tasks import Tasks

ODD = "a/b c"
"""A name that means something in a path, were it not quoted."""


def described(status: str = "joined", **more: Any) -> dict[str, Any]:
    return {"sid": "CH1", "status": status, "unique_name": "general", "type": "public", **more}


class FakeKnown(KnownChannels):
    """``added`` are the SIDs one asked to be told of; with ``is_slow`` they are never told of."""

    is_slow = False

    async def add(self, sid: str) -> None:
        if not self.is_slow:
            self.by_sid[sid] = Channel(sid, ChannelStatus.JOINED, unique_name="general")


class World:
    """``asked``: method, link and path, then the body."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.answer: Any = described()
        self.error: Forbidden | None = None
        self.events: list[events.Event] = []
        replicas = Replicas(self.request, lambda _: None, Tasks().spawn)
        self.known = FakeKnown(self.api, replicas, self.request, self.events.append, Tasks().spawn)
        self.known.identity = ODD
        self.channels = Channels(self.api, self.known, self.events.append)

    async def api(self, method: str, link: str, path: str = "", **parts: Any) -> Any:
        self.asked.append((f"{method} {link}/{path}", parts.get("json") or parts.get("params")))
        if self.error is not None:
            raise self.error
        return self.answer

    async def request(self, method: str, url: str, *, params: Any = None, json: Any = None) -> Any:
        raise NotImplementedError

    def lines(self) -> list[str]:
        return [line for line, _ in self.asked]

    @property
    def general(self) -> Channel:
        return self.known.by_sid.setdefault("CH1", Channel("CH1", ChannelStatus.JOINED, unique_name="general"))


@pytest.fixture
def world() -> World:
    return World()


async def test_a_channel_is_found_by_any_of_its_names(world: World) -> None:
    """Only among one's own."""
    general = world.general
    general.friendly_name = "Everybody"
    assert [world.channels.find(name) for name in ("CH1", "general", "Everybody")] == [general] * 3
    assert (list(world.channels), len(world.channels), world.channels["CH1"]) == (["CH1"], 1, general)
    with pytest.raises(NotFound):
        world.channels.find("nowhere")


async def test_joining_takes_a_seat_unless_one_has_it(world: World) -> None:
    """The name in the path is quoted, whatever it is."""
    world.answer = described("notParticipating")
    assert (await world.channels.join(ODD)).sid == "CH1"
    assert world.lines() == ["GET conversations/a%2Fb%20c", "POST conversations/CH1/Participants"]
    assert world.asked[1][1] == {"identity": ODD}
    world.asked.clear()
    world.answer = described("joined")
    await world.channels.join("general")
    assert world.lines() == ["GET conversations/general"]


async def test_a_channel_is_made_and_joined(world: World) -> None:
    """What one was removed from meanwhile is not there."""
    await world.channels.create(unique_name="general")
    assert world.asked[0] == (
        "POST conversations/", {"unique_name": "general", "friendly_name": None, "type": "public"},
    )  # fmt: skip
    world.known.by_sid.clear()
    world.known.is_slow = True
    with pytest.raises(NotFound, match="no longer"):
        await world.channels.create(unique_name="general")


async def test_each_command_is_one_request(world: World) -> None:
    """Identities in a path are quoted."""
    channels, general = world.channels, world.general
    await channels.leave(general)
    await channels.decline(general)
    await channels.remove_member(general, ODD)
    await channels.add_member(general, "bob")
    await channels.invite(general, "bob")
    await channels.update(general, friendly_name="x")
    await channels.delete(general)
    assert world.asked == [
        ("DELETE conversations/CH1/Participants/a%2Fb%20c", None),
        ("DELETE conversations/CH1/Invites/a%2Fb%20c", None),
        ("DELETE conversations/CH1/Participants/a%2Fb%20c", None),
        ("POST conversations/CH1/Participants", {"identity": "bob"}),
        ("POST conversations/CH1/Invites", {"identity": "bob"}),
        ("POST conversations/CH1", {"friendly_name": "x"}),
        ("DELETE conversations/CH1", None),
    ]


async def test_a_level_is_shown_at_once_and_taken_back_when_it_is_refused(world: World) -> None:
    """Two events then; one when it is taken."""
    general = world.general
    world.answer = described(notification_level="muted")
    await world.channels.set_notification_level(general, NotificationLevel.MUTED)
    assert general.is_muted
    assert len(world.events) == 1
    world.error = Forbidden("no", Code.FORBIDDEN)
    with pytest.raises(Forbidden):
        await world.channels.set_notification_level(general, NotificationLevel.DEFAULT)
    assert general.is_muted
    assert len(world.events) == 3


async def test_the_count_that_follows_a_horizon_is_the_services(world: World) -> None:
    """One's own part is taken over from the answer."""
    general = world.general
    world.answer = described(
        last_read_message_index=3, last_consumed_message_index=3, last_message_index=5, unread_messages_count=2
    )
    assert await world.channels.set_consumption_horizon(general, 3) == 2
    assert general.last_consumed_message_index == 3
