"""Where the reader is, and what was new when they came."""

from datetime import UTC, datetime

from chat_tui.client.model import Channel, Message
from chat_tui.protocol.values import ChannelStatus
from chat_tui.tui.main.view_state import Divider, ViewState, divider_for

CHANNEL = Channel("CH1", ChannelStatus.JOINED)


def message(index: int, author: str = "bob") -> Message:
    return Message(f"IM{index}", "CH1", index, author, "text", datetime(2026, 11, 20, 12, tzinfo=UTC))


def test_the_divider_stands_before_the_first_new_message_of_somebody_else() -> None:
    """Without a horizon, before the first one, without a number."""
    messages = [message(0), message(1, "alice"), message(2), message(3)]
    assert divider_for(messages, 0, "alice") == Divider(2, 2)
    assert divider_for(messages, 3, "alice") is None
    assert divider_for(messages, None, "alice") == Divider(0, 0)
    assert divider_for([], None, "alice") is None


def test_what_arrives_out_of_view_gets_a_divider() -> None:
    """And one's own message takes it away."""
    view = ViewState()
    view.arrived(CHANNEL, message(5), "alice", in_view=True)
    assert view.divider is None
    view.arrived(CHANNEL, message(6), "alice", in_view=False)
    view.arrived(CHANNEL, message(7), "alice", in_view=False)
    assert view.divider == Divider(6, 2)
    view.arrived(CHANNEL, message(8, "alice"), "alice", in_view=True)
    assert view.divider is None


def test_text_typed_before_there_is_a_channel_comes_along() -> None:
    """Nothing typed early is lost; drafts change places otherwise."""
    view = ViewState()
    assert view.go_to("CH1", "early") == "early"
    assert view.go_to("CH2", "draft one") == ""
    assert view.has_draft("CH1")
    assert view.go_to("CH1", "") == "draft one"
    assert view.last == "CH2"
