"""What stands in for events that the log has forgotten."""

import asyncio
import contextlib
import random
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from chat_tui.protocol.errors import ChatError
from chat_tui.protocol.sids import Kind
from chat_tui.protocol.sync import (
    ObjectType,
    SubscriptionRequest,
    document_name,
    info_name,
    messages_name,
    own_channels_name,
    roster_name,
)
from chat_tui.protocol.values import ChannelType
from chat_tui.server.bus import AccessRevoked
from chat_tui.server.operations import deletion
from chat_tui.server.operations.channels import CreateChannel, DeleteChannel, FetchChannel, UpdateChannel
from chat_tui.server.operations.invites import InviteMember, RemoveInvite
from chat_tui.server.operations.members import AddMember, RemoveMember, UpdateMember
from chat_tui.server.operations.messages import DeleteMessage, SendMessage, UpdateMessage
from chat_tui.server.operations.operation import Command
from chat_tui.server.realtime import subscriptions
from chat_tui.server.store.rows import SyncObject
from chat_tui.server.sync import log, projection
from chat_tui.server.sync import summary as summaries
from tests.server.conftest import Domain
from tests.server.realtime.reading import Reading


async def summary(domain: Domain, name: str, position: int) -> list[dict[str, Any]]:
    def read(reader: Any) -> list[bytes]:
        found = reader.one(SyncObject, "object_by_name", name=name)
        return summaries.summary(reader, found, position)

    told = [msgspec.json.decode(payload) for payload in await domain.core.store.read(read)]
    return [one["event"] | {"type": one["event_type"], "ordered": one["strictly_ordered"]} for one in told]


async def test_a_summary_tells_what_changed_in_the_order_of_its_events(domain: Domain) -> None:
    """Messages by their last event, each once, as it is now, or as it went."""
    sid = domain.service_sid
    channel = await domain.run(FetchChannel(sid, "general"))
    for body in ("one", "two", "three", "four"):
        await domain.run(SendMessage(sid, "general", body))
    await domain.run(UpdateMessage(sid, "general", "1", body="two, edited"))
    await domain.run(DeleteMessage(sid, "general", "2"))
    told = await summary(domain, messages_name(channel.sid), 1)
    found = [(event["id"], event["item_index"], (event["item_data"] or {}).get("text")) for event in told]
    assert found == [(4, 3, "four"), (5, 1, "two, edited"), (6, 2, None)]
    assert [event["type"] for event in told] == ["list_item_added", "list_item_added", "list_item_removed"]
    assert all(event["ordered"] for event in told)


async def test_maps_and_documents_have_one_too(domain: Domain) -> None:
    """A roster, somebody's channels, and the channel itself."""
    sid = domain.service_sid
    await domain.run(CreateChannel(sid, unique_name="side", type=ChannelType.PRIVATE))
    channel = await domain.run(FetchChannel(sid, "side"))
    bob = await domain.user("bob")
    await domain.run(AddMember(sid, "side", "bob"))
    await domain.run(UpdateChannel(sid, "side", friendly_name="The side"))
    (seat,) = await summary(domain, roster_name(channel.sid), 0)
    assert (seat["type"], seat["item_data"]["identity"]) == ("map_item_added", "bob")
    rooms = await summary(domain, own_channels_name(bob.user_sid), 1)
    assert [room["item_key"] for room in rooms] == [channel.sid]
    (document,) = await summary(domain, document_name(channel.sid), 0)
    assert (document["type"], document["document_data"]["friendlyName"]) == ("document_updated", "The side")


def applied(events: Iterable[dict[str, Any]], before: Mapping[Any, Any] = MappingProxyType({})) -> dict[Any, Any]:
    """What somebody holds who held ``before`` and hears the events."""
    held = dict(before)
    for event in events:
        key = event.get("item_key", event.get("item_index"))
        if event["type"].endswith("_removed"):
            held.pop(key, None)
        else:
            held[key] = event["item_data"]
    return held


async def live_and_die(domain: Domain, *, seed: int, deeds: int) -> None:
    """People, messages and channels that come, change and go, in any order."""
    sid, chance = domain.service_sid, random.Random(seed)
    for name in ("side", "team"):
        await domain.run(CreateChannel(sid, unique_name=name, type=ChannelType.PRIVATE))
    for _ in range(deeds):
        name, who = chance.choice(("general", "side", "team")), f"user-{chance.randrange(5)}"
        index = str(chance.randrange(12))
        deed: Command = chance.choice(
            (
                SendMessage(sid, name, str(chance.random())),
                SendMessage(sid, name, str(chance.random())),
                UpdateMessage(sid, name, index, body=str(chance.random())),
                DeleteMessage(sid, name, index),
                AddMember(sid, name, who),
                AddMember(sid, name, who),
                UpdateMember(sid, name, who, attributes=f'{{"a":{chance.random()}}}'),
                RemoveMember(sid, name, who),
                InviteMember(sid, name, who),
                RemoveInvite(sid, name, who),
                CreateChannel(sid, unique_name=name, type=ChannelType.PRIVATE),
                *([DeleteChannel(sid, name)] if name == "team" and chance.random() < 0.2 else []),
            )
        )
        with contextlib.suppress(ChatError):
            await domain.run(deed)


