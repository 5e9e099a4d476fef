"""What the Client API says of the channels a user is in: the whole list, or one of them."""

import msgspec

from chat_tui.client.link.answers import parse_answer
from chat_tui.client.link.pages import all_pages
from chat_tui.client.ports import Api
from chat_tui.client.state.channel_parsing import ChannelData
from chat_tui.protocol.defaults import MAX_PAGE


class _Page(msgspec.Struct):
    conversations: list[ChannelData]


class Descriptions:
    """Every method that asks raises ChatError."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._removed_meanwhile: dict[object, set[str]] = {}

    async def all(self) -> list[ChannelData]:
        pages = await all_pages(
            lambda params: self._api("GET", "my_conversations", params=params), {"PageSize": MAX_PAGE}, _Page
        )
        return [found for page in pages for found in page.conversations]

    async def one(self, sid: str) -> ChannelData:
        found: ChannelData = parse_answer(await self._api("GET", "my_conversations", sid), ChannelData)
        return found

    async def one_noting_removals(self, sid: str) -> tuple[ChannelData, set[str]]:
        """And the SIDs of channels the user was removed from while it was asked for."""
        question, removed = object(), set[str]()
        self._removed_meanwhile[question] = removed
        try:
            return await self.one(sid), removed
        finally:
            del self._removed_meanwhile[question]

    def note_removal(self, sid: str) -> None:
        """The user is in this channel no longer."""
        for removed in self._removed_meanwhile.values():
            removed.add(sid)
