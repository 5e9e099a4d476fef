"""The service in memory tells the truth, unless a test has it lie: else nothing that is shown with it is worth much."""

from chat_tui.client import ChatClient
from tests.client.conftest import until
from tests.support.fake_service import FakeService, token


async def test_a_client_lives_on_it_as_on_a_real_one() -> None:
    """Channels, messages both ways, horizons, people."""
    service = FakeService()
    general, _ = list(service.channels)
    async with ChatClient("ws://fake.invalid", token(), connect=service.connect) as alice:
        stream = alice.events()
        assert [channel.title for channel in alice.channels.values()] == ["general", "side"]
        opened = await alice.open_channel(alice.channels[general])
        service.post(general, "hello")
        await until(lambda: [message.body for message in opened.messages] == ["hello"], stream)
        assert (await alice.messages.send(alice.channels[general], "hi")).index == 1
        assert await alice.channels.set_consumption_horizon(alice.channels[general], 0) == 1
        assert (await alice.get_user("bob")).is_online is True
        new = service.join("new")
        await until(lambda: new in alice.channels, stream)
