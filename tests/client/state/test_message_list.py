"""The newest messages without a gap: read, followed, and lengthened in front."""

from typing import Any

import pytest

from chat_tui.client.state.message_list import MessageList
from chat_tui.client.state.parsing import Snapshot
from chat_tui.protocol.sync import EventType
from chat_tui.protocol.untrusted import Malformed
from tests.client.state.heard import GENERAL, Heard, event


class Pages:
    """A list of messages with these indices, given in pages from the newest."""

    def __init__(self, *indices: int) -> None:
        self.indices = sorted(indices, reverse=True)
        self.asked: list[dict[str, str]] = []

    async def __call__(self, method: str, url: str, *, params: Any = None, json: Any = None) -> Any:
        self.asked.append(params)
        found = [index for index in self.indices if index <= int(params.get("From", 10**9))]
        size = int(params["PageSize"])
        items = [{"index": index, "data": {"text": f"message {index}"}} for index in found[:size]]
        return {"items": items, "meta": {"next_token": "more" if len(found) > size else None}}


class World:
    def __init__(self, *indices: int) -> None:
        self.pages, self.heard = Pages(*indices), Heard()
        self.list = MessageList(GENERAL, self.heard)

    async def read(self) -> "World":
        await self.list.apply_snapshot(Snapshot("ES1", 5), self.pages)
        return self

    @property
    def indices(self) -> list[int]:
        return [message.index for message in self.list.messages]

    def happen(self, event_type: EventType, index: int | None, **data: Any) -> None:
        self.list.apply_event(event_type, event(index=index, data=data))


async def test_the_newest_page_is_read_ascending() -> None:
    """There are older ones unless the first is among them."""
    world = await World(*range(120)).read()
    assert (world.indices, world.list.has_older) == (list(range(70, 120)), True)
    world = await World(0, 1, 2).read()
    assert (world.indices, world.list.has_older) == ([0, 1, 2], False)


async def test_older_ones_are_put_in_front_until_the_first() -> None:
    """Holes in the indices are where something was deleted."""
    world = await World(*range(0, 160, 2)).read()
    assert [message.index for message in await world.list.load_older(world.pages, 20)] == list(range(20, 60, 2))
    assert world.list.has_older
    await world.list.load_older(world.pages, 20)
    assert (world.indices, world.list.has_older) == (list(range(0, 160, 2)), False)
    asked = len(world.pages.asked)
    assert await world.list.load_older(world.pages, 20) == []
    assert len(world.pages.asked) == asked


async def test_what_brings_nothing_older_is_the_end() -> None:
    """The first messages may all be deleted, whatever a page says of more."""
    world = await World(*range(10, 70)).read()
    await world.list.load_older(world.pages, 10)
    assert world.list.has_older
    await world.list.load_older(world.pages, 10)
    assert not world.list.has_older


async def test_events_keep_the_order_and_say_what_changed() -> None:
    """A message comes once; the same again is no news."""
    world = await World(3, 4).read()
    world.happen(EventType.LIST_ITEM_ADDED, 5, text="five", author="bob")
    world.happen(EventType.LIST_ITEM_ADDED, 5, text="five", author="bob")
    world.happen(EventType.LIST_ITEM_UPDATED, 5, text="5", author="bob", lastUpdatedBy="carol")
    world.happen(EventType.LIST_ITEM_REMOVED, 4)
    world.happen(EventType.LIST_ITEM_REMOVED, 4)
    assert world.indices == [3, 5]
    assert world.heard.said == [("added", 5), ("updated", 5, {"body", "lastUpdatedBy"}), ("removed", 4)]


async def test_what_is_older_than_what_is_here_joins_nothing() -> None:
    """Unless everything is here."""
    world = await World(*range(100)).read()
    world.happen(EventType.LIST_ITEM_ADDED, 7, text="old")
    world.happen(EventType.LIST_ITEM_UPDATED, 7, text="old")
    assert (world.indices[0], world.heard.said) == (50, [])
    whole = await World(1, 2).read()
    whole.list.has_older = False
    whole.happen(EventType.LIST_ITEM_ADDED, 0, text="first")
    assert whole.indices == [0, 1, 2]


async def test_an_event_without_an_index_is_malformed() -> None:
    """A message that is none is an empty one: its index is taken."""
    world = await World(1).read()
    with pytest.raises(Malformed):
        world.list.apply_event(EventType.LIST_ITEM_ADDED, event(data={"text": "x"}))
    assert world.indices == [1]
    world.list.apply_event(EventType.LIST_ITEM_ADDED, event(index=2, data="nonsense"))
    assert [message.body for message in world.list.messages] == ["message 1", ""]
