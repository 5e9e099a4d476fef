"""A channel whose messages and members are followed."""

from collections.abc import Mapping, Sequence

from chat_tui.client.model import Channel, Member, Message
from chat_tui.client.replicas import ChannelListener, MessageList, Roster
from chat_tui.client.sync import Replicas, Request


class OpenChannel:
    """The newest messages in order, and everybody in the channel. The client keeps the last ten open."""

    def __init__(self, channel: Channel, replicas: Replicas, request: Request, listener: ChannelListener) -> None:
        self.channel = channel
        self._replicas = replicas
        self._request = request
        self._list = MessageList(channel, listener)
        self._roster = Roster(channel, listener)

    @property
    def messages(self) -> Sequence[Message]:
        """Ascending, without a gap up to the newest."""
        return self._list.messages

    @property
    def has_older(self) -> bool:
        return self._list.has_older

    @property
    def members(self) -> Mapping[str, Member]:
        """By member SID."""
        return self._roster.members

    async def load(self) -> None:
        """Raises Forbidden or NotFound when the user is no member, TransportError without a link."""
        await self._replicas.open(self._list, self._roster)

    async def load_older(self, count: int = 50) -> list[Message]:
        """Put up to ``count`` older messages in front; the ones that were added. Raises ChatError."""
        if not self.has_older:
            return []
        return await self._list.load_older(self._request, count)

    async def release(self) -> None:
        """Follow no more."""
        await self._replicas.close(self._list, self._roster)

    @property
    def is_followed(self) -> bool:
        return self._replicas.follows(self._list)
