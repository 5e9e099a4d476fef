"""Whoever listens to an open channel, and notes it."""

from typing import Any

from chat_tui.client.model import Channel, Member, Message
from chat_tui.client.state.parsing import Snapshot, SnapshotItem, SyncEvent
from chat_tui.protocol.values import ChannelStatus, UpdateReason

GENERAL = Channel("CH1", ChannelStatus.JOINED)
Reasons = frozenset[UpdateReason]


class Heard:
    """``said``: what happened, in order: a word, what it happened to, and the reasons."""

    def __init__(self) -> None:
        self.said: list[tuple[Any, ...]] = []

    def on_message_added(self, channel: Channel, message: Message) -> None:
        self.said.append(("added", message.index))

    def on_message_updated(self, channel: Channel, message: Message, reasons: Reasons) -> None:
        self.said.append(("updated", message.index, {reason.value for reason in reasons}))

    def on_message_removed(self, channel: Channel, message: Message) -> None:
        self.said.append(("removed", message.index))

    def on_member_joined(self, channel: Channel, member: Member) -> None:
        self.said.append(("joined", member.identity))

    def on_member_left(self, channel: Channel, member: Member) -> None:
        self.said.append(("left", member.identity))

    def on_member_updated(self, channel: Channel, member: Member, reasons: Reasons) -> None:
        self.said.append(("updated", member.identity, {reason.value for reason in reasons}))


def snapshot(**items: Any) -> Snapshot:
    """Of a map."""
    return Snapshot("MP1", 5, items=[SnapshotItem(key=key, data=data) for key, data in items.items()])


def event(key: str | None = None, data: Any = None, index: int | None = None) -> SyncEvent:
    return SyncEvent(id=6, item_key=key, item_index=index, item_data=data)
