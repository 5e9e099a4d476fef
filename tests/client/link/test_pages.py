"""Lists that come in pages end."""

from typing import Any

from chat_tui.client.link.pages import MAX_PAGES
from tests.client.fast import new_client
from tests.support.fake_service import FakeService


async def test_a_list_without_end_is_cut() -> None:
    """Always another token, always nothing."""
    service = FakeService()
    numbers = iter(range(10**9))

    def lie(kind: str, body: Any) -> Any:
        return {"users": [], "meta": {"next_token": str(next(numbers))}} if kind == "users" else body

    async with new_client(service) as client:
        service.lie = lie
        assert await client.people.descriptors(next(iter(client.channels.values()))) == []
        assert service.asked.count("users") == MAX_PAGES
