"""What mute means, as a table."""

import pytest

from chat_tui.protocol.values import ChannelStatus
from chat_tui.tui.render.attention import Attention, attention

JOINED, INVITED = ChannelStatus.JOINED, ChannelStatus.INVITED


@pytest.mark.parametrize(
    ("status", "muted", "unread", "messages", "mentions", "expected"),
    [
        # bold, dim, number, unread, mentions, next, rings
        (JOINED, False, 0, True, 0, (False, False, "", 0, 0, False, False)),
        (JOINED, False, 5, True, 0, (True, False, "5", 5, 0, True, True)),
        (JOINED, False, 5, True, 2, (True, False, "5", 5, 2, True, True)),
        (JOINED, False, None, True, 0, (True, False, "new", 0, 0, True, True)),
        (JOINED, False, None, False, 0, (False, False, "", 0, 0, False, False)),
        (JOINED, True, 5, True, 0, (False, True, "5", 0, 0, False, False)),
        (JOINED, True, None, True, 0, (False, True, "new", 0, 0, False, False)),
        (JOINED, True, 5, True, 2, (True, True, "5", 0, 2, True, True)),
        (INVITED, False, None, True, 0, (True, False, "invited", 0, 0, False, False)),
    ],
)
def test_a_channel_asks_for_what_the_table_says(
    status: ChannelStatus, muted: bool, unread: int | None, messages: bool, mentions: int, expected: tuple[object, ...]
) -> None:
    """Muted: dim, in no total, skipped by next-unread, silent; a mention brings it back."""
    found = attention(status=status, is_muted=muted, unread=unread, has_messages=messages, mentions=mentions)
    assert found == Attention(*expected)  # type: ignore[arg-type]


def test_without_read_status_there_are_no_numbers() -> None:
    """``read_status_enabled`` off: nothing counts but mentions."""
    found = attention(status=JOINED, is_muted=False, unread=5, has_messages=True, mentions=0, read_status_enabled=False)
    assert (found.number, found.unread, found.is_next) == ("", 0, False)
