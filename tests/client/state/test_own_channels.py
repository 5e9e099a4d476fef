"""Which channels one is in, as the map of Sync has them."""

from typing import Any

import pytest

from chat_tui.client.state.own_channels import OwnChannels
from chat_tui.protocol.sync import EventType
from chat_tui.protocol.untrusted import Malformed
from chat_tui.protocol.values import ChannelStatus
from tests.client.state.heard import event, snapshot

JOINED = {"status": "joined", "lastConsumedMessageIndex": 3, "notificationLevel": "muted"}


class Listener:
    def __init__(self) -> None:
        self.said: list[str] = []

    def on_own_channel(self, sid: str) -> None:
        self.said.append(f"now {sid}")

    def on_own_channel_removed(self, sid: str) -> None:
        self.said.append(f"not {sid}")

    def on_own_channels(self) -> None:
        self.said.append("all")


async def nothing(*_: Any, **__: Any) -> Any:
    raise NotImplementedError


async def test_a_snapshot_is_all_of_them_and_events_change_one() -> None:
    """What is removed twice is told twice: whoever listens knows what it has."""
    listener = Listener()
    own = OwnChannels("US1.channels", listener)
    await own.apply_snapshot(snapshot(CH1=JOINED, CH2={"status": "invited"}), nothing)
    own.apply_event(EventType.MAP_ITEM_UPDATED, event("CH1", {"status": "joined"}))
    own.apply_event(EventType.MAP_ITEM_REMOVED, event("CH2"))
    own.apply_event(EventType.MAP_ITEM_ADDED, event("CH3", JOINED))
    assert {sid: item.status for sid, item in own.items.items()} == {
        "CH1": ChannelStatus.JOINED, "CH3": ChannelStatus.JOINED,
    }  # fmt: skip
    assert listener.said == ["all", "now CH1", "not CH2", "now CH3"]


def test_an_event_without_a_key_is_malformed() -> None:
    """Nobody is told."""
    listener = Listener()
    with pytest.raises(Malformed):
        OwnChannels("US1.channels", listener).apply_event(EventType.MAP_ITEM_ADDED, event(None, JOINED))
    assert listener.said == []
