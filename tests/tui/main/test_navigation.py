"""Going from channel to channel."""

from chat_tui.client.model import LastMessage
from tests.support.fake_client import NOW, FakeClient
from tests.support.screen import opened


async def test_the_list_is_a_ring() -> None:
    """Down from its end is its beginning, and up again."""
    async with opened() as screen:
        navigation = screen.main.navigation
        titles = [str(row.name) for row in screen.main.presenter.channels.rows()]
        navigation.go(screen.client.channels.find(titles[-1]).sid)
        navigation.go_by(1)
        assert screen.title == titles[0]
        navigation.go_by(-1)
        assert screen.title == titles[-1]


async def test_back_is_the_channel_before() -> None:
    """Twice is where one was."""
    async with opened() as screen:
        first = screen.title
        screen.main.navigation.go(screen.client.channels.find("hiring").sid)
        screen.main.navigation.go_back()
        assert screen.title == first
        screen.main.navigation.go_back()
        assert screen.title == "hiring"


async def test_where_nothing_is_unread_it_says_so() -> None:
    """And stays where it is."""
    client = FakeClient()
    for channel in client.channels.values():
        channel.last_message, channel.counted, channel.counted_at = LastMessage(40, NOW), 0, 40
        channel.last_consumed_message_index = 40
    del client.state.channels.by_sid[client.channels.find("launch").sid]
    async with opened(client) as screen:
        before = screen.title
        screen.main.navigation.go_to_unread()
        assert screen.title == before
        assert "nothing is unread" in "".join(piece.text for piece in screen.main.hints.notice)


async def test_somewhere_is_a_channel_one_has_joined() -> None:
    """An invitation is not gone to by itself."""
    client = FakeClient()
    invited = client.channels.find("launch")
    for channel in list(client.channels.values()):
        if channel not in (invited, client.opened().channel):
            del client.state.channels.by_sid[channel.sid]
    async with opened(client) as screen:
        screen.main.navigation.go_somewhere()
        assert screen.title == "incident-42"
