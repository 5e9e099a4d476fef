"""What everybody may see of a channel, as its document of Sync has it."""

from typing import Any

from chat_tui.client.model import Channel
from chat_tui.client.state.channel_document import ChannelDocument
from chat_tui.client.state.parsing import Snapshot, SyncEvent
from chat_tui.protocol.sync import EventType
from chat_tui.protocol.values import ChannelStatus

DATE = "2026-11-20T12:00:00.000Z"


class World:
    """``said``: the reasons of each update; ``doubted``: how often a count was doubted."""

    def __init__(self) -> None:
        self.channel = Channel("CH1", ChannelStatus.JOINED, unique_name="general")
        self.said: list[set[str]] = []
        self.doubted = 0
        self.document = ChannelDocument(self.channel, self._updated, self._doubt)

    def _updated(self, _: Channel, reasons: Any) -> None:
        self.said.append({reason.value for reason in reasons})

    def _doubt(self, _: Channel) -> None:
        self.doubted += 1

    async def read(self, data: Any) -> None:
        await self.document.apply_snapshot(Snapshot("ET1", 5, data=data), self._nothing)

    async def _nothing(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    def happen(self, data: Any, event_type: EventType = EventType.DOCUMENT_UPDATED) -> None:
        self.document.apply_event(event_type, SyncEvent(id=6, document_data=data))


def last(index: int) -> dict[str, Any]:
    return {"uniqueName": "general", "lastMessage": {"index": index, "timestamp": DATE}}


async def test_what_changed_is_said_and_the_same_again_is_not() -> None:
    """Names, the newest message."""
    world = World()
    await world.read({"uniqueName": "general", "friendlyName": "Everybody"})
    world.happen({"uniqueName": "general", "friendlyName": "Everybody"})
    world.happen({**last(3), "friendlyName": "Everybody"})
    assert (world.channel.friendly_name, world.channel.last_index) == ("Everybody", 3)
    assert world.said == [{"friendlyName"}, {"lastMessage"}]


async def test_a_newest_message_that_goes_back_puts_the_count_in_doubt() -> None:
    """One was deleted."""
    world = World()
    await world.read(last(5))
    world.channel.counted, world.channel.counted_at = 2, 5
    world.happen(last(4))
    assert world.doubted == 1
    assert world.channel.last_index == 4


async def test_an_event_of_another_kind_changes_nothing() -> None:
    """Nor does a document that is none."""
    world = World()
    await world.read(last(5))
    said = list(world.said)
    world.happen(last(9), EventType.DOCUMENT_REMOVED)
    assert (world.channel.last_index, world.said) == (5, said)
