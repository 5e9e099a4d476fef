"""What stands in for events that the log has forgotten."""

from typing import Any

import msgspec

from chat_tui.protocol.sids import Kind
from chat_tui.protocol.sync import ObjectType, SubscriptionRequest
from chat_tui.protocol.values import ChannelType
from chat_tui.server.bus import AccessRevoked
from chat_tui.server.operations.channels import CreateChannel, FetchChannel, UpdateChannel
from chat_tui.server.operations.members import AddMember
from chat_tui.server.operations.messages import DeleteMessage, SendMessage, UpdateMessage
from chat_tui.server.realtime import subscriptions
from chat_tui.server.store.rows import SyncObject
from chat_tui.server.sync import log, objects, views
from tests.server.conftest import Domain
from tests.server.test_background import Reading


async def summary(domain: Domain, name: str, position: int) -> list[dict[str, Any]]:
    def read(reader: Any) -> list[bytes]:
        found = reader.one(SyncObject, "object_by_name", name=name)
        return objects.summary(reader, found, position)

    told = [msgspec.json.decode(payload) for payload in await domain.house.store.read(read)]
    return [one["event"] | {"type": one["event_type"], "ordered": one["strictly_ordered"]} for one in told]


async def test_a_summary_tells_what_changed_in_the_order_of_its_events(domain: Domain) -> None:
    """Messages by their last event, each once, as it is now; what is deleted is not there."""
    sid = domain.service_sid
    channel = await domain.run(FetchChannel(sid, "general"))
    for body in ("one", "two", "three", "four"):
        await domain.run(SendMessage(sid, "general", body))
    await domain.run(UpdateMessage(sid, "general", "1", body="two, edited"))
    await domain.run(DeleteMessage(sid, "general", "2"))
    told = await summary(domain, views.messages_name(channel.sid), 1)
    found = [(event["id"], event["item_index"], event["item_data"]["text"]) for event in told]
    assert found == [(4, 3, "four"), (5, 1, "two, edited")]
    assert {event["type"] for event in told} == {"list_item_added"}
    assert all(event["ordered"] for event in told)


async def test_maps_and_documents_have_one_too(domain: Domain) -> None:
    """A roster, somebody's channels, and the channel itself."""
    sid = domain.service_sid
    await domain.run(CreateChannel(sid, unique_name="side", type=ChannelType.PRIVATE))
    channel = await domain.run(FetchChannel(sid, "side"))
    bob = await domain.user("bob")
    await domain.run(AddMember(sid, "side", "bob"))
    await domain.run(UpdateChannel(sid, "side", friendly_name="The side"))
    (seat,) = await summary(domain, views.roster_name(channel.sid), 0)
    assert (seat["type"], seat["item_data"]["identity"]) == ("map_item_added", "bob")
    rooms = await summary(domain, views.own_channels_name(bob.user_sid), 1)
    assert [room["item_key"] for room in rooms] == [channel.sid]
    (document,) = await summary(domain, views.document_name(channel.sid), 0)
    assert (document["type"], document["document_data"]["friendlyName"]) == ("document_updated", "The side")


class Leaving(Reading):
    """Somebody who is removed as soon as the first message has gone out."""

    follows: subscriptions.Subscriptions
    object_sid: str

    async def send(self, frame: bytes) -> None:
        await super().send(frame)
        if b"list_item_added" in frame:
            self.follows.on_published([AccessRevoked(self.actor.user_sid, (self.object_sid,))])


async def test_who_is_removed_hears_no_more_of_a_summary(domain: Domain) -> None:
    """Not the rest of it, nor that it is complete."""
    reader, store = Leaving(await domain.user("bob")), domain.house.store
    for body in ("one", "two", "three"):
        await domain.run(SendMessage(domain.service_sid, "general", body))
    busy = await store.read(lambda rows: rows.tuples("busy_objects", keep=0))
    [reader.object_sid] = [sid for sid, _ in busy if sid.startswith(Kind.LIST)]
    await store.write(lambda tx: log.prune(tx, kept=0))
    reader.follows = subscriptions.Subscriptions(store)
    reader.follows.admit(reader)
    told = []
    for _ in range(2):
        reader.follows.establish(reader, [SubscriptionRequest(reader.object_sid, ObjectType.LIST, 0)], 1)
        await reader.follows._tasks.settle()
        while not reader.frames.empty():
            told.append(reader.frames.get_nowait())
    assert len(told) == 2
    assert b"interrupted" in told[0]
    assert b"one" in told[1]