@pytest.mark.parametrize("seed", range(4))
async def test_a_summary_leads_from_any_position_to_what_is_there(seed: int, domain: Domain) -> None:
    """Whoever held what there was after any event holds, with the summary, what there is: deletions too."""
    await live_and_die(domain, seed=seed, deeds=150)
    store = domain.core.store
    positions = removals = 0
    for object_sid, _ in await store.read(lambda rows: rows.tuples("busy_objects", keep=0)):
        if object_sid.startswith(Kind.DOCUMENT):
            continue
        found = await store.read(lambda rows: rows.one(SyncObject, "object_by_sid", sid=object_sid))  # noqa: B023
        logged = await store.read(lambda rows: log.read(rows, object_sid, 0, 10_000))  # noqa: B023
        told = [msgspec.json.decode(event.notification) for event in logged]
        happened = [one["event"] | {"type": one["event_type"]} for one in told]
        if found is None or found.name.endswith(".info") or found.owner_sid == deletion.SERVICE:
            continue
        now = applied(happened)
        for position in range(len(happened) + 1):
            missed = await summary(domain, found.name, position)
            assert applied(missed, applied(happened[:position])) == now, (found.name, position)
            assert [event["id"] for event in missed] == sorted({event["id"] for event in missed})
            positions += 1
            removals += sum(event["type"].endswith("_removed") for event in missed)
    assert positions > 50
    assert removals > 20


async def test_removals_are_kept_within_a_bound(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest of each map."""
    monkeypatch.setattr(projection, "MOST_REMOVED", 3)
    sid = domain.service_sid
    channel = await domain.run(FetchChannel(sid, "general"))
    for number in range(6):
        await domain.run(AddMember(sid, "general", f"user-{number}"))
        await domain.run(RemoveMember(sid, "general", f"user-{number}"))
    told = await summary(domain, roster_name(channel.sid), 0)
    assert [(event["id"], event["type"]) for event in told] == [(number, "map_item_removed") for number in (8, 10, 12)]


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
    reader, store = Leaving(await domain.user("bob")), domain.core.store
    for body in ("one", "two", "three"):
        await domain.run(SendMessage(domain.service_sid, "general", body))
    busy = await store.read(lambda rows: rows.tuples("busy_objects", keep=0))
    [reader.object_sid] = [sid for sid, _ in busy if sid.startswith(Kind.LIST)]
    await log.prune(store, kept=0)
    reader.follows = subscriptions.Subscriptions(store)
    reader.follows.admit(reader)
    told = []
    for _ in range(2):
        await reader.follows.establish(reader, [SubscriptionRequest(reader.object_sid, ObjectType.LIST, 0)], 1)
        while not reader.frames.empty():
            told.append(reader.frames.get_nowait())
    assert len(told) == 2
    assert b"interrupted" in told[0]
    assert b"one" in told[1]


async def test_a_replay_ends_where_the_right_to_it_does(domain: Domain) -> None:
    """Though the bus has not said so yet: what is told is read together with who may be told."""
    sid, store = domain.service_sid, domain.core.store
    reader = Reading(await domain.user("bob"))
    await domain.run(SendMessage(sid, "general", "before"))
    busy = await store.read(lambda rows: rows.tuples("busy_objects", keep=0))
    [object_sid] = [found for found, _ in busy if found.startswith(Kind.LIST)]
    follows = subscriptions.Subscriptions(store)  # no listener of the bus
    follows.admit(reader)
    await follows.establish(reader, [SubscriptionRequest(object_sid, ObjectType.LIST)], 1)
    await domain.run(RemoveMember(sid, "general", "bob"))
    await domain.run(SendMessage(sid, "general", "after"))
    await follows.check()
    await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == "a subscription"))
    told = [reader.frames.get_nowait() for _ in range(reader.frames.qsize())]
    assert len(told) == 1
    assert b"subscription_established" in told[0]


async def test_what_is_followed_is_named_by_its_sid(domain: Domain) -> None:
    """A name would be established, and nothing ever delivered."""
    reader = Reading(await domain.user("bob"))
    follows = subscriptions.Subscriptions(domain.core.store)
    follows.admit(reader)
    name = info_name(reader.actor.user_sid)
    await follows.establish(reader, [SubscriptionRequest(name, ObjectType.MAP)], 1)
    assert b"subscription_failed" in reader.frames.get_nowait()
