"""The Sync document of a channel (contract 7.4)."""

from collections.abc import Callable
from typing import Any

from chat_tui.client.model import Channel, Reasons
from chat_tui.client.ports import Request
from chat_tui.client.state.channel_parsing import is_count_doubtful, update_from_document
from chat_tui.client.state.parsing import Snapshot, SyncEvent
from chat_tui.client.state.replica import Replica
from chat_tui.protocol.sync import EventType, ObjectType, document_name


class ChannelDocument(Replica):
    """What everybody may see of a channel: names, attributes, the newest message. ``on_deletion``: a message was
    deleted, or may have been."""

    kind = ObjectType.DOCUMENT

    def __init__(
        self,
        channel: Channel,
        on_update: Callable[[Channel, Reasons], None],
        on_deletion: Callable[[Channel], None],
    ) -> None:
        super().__init__(document_name(channel.sid))
        self.channel = channel
        self._on_update = on_update
        self._on_deletion = on_deletion

    async def apply_snapshot(self, found: Snapshot, request: Request) -> None:
        self._set(found.data)

    def apply_event(self, event_type: EventType, event: SyncEvent) -> None:
        if event_type is EventType.DOCUMENT_UPDATED:
            self._set(event.document_data)

    def _set(self, data: Any) -> None:
        newest = self.channel.last_index
        reasons = update_from_document(self.channel, data)
        if is_count_doubtful(self.channel, newest):
            self._on_deletion(self.channel)
        if reasons:
            self._on_update(self.channel, reasons)
