"""How often one is mentioned among what is unread: counted over the newest of each channel, in the background."""

import re
from collections.abc import Callable, Iterable

from chat_tui.client import ChatClient, ChatError
from chat_tui.client.model import Channel, Message
from chat_tui.tui.render.channel_rows import MENTIONS_SHOWN


def mention_pattern(names: Iterable[str]) -> re.Pattern[str]:
    """``@identity`` or ``@friendly name``, in any case, at word boundaries."""
    either = "|".join(re.escape(name) for name in names if name)
    return re.compile(rf"(?<!\w)@(?:{either or '(?!)'})(?!\w)", re.IGNORECASE)


class Mentions:
    """``on_change`` hears when a count differs."""

    def __init__(self, client: ChatClient, on_change: Callable[[], None]) -> None:
        self._client = client
        self._on_change = on_change
        self._counts: dict[str, int] = {}
        self._counted_to: dict[str, tuple[int, int]] = {}

    def of(self, sid: str) -> int:
        return self._counts.get(sid, 0)

    def _position(self, channel: Channel) -> tuple[int, int]:
        horizon = channel.last_consumed_message_index
        return (-1 if horizon is None else horizon, channel.last_index)

    async def refresh(self, channel: Channel) -> None:
        """Count anew if anything was written or read since the last time."""
        position = self._position(channel)
        if self._counted_to.get(channel.sid) == position or not channel.is_joined:
            return
        self._counted_to[channel.sid] = position
        horizon, newest = position
        count = 0
        if newest > horizon:
            try:
                messages = await self._client.channels.open.newest_messages(
                    channel, min(MENTIONS_SHOWN, newest - horizon)
                )
            except ChatError:
                self._counted_to.pop(channel.sid, None)
                return
            count = self.count(message for message in messages if message.index > horizon)
        if count != self._counts.get(channel.sid, 0):
            self._counts[channel.sid] = count
            self._on_change()

    def count(self, messages: Iterable[Message]) -> int:
        user = self._client.user
        pattern = mention_pattern({user.identity, user.friendly_name or ""})
        return sum(1 for m in messages if m.author != user.identity and pattern.search(m.body))
