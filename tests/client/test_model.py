"""What the model's objects say of themselves."""

from chat_tui.client.model import Channel, LastMessage
from chat_tui.client.state.parsing import parse_date
from chat_tui.protocol.values import ChannelStatus


def test_unread_is_the_services_count_plus_what_came_since() -> None:
    """And null while there is no horizon (contract U9)."""
    date = parse_date("2026-11-20T12:00:00Z")
    assert date is not None
    channel = Channel("CH1", ChannelStatus.JOINED, last_message=LastMessage(9, date))
    assert channel.unread_messages_count is None
    channel.last_consumed_message_index = 4
    channel.count(3, 9)
    assert channel.unread_messages_count == 3
    channel.last_message = LastMessage(12, date)
    assert channel.unread_messages_count == 6
