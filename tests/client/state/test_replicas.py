"""Many objects at once: read, followed, brought up to date and let go."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from chat_tui.client.link.answers import InvalidAnswer
from chat_tui.client.state.parsing import Snapshot, SyncEvent
from chat_tui.client.state.replica import Replica
from chat_tui.client.state.replicas import REPLAY_WITHIN, Replicas
from chat_tui.protocol.errors import ChatError, Code, Forbidden, NotFound, TransportError
from chat_tui.protocol.sync import EventType
from chat_tui.protocol.untrusted import Malformed
from chat_tui.tasks import Tasks
from tests.support.waiting import settle


class Counts(Replica):
    """A map of numbers, as last heard."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.items: dict[str, Any] = {}
        self.is_gone = False

    async def apply_snapshot(self, found: Snapshot, request: Any) -> None:
        self.items = {item.key: item.data for item in found.items or () if item.key}

    def apply_event(self, event_type: EventType, event: SyncEvent) -> None:
        if event.item_data == "nonsense":
            raise Malformed("no number")
        if event.item_key:
            self.items[event.item_key] = event.item_data

    def removed(self) -> None:
        self.is_gone = True


class Service:
    """Maps by name. ``asked``: what was asked for, in order. While it ``answers``, a subscription is told of."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.maps: dict[str, dict[str, Any]] = {}
        self.errors: dict[str, ChatError] = {}
        self.answers = True
        self.status = "completed"
        self.tell: Callable[[bytes], None] = lambda _: None

    def add(self, name: str, sid: str | None = None, head: int = 5, **items: int) -> None:
        self.maps[name] = {"unique_name": name, "sid": sid or f"MP-{name}", "last_event_id": head, "items": items}

    async def request(self, method: str, url: str, *, params: Any = None, json: Any = None) -> Any:
        await asyncio.sleep(0)
        if method == "POST":
            positions = [f"{each.object_sid}:{each.last_event_id}" for each in json.requests]
            self.asked.append(f"{json.action} {' '.join(positions)}")
            for each in json.requests if self.answers and json.action == "establish" else ():
                self.established(each.object_sid, json.correlation_id)
            return {}
        name = url.rpartition("/")[2]
        self.asked.append(f"read {name}")
        if name in self.errors:
            raise self.errors[name]
        found = self.maps[name]
        return {**found, "items": [{"key": key, "data": data} for key, data in found["items"].items()]}

    def established(self, sid: str, correlation: int) -> None:
        [found] = [each for each in self.maps.values() if each["sid"] == sid]
        event = {"object_sid": sid, "replay_status": self.status, "last_event_id": found["last_event_id"]}
        self.notify("subscription_established", event, correlation)

    def change(self, name: str, key: str, data: Any, event_id: int) -> None:
        self.maps[name]["last_event_id"] = event_id
        event = {"map_sid": self.maps[name]["sid"], "id": event_id, "item_key": key, "item_data": data}
        self.notify("map_item_updated", event)

    def notify(self, event_type: str, event: dict[str, Any], correlation: int | None = None) -> None:
        self.tell(json.dumps({"event_type": event_type, "event": event, "correlation_id": correlation}).encode())


class World:
    """A service, and who follows it. ``reloaded``: what was read anew, by name."""

    def __init__(self) -> None:
        self.service = Service()
        self.reloaded: list[str] = []
        self.tasks = Tasks(expected=(ChatError,))
        self.pauses: list[float] = []
        self.paused = asyncio.Event()
        self.replicas = Replicas(
            self.service.request,
            lambda replica: self.reloaded.append(replica.name),
            self.tasks.spawn,
            sleep=self._sleep,
            uniform=lambda least, most: most,
        )
        self.replicas.is_up = True
        self.service.tell = self.replicas.on_notification

    async def _sleep(self, seconds: float) -> None:
        if seconds == REPLAY_WITHIN:  # the watch over an answer, which ends with the test
            await asyncio.Event().wait()
        self.pauses.append(seconds)
        self.paused.set()

    async def followed(self, name: str = "a", **items: Any) -> Counts:
        """A map that is read and followed; what was asked until then is forgotten."""
        self.service.add(name, **items)
        counts = Counts(name)
        await self.replicas.open(counts)
        self.service.asked.clear()
        return counts


@pytest.fixture
def world() -> World:
    return World()


async def test_an_object_is_read_and_then_followed_from_where_it_was(world: World) -> None:
    """Its events change it, each once and in order (guarantees, Follow 6)."""
    world.service.add("a", head=5, x=1)
    counts = Counts("a")
    assert await world.replicas.open(counts) == [counts]
    assert world.service.asked == ["read a", "establish MP-a:5"]
    world.service.change("a", "x", 2, 6)
    world.service.change("a", "x", 1, 5)
    assert (counts.items, counts.last_event_id) == ({"x": 2}, 6)


async def test_a_gap_is_asked_for_and_not_jumped(world: World) -> None:
    """What came too early is applied when it comes again in its turn."""
    counts = await world.followed(x=1)
    world.service.answers = False
    world.service.change("a", "x", 3, 7)
    await settle()
    assert counts.items == {"x": 1}
    assert world.service.asked == ["establish MP-a:5"]
    world.service.change("a", "x", 2, 6)
    world.service.change("a", "x", 3, 7)
    assert (counts.items, counts.last_event_id) == ({"x": 3}, 7)


async def test_what_cannot_be_replayed_is_read_anew_and_said(world: World) -> None:
    """Too much was missed."""
    counts = await world.followed(x=1)
    world.service.status = "interrupted"
    world.service.add("a", head=90, y=9)
    world.service.change("a", "y", 10, 91)
    world.service.add("a", head=91, y=10)
    await settle(2)
    world.service.status = "completed"
    await settle()
    assert (counts.items, counts.last_event_id) == ({"y": 10}, 91)
    assert "a" in world.reloaded


async def test_an_event_that_makes_no_sense_costs_a_snapshot(world: World) -> None:
    """Until then nothing of it is sure."""
    counts = await world.followed(x=1)
    world.service.change("a", "x", "nonsense", 6)
    world.service.maps["a"]["items"] = {"x": 6}
    await settle()
    assert counts.items == {"x": 6}
    assert world.service.asked == ["read a", "establish MP-a:6"]
    assert world.reloaded == ["a"]


async def test_what_is_not_there_is_left_out(world: World) -> None:
    """The others are followed."""
    world.service.add("a")
    world.service.errors["b"] = NotFound("none", Code.NOT_FOUND)
    here, gone = Counts("a"), Counts("b")
    assert await world.replicas.open(here, gone) == [here]
    assert (world.replicas.follows(here), world.replicas.follows(gone)) == (True, False)


@pytest.mark.parametrize("error", [Forbidden("no", Code.FORBIDDEN), TransportError("gone", Code.UNAVAILABLE)])
async def test_when_one_cannot_be_read_none_is_followed(error: ChatError, world: World) -> None:
    """Unless one is asked to leave out what is refused, which a link that is gone does not count as."""
    world.service.add("a")
    world.service.errors["b"] = error
    here, refused = Counts("a"), Counts("b")
    with pytest.raises(type(error)):
        await world.replicas.open(here, refused)
    assert not world.replicas.follows(here)
    if isinstance(error, Forbidden):
        assert await world.replicas.open(here, refused, skip_refused=True) == [here]


async def test_two_objects_of_one_sid_are_an_answer_that_makes_no_sense(world: World) -> None:
    """The first stays as it is."""
    first = await world.followed("a", x=1)
    world.service.add("b", sid="MP-a", y=2)
    with pytest.raises(InvalidAnswer, match="b has the SID of a"):
        await world.replicas.open(Counts("b"))
    world.service.maps.pop("b")
    world.service.change("a", "x", 2, 6)
    assert first.items == {"x": 2}


async def test_a_new_link_asks_for_what_was_missed_of_everything(world: World) -> None:
    """From where each is; nothing is read anew. One known from an earlier start is no other."""
    await world.followed("a")
    world.service.add("b", head=9)
    known = Counts("b")
    world.replicas.adopt(known, "MP-b", 7)
    await world.replicas.resume()
    assert world.service.asked == ["establish MP-a:5 MP-b:7"]
    assert world.replicas.follows(known)


async def test_without_a_link_nothing_is_tried(world: World) -> None:
    """The next one begins with a resumption anyway."""
    await world.followed("a")
    world.replicas.is_up = False
    world.service.change("a", "x", 3, 9)
    await settle()
    assert world.service.asked == []


async def test_a_removed_object_is_told_and_forgotten(world: World) -> None:
    """What still comes of it changes nothing."""
    counts = await world.followed(x=1)
    world.service.notify("map_removed", {"map_sid": "MP-a", "id": 6})
    world.service.change("a", "x", 2, 7)
    assert (counts.is_gone, counts.items) == (True, {"x": 1})
    assert not world.replicas.follows(counts)


async def test_what_is_closed_is_cancelled_and_hears_no_more(world: World) -> None:
    """Once, though it is closed twice."""
    counts = await world.followed(x=1)
    await world.replicas.close(counts)
    await world.replicas.close(counts)
    world.service.change("a", "x", 2, 6)
    assert world.service.asked == ["cancel MP-a:5"]
    assert counts.items == {"x": 1}


async def test_who_follows_in_the_background_does_not_give_up(world: World) -> None:
    """The first repair is at once, and the pauses between the next ones grow."""
    world.service.errors["a"] = Forbidden("not yet", Code.FORBIDDEN)
    counts = Counts("a")
    world.replicas.follow(counts)
    async with asyncio.timeout(5):
        while len(world.pauses) < 5:
            world.paused.clear()
            await world.paused.wait()
    world.service.errors.clear()
    world.service.add("a", x=1)
    await settle()
    assert counts.items == {"x": 1}
    assert world.pauses[:5] == [0, 2.0, 4.0, 8.0, 16.0]


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b'{"event_type":"map_item_updated","event":7}', b'{"event_type":"new"}']
)
async def test_a_notification_that_cannot_be_read_changes_nothing(payload: bytes, world: World) -> None:
    """Nor one of a newer service."""
    counts = await world.followed(x=1)
    world.replicas.on_notification(payload)
    await settle()
    assert (counts.items, world.service.asked) == ({"x": 1}, [])
