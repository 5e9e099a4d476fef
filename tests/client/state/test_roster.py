"""The members of a channel, as a map of Sync has them."""

from typing import Any

import pytest

from chat_tui.client.state.roster import Roster
from chat_tui.protocol.sync import EventType
from chat_tui.protocol.untrusted import Malformed
from tests.client.state.heard import GENERAL, Heard, event, snapshot

BOB = {"identity": "bob", "userInfo": "bob.info", "roleSid": "RL1"}


async def nothing(*_: Any, **__: Any) -> Any:
    raise NotImplementedError


async def made() -> tuple[Roster, Heard]:
    heard = Heard()
    roster = Roster(GENERAL, heard)
    await roster.apply_snapshot(snapshot(MB1=BOB), nothing)
    return roster, heard


async def test_whoever_comes_goes_or_changes_is_told_of() -> None:
    """With what changed; the same again is no news."""
    roster, heard = await made()
    roster.apply_event(EventType.MAP_ITEM_ADDED, event("MB2", {"identity": "carol"}))
    roster.apply_event(EventType.MAP_ITEM_UPDATED, event("MB1", {**BOB, "lastConsumedMessageIndex": 3}))
    roster.apply_event(EventType.MAP_ITEM_UPDATED, event("MB1", {**BOB, "lastConsumedMessageIndex": 3}))
    roster.apply_event(EventType.MAP_ITEM_REMOVED, event("MB2"))
    roster.apply_event(EventType.MAP_ITEM_REMOVED, event("MB2"))
    assert [member.identity for member in roster.members.values()] == ["bob"]
    assert heard.said == [("joined", "carol"), ("updated", "bob", {"lastConsumedMessageIndex"}), ("left", "carol")]


async def test_a_member_stays_the_same_object() -> None:
    """Whoever shows it sees the change."""
    roster, _ = await made()
    before = roster.members["MB1"]
    roster.apply_event(EventType.MAP_ITEM_UPDATED, event("MB1", {**BOB, "attributes": '{"a":1}', "identity": "x"}))
    assert roster.members["MB1"] is before
    assert (before.attributes, before.identity) == ('{"a":1}', "bob")


async def test_a_snapshot_is_all_there_is() -> None:
    """Who is not in it is gone."""
    roster, _ = await made()
    await roster.apply_snapshot(snapshot(MB3={"identity": "dan"}), nothing)
    assert list(roster.members) == ["MB3"]


async def test_an_event_without_a_key_is_malformed() -> None:
    """And changes nobody."""
    roster, heard = await made()
    for key in (None, ""):
        with pytest.raises(Malformed):
            roster.apply_event(EventType.MAP_ITEM_UPDATED, event(key, BOB))
    assert (list(roster.members), heard.said) == (["MB1"], [])
