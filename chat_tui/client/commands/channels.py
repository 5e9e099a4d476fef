"""What can be done with channels."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from chat_tui.client import events
from chat_tui.client.link.answers import parse_answer
from chat_tui.client.link.pages import all_pages
from chat_tui.client.model import Channel
from chat_tui.client.ports import Api, Emit
from chat_tui.client.state.channel_parsing import ChannelData, new_channel
from chat_tui.client.state.known_channels import KnownChannels
from chat_tui.protocol.defaults import MAX_PAGE
from chat_tui.protocol.errors import ChatError, Code, NotFound
from chat_tui.protocol.values import ChannelStatus, ChannelType, NotificationLevel, UpdateReason

if TYPE_CHECKING:
    from chat_tui.protocol.api_shapes import ChannelRequest, IdentityRequest, OwnChannelRequest


class _Described(msgspec.Struct):
    conversations: list[ChannelData]


class Channels(Mapping[str, Channel]):
    """A mapping from SID to channel: those the user is in or invited to. Commands raise ChatError as the service
    refuses. ``open`` follows messages and members of one."""

    def __init__(self, api: Api, known: KnownChannels, emit: Emit) -> None:
        self._api = api
        self._known = known
        self._emit = emit
        self.open = known.open

    def __getitem__(self, sid: str) -> Channel:
        return self._known.by_sid[sid]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known.by_sid)

    def __len__(self) -> int:
        return len(self._known.by_sid)

    def find(self, name: str) -> Channel:
        """A channel of one's own by SID, unique name or friendly name. Raises NotFound."""
        for channel in self.values():
            if name in (channel.sid, channel.unique_name, channel.friendly_name):
                return channel
        raise NotFound(f"you are in no channel {name}", Code.CHANNEL_NOT_FOUND)

    async def create(
        self,
        *,
        unique_name: str | None = None,
        friendly_name: str | None = None,
        type: ChannelType = ChannelType.PUBLIC,  # noqa: A002 - the API's word
    ) -> Channel:
        """Make a channel and join it. Raises Conflict when the unique name is taken."""
        body: ChannelRequest = {"unique_name": unique_name, "friendly_name": friendly_name, "type": type.value}
        made: ChannelData = parse_answer(await self._api("POST", "conversations", json=body), ChannelData)
        return await self._join(made.sid)

    async def join(self, name: str) -> Channel:
        """Join a public channel, or accept an invitation. ``name``: SID or unique name. Raises NotFound."""
        return await self._join(name)

    async def _join(self, name: str) -> Channel:
        found: ChannelData = parse_answer(await self._api("GET", "conversations", quote(name, safe="")), ChannelData)
        sid = quote(found.sid, safe="")
        if found.status is not ChannelStatus.JOINED:
            oneself: IdentityRequest = {"identity": self._known.identity}
            await self._api("POST", "conversations", f"{sid}/Participants", json=oneself)
        await self._known.add(found.sid)
        if found.sid not in self:
            raise NotFound("you are no longer in this channel", Code.CHANNEL_NOT_FOUND)
        return self[found.sid]

    async def public(self) -> list[Channel]:
        """Every public channel of the service, joined or not."""
        pages = await all_pages(
            lambda params: self._api("GET", "conversations", params=params), {"PageSize": MAX_PAGE}, _Described
        )
        return [new_channel(found) for page in pages for found in page.conversations]

    async def leave(self, channel: Channel) -> None:
        await self._api("DELETE", "conversations", f"{channel.sid}/Participants/{quote(self._known.identity, safe='')}")

    async def decline(self, channel: Channel) -> None:
        """Turn an invitation down."""
        await self._api("DELETE", "conversations", f"{channel.sid}/Invites/{quote(self._known.identity, safe='')}")

    async def invite(self, channel: Channel, identity: str) -> None:
        """Raises Conflict when the user is invited or in already."""
        body: IdentityRequest = {"identity": identity}
        await self._api("POST", "conversations", f"{channel.sid}/Invites", json=body)

    async def add_member(self, channel: Channel, identity: str) -> None:
        body: IdentityRequest = {"identity": identity}
        await self._api("POST", "conversations", f"{channel.sid}/Participants", json=body)

    async def remove_member(self, channel: Channel, identity: str) -> None:
        await self._api("DELETE", "conversations", f"{channel.sid}/Participants/{quote(identity, safe='')}")

    async def update(self, channel: Channel, **fields: Any) -> None:
        """Change friendly_name, unique_name or attributes (a string of JSON)."""
        await self._api("POST", "conversations", channel.sid, json=fields)

    async def delete(self, channel: Channel) -> None:
        await self._api("DELETE", "conversations", channel.sid)

    async def set_notification_level(self, channel: Channel, level: NotificationLevel) -> None:
        """Mute or unmute: the service's setting, so it holds for every device. Shown at once, taken back with the
        refusal."""
        before = channel.notification_level
        self._show_level(channel, level)
        try:
            body: OwnChannelRequest = {"notification_level": level.value}
            found: ChannelData = parse_answer(
                await self._api("POST", "my_conversations", channel.sid, json=body), ChannelData
            )
        except ChatError:
            self._show_level(channel, before)
            raise
        self._known.update_from(found)

    def _show_level(self, channel: Channel, level: NotificationLevel) -> None:
        if channel.notification_level is not level:
            channel.notification_level = level
            self._emit(events.ChannelUpdated(channel, frozenset({UpdateReason.NOTIFICATION_LEVEL})))

    async def set_consumption_horizon(self, channel: Channel, index: int | None) -> int | None:
        """Say how far one has read; the unread count that follows."""
        body: OwnChannelRequest = {"last_read_message_index": index}
        found: ChannelData = parse_answer(
            await self._api("POST", "my_conversations", channel.sid, json=body), ChannelData
        )
        self._known.update_from(found)
        return channel.unread_messages_count
