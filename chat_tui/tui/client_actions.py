"""What the reader can have done over the network. Each raises ChatError, and says what it did."""

from collections.abc import Callable

from chat_tui.client import ChatClient, NotificationLevel
from chat_tui.client.model import Channel


class ClientActions:
    """``go`` takes the reader to a channel, by SID; ``show_outbox`` to what is not sent yet; ``title_of`` is what a
    channel is called. ``client`` is there for commands that need no more than one call."""

    def __init__(
        self,
        client: ChatClient,
        go: Callable[[str], object],
        show_outbox: Callable[[], object],
        title_of: Callable[[str], str],
    ) -> None:
        self.client = client
        self._go = go
        self._show_outbox = show_outbox
        self.title_of = title_of

    async def toggle_mute(self, channel: Channel) -> str:
        """Shown before the service answers, taken back when it refuses."""
        level = NotificationLevel.DEFAULT if channel.is_muted else NotificationLevel.MUTED
        await self.client.channels.set_notification_level(channel, level)
        return ""

    async def accept(self, channel: Channel) -> str:
        return await self.join(channel.sid)

    async def decline(self, channel: Channel) -> str:
        title = self.title_of(channel.sid)
        await self.client.channels.decline(channel)
        return f"declined {title}"

    async def join(self, name: str) -> str:
        channel = await self.client.channels.join(name.removeprefix("#"))
        self._go(channel.sid)
        return f"joined {self.title_of(channel.sid)}"

    async def create(self, name: str) -> str:
        channel = await self.client.channels.create(unique_name=name.removeprefix("#"))
        self._go(channel.sid)
        return f"created {self.title_of(channel.sid)}"

    async def leave(self, channel: Channel) -> str:
        title = self.title_of(channel.sid)
        await self.client.channels.leave(channel)
        return f"left {title}"

    async def invite(self, channel: Channel, identity: str) -> str:
        await self.client.channels.invite(channel, identity)
        return f"invited {identity} to {self.title_of(channel.sid)}"

    async def rename(self, name: str) -> str:
        await self.client.update_user(friendly_name=name)
        return f"you are {name} now"

    async def show_outbox(self) -> str:
        self._show_outbox()
        return ""

    async def push(self, *, on: bool) -> str:
        """Register or remove this machine's push binding, which outlives the program."""
        if on:
            await self.client.push.register(self._device())
            return "push is on: you are reachable by push"
        await self.client.push.unregister(self._device())
        return "push is off"

    def _device(self) -> str:
        """The same for this machine and user at every start."""
        import uuid  # not on the start path

        return f"chat-tui-{uuid.getnode():012x}-{self.client.identity}"
