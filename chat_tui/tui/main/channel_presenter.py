"""What the channel list shows: a row for each channel, under a name that no other has."""

from collections.abc import Callable

from chat_tui.client import ChatClient, NotificationLevel
from chat_tui.client.model import Channel
from chat_tui.tui.faults import make_each
from chat_tui.tui.main.display_names import DisplayNames
from chat_tui.tui.main.mentions import Mentions
from chat_tui.tui.main.view_state import ViewState
from chat_tui.tui.render.attention import Attention, attention
from chat_tui.tui.render.channel_rows import ChannelRow, channel_row, sort_key
from chat_tui.tui.render.names import Nameable
from chat_tui.tui.render.safe_text import Safe, safe_name

SID_SHOWN = 6
"""How many of its characters stand for a channel whose name alone does not tell which it is."""


class ChannelPresenter:
    """``on_fault`` is told of a channel that cannot be shown."""

    def __init__(
        self, client: ChatClient, view: ViewState, mentions: Mentions, on_fault: Callable[[str, Exception], object]
    ) -> None:
        self._client = client
        self._view = view
        self._mentions = mentions
        self._on_fault = on_fault
        self._names = DisplayNames()

    def rows(self) -> list[ChannelRow]:
        self._learn_names()
        channels = self._client.channels.values()
        return sorted(make_each(self._on_fault, "showing a channel", self._row, channels), key=sort_key)

    def _row(self, channel: Channel) -> ChannelRow:
        name, has_draft = self._names.of(channel.sid).text, self._view.has_draft(channel.sid)
        return channel_row(channel, self._attention(channel), name=name, has_draft=has_draft)

    def _attention(self, channel: Channel) -> Attention:
        return attention(
            status=channel.status,
            is_muted=channel.notification_level is NotificationLevel.MUTED,
            unread=channel.unread_messages_count,
            has_messages=channel.last_message is not None,
            mentions=self._mentions.of(channel.sid),
            read_status_enabled=self._client.read_status_enabled,
        )

    def totals(self) -> tuple[int, int]:
        """Mentions, and unread messages, of all channels."""
        asking = make_each(self._on_fault, "showing a channel", self._attention, self._client.channels.values())
        return sum(one.mentions for one in asking), sum(one.unread for one in asking)

    def _learn_names(self) -> None:
        self._names.replace({sid: _nameable(sid, channel) for sid, channel in self._client.channels.items()})

    def next_unread(self) -> str | None:
        """The SID of the next channel below the open one that asks for a reader."""
        rows = self.rows()
        here = next((n for n, row in enumerate(rows) if row.sid == self._view.current), -1)
        for row in rows[here + 1 :] + rows[: here + 1]:
            if row.attention.is_next and row.sid != self._view.current:
                return row.sid
        return None

    def title_of(self, channel_sid: str, width: int | None = None) -> Safe:
        """The name of a channel, which one may not be in any more, as no other channel's is."""
        if channel_sid not in self._client.channels:
            return safe_name(channel_sid)
        if channel_sid not in self._names:  # a change of name is learnt when the list is drawn
            self._learn_names()
        return self._names.of(channel_sid).text if width is None else self._names.within(channel_sid, width)


def _nameable(sid: str, channel: Channel) -> Nameable:
    """A channel is joined by its unique name, which no other has; one without is known by a piece of its SID."""
    if channel.unique_name:
        return Nameable(safe_name(channel.unique_name), None, is_person=False)
    return Nameable(f"CH{sid[-SID_SHOWN:]}", channel.friendly_name, is_person=False)
