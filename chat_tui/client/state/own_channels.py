"""The Sync map of a user's own channels: which there are, and the user's part in each (contract 7.4)."""

from typing import Protocol

from chat_tui.client.ports import Request
from chat_tui.client.state.channel_parsing import OwnChannelData
from chat_tui.client.state.parsing import Snapshot, SyncEvent, parse_item
from chat_tui.client.state.replica import Replica
from chat_tui.protocol.sync import EventType
from chat_tui.protocol.untrusted import Malformed


class OwnChannelsListener(Protocol):
    def on_own_channel(self, sid: str) -> None:
        """The user's part in a channel is now another."""

    def on_own_channel_removed(self, sid: str) -> None: ...
    def on_own_channels(self) -> None:
        """All of them, read anew."""


class OwnChannels(Replica):
    """Which channels a user is in, or invited to: ``items`` by channel SID. It alone says so: what is not here, is
    gone, and what is here and not known elsewhere, is still to be asked for."""

    def __init__(self, name: str, listener: OwnChannelsListener) -> None:
        super().__init__(name)
        self.items: dict[str, OwnChannelData] = {}
        self._listener = listener

    async def apply_snapshot(self, found: Snapshot, request: Request) -> None:
        self.items = {item.key: parse_item(item.data, OwnChannelData) for item in found.items or () if item.key}
        self._listener.on_own_channels()

    def apply_event(self, event_type: EventType, event: SyncEvent) -> None:
        if not event.item_key:
            raise Malformed("an event of a map without a key")
        if event_type is EventType.MAP_ITEM_REMOVED:
            self.items.pop(event.item_key, None)
            self._listener.on_own_channel_removed(event.item_key)
        else:
            self.items[event.item_key] = parse_item(event.item_data, OwnChannelData)
            self._listener.on_own_channel(event.item_key)
