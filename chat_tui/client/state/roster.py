"""The Sync map of a channel's members (contract 7.4)."""

from typing import Any

from chat_tui.client.model import Channel, Member
from chat_tui.client.ports import Request
from chat_tui.client.state.message_list import ChannelListener
from chat_tui.client.state.parsing import (
    LONGEST_TEXT,
    MemberData,
    Snapshot,
    SyncEvent,
    parse_item,
    parse_member,
    update_fields,
)
from chat_tui.client.state.replica import Replica
from chat_tui.protocol.sync import EventType, roster_name
from chat_tui.protocol.untrusted import Malformed
from chat_tui.protocol.values import UpdateReason


class Roster(Replica):
    """The members of a channel, by SID."""

    def __init__(self, channel: Channel, listener: ChannelListener) -> None:
        super().__init__(roster_name(channel.sid))
        self.channel = channel
        self.members: dict[str, Member] = {}
        self._listener = listener

    async def apply_snapshot(self, found: Snapshot, request: Request) -> None:
        self.members = {item.key: parse_member(item.key, item.data) for item in found.items or () if item.key}

    def apply_event(self, event_type: EventType, event: SyncEvent) -> None:
        sid = event.item_key
        if not sid:
            raise Malformed("an event of a map without a key")
        if event_type is EventType.MAP_ITEM_REMOVED:
            gone = self.members.pop(sid, None)
            if gone is not None:
                self._listener.on_member_left(self.channel, gone)
        elif sid in self.members:
            self._update(self.members[sid], event.item_data)
        else:
            self.members[sid] = parse_member(sid, event.item_data)
            self._listener.on_member_joined(self.channel, self.members[sid])

    def _update(self, member: Member, data: Any) -> None:
        found = parse_item(data, MemberData)
        reasons = update_fields(
            member,
            {
                "role_sid": (found.role_sid, UpdateReason.ROLE_SID),
                "attributes": ((found.attributes or "{}")[:LONGEST_TEXT], UpdateReason.ATTRIBUTES),
                "last_consumed_message_index": (
                    found.last_consumed_message_index,
                    UpdateReason.LAST_CONSUMED_MESSAGE_INDEX,
                ),
                "last_consumption_timestamp": (
                    found.last_consumption_timestamp,
                    UpdateReason.LAST_CONSUMPTION_TIMESTAMP,
                ),
            },
        )
        if reasons:
            self._listener.on_member_updated(self.channel, member, reasons)
