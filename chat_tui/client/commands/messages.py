"""What can be done with messages: sent through the outbox, changed, deleted."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import msgspec

from chat_tui.client.commands.channels import Channels
from chat_tui.client.commands.horizons import Horizons
from chat_tui.client.commands.outbox import Outbox
from chat_tui.client.events import PendingMessageUpdated
from chat_tui.client.link.answers import Count, parse_answer
from chat_tui.client.model import Channel, Message, PendingMessage, Receipt
from chat_tui.client.ports import Api, Emit

if TYPE_CHECKING:
    from chat_tui.protocol.api_shapes import MessageRequest


class _Stored(msgspec.Struct):
    index: Count
    sid: str = ""


class Messages:
    """Commands raise ChatError as the service refuses. ``connected`` waits for a link; ``on_not_kept`` and
    ``is_durable`` as `Outbox` has them."""

    def __init__(
        self,
        api: Api,
        channels: Channels,
        horizons: Horizons,
        emit: Emit,
        connected: Callable[[], Awaitable[object]],
        on_not_kept: Callable[[str], None],
        *,
        is_durable: bool,
    ) -> None:
        self._api = api
        self._channels = channels
        self._horizons = horizons
        self._emit = emit
        self.outbox = Outbox(self._deliver, connected, self._on_change, on_not_kept, is_durable=is_durable)

    def _on_change(self, pending: PendingMessage) -> None:
        self._emit(PendingMessageUpdated(pending))

    def submit(self, channel: Channel, body: str, *, attributes: str = "{}") -> PendingMessage:
        """Queue a message and return at once; `PendingMessageUpdated` events tell how it fares. ``attributes`` is a
        string of JSON."""
        pending = self.outbox.submit(channel.sid, body, attributes)
        self._on_change(pending)
        return pending

    async def send(self, channel: Channel, body: str, *, attributes: str = "{}") -> Receipt:
        """Send a message and wait until the service has stored it. Raises what it refuses with."""
        return await self.outbox.receipt(self.submit(channel, body, attributes=attributes))

    async def _deliver(self, pending: PendingMessage) -> Receipt:
        """Hand one message of the outbox to the service. What one wrote oneself is read."""
        body: MessageRequest = {"body": pending.body, "attributes": pending.attributes}
        path = f"{pending.channel_sid}/Messages"
        stored: _Stored = parse_answer(
            await self._api("POST", "conversations", path, json=body, mutation_id=pending.mutation_id), _Stored
        )
        channel = self._channels.get(pending.channel_sid)
        if channel is not None and channel.last_consumed_message_index is not None:
            self._horizons.advance(channel, stored.index)
        return Receipt(stored.sid, stored.index)

    async def update(self, message: Message, **fields: str) -> None:
        """Change ``body`` or ``attributes`` of a message."""
        await self._api("POST", "conversations", f"{message.channel_sid}/Messages/{message.sid}", json=fields)

    async def delete(self, message: Message) -> None:
        await self._api("DELETE", "conversations", f"{message.channel_sid}/Messages/{message.sid}")
