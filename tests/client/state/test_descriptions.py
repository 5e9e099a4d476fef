"""What the Client API says of channels: page by page, one by one, and what was lost while it was asked."""

import asyncio
from typing import Any

import pytest

from chat_tui.client.link.answers import InvalidAnswer
from chat_tui.client.state.descriptions import Descriptions
from chat_tui.protocol.values import ChannelStatus


async def test_every_page_of_the_list_is_read() -> None:
    """Until one names no next."""

    async def api(method: str, link: str, path: str = "", **parts: Any) -> Any:
        is_first = "PageToken" not in parts["params"]
        found = {"sid": "CH1" if is_first else "CH2", "status": "joined"}
        return {"conversations": [found], "meta": {"next_token": "more" if is_first else None}}

    assert [found.sid for found in await Descriptions(api).all()] == ["CH1", "CH2"]


async def test_an_answer_that_is_no_channel_is_an_error_of_it_alone() -> None:
    """A description has a SID at least; a status that makes no sense is as good as none."""
    answers = iter([{"status": "joined"}, {"sid": "CH1", "status": "who knows"}, {"sid": "CH1", "status": "invited"}])

    async def api(method: str, link: str, path: str = "", **_: Any) -> Any:
        return next(answers)

    descriptions = Descriptions(api)
    with pytest.raises(InvalidAnswer):
        await descriptions.one("CH1")
    assert (await descriptions.one("CH1")).status is None
    assert (await descriptions.one("CH1")).status is ChannelStatus.INVITED


async def test_what_is_lost_while_one_asks_is_known_with_the_answer() -> None:
    """And only that: not what was lost before or after."""
    may_answer = asyncio.Event()

    async def api(method: str, link: str, path: str = "", **_: Any) -> Any:
        await may_answer.wait()
        return {"sid": path}

    descriptions = Descriptions(api)
    descriptions.note_removal("before")
    asking = asyncio.ensure_future(descriptions.one_noting_removals("CH1"))
    await asyncio.sleep(0)
    descriptions.note_removal("meanwhile")
    may_answer.set()
    found, removed = await asking
    descriptions.note_removal("after")
    assert (found.sid, removed) == ("CH1", {"meanwhile"})
