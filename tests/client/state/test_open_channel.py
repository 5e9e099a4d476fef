"""Channels whose messages and members are followed."""

import asyncio

from tests.client.conftest import until
from tests.client.fast import new_client
from tests.support.fake_service import FakeService


async def test_a_channel_opened_twice_at_once_is_one_and_hears() -> None:
    """Both get the same; so do two who ask for one user."""
    service = FakeService()
    general = next(iter(service.channels))
    async with new_client(service) as client:
        stream, channel = client.events(), client.channels[general]
        opened, again, other = await asyncio.gather(*(client.open_channel(channel) for _ in range(3)))
        assert opened is again is other
        service.post(general, "heard")
        await until(lambda: [message.body for message in opened.messages] == ["heard"], stream)
        users = await asyncio.gather(*(client.get_user("bob") for _ in range(3)))
        assert len({id(user) for user in users}) == 1
        assert service.asked.count("user") == 1
