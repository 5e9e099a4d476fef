"""What a batch of events means for the panes."""

from datetime import UTC, datetime

import pytest

from chat_tui.client import events
from chat_tui.client.model import Channel, Message
from chat_tui.protocol.values import ChannelStatus
from chat_tui.tui.main.changes import Changes

CHANNEL = Channel("CH1", ChannelStatus.JOINED)


def message(index: int, author: str = "bob") -> Message:
    return Message(f"IM{index}", "CH1", index, author, "text", datetime(2026, 11, 20, 12, tzinfo=UTC))


def test_a_batch_touches_only_the_panes_it_concerns() -> None:
    """Events of other channels draw the list, not the log."""
    other = Channel("CH2", ChannelStatus.JOINED)
    changes = Changes([events.MessageAdded(other, message(1))], "CH1")
    assert (changes.log, changes.channels, changes.roster) == (False, False, False)
    changes = Changes([events.MessageAdded(CHANNEL, message(1))], "CH1")
    assert (changes.log, [event.message.index for event in changes.arrived]) == (True, [1])
    assert Changes([events.ChannelLeft(CHANNEL)], "CH1").left
    assert Changes([events.MemberJoined(CHANNEL, None)], "CH1").members  # type: ignore[arg-type]


def test_an_event_that_makes_no_sense_takes_no_other_along(caplog: pytest.LogCaptureFixture) -> None:
    """Everything is drawn anew instead."""
    nonsense = events.ChannelUpdated(None, frozenset())  # type: ignore[arg-type]
    changes = Changes([nonsense, events.MessageAdded(CHANNEL, message(1))], "CH1")
    assert (changes.title, changes.channels, changes.log, changes.roster) == (True,) * 4
    assert [event.message.index for event in changes.arrived] == [1]
    assert "understanding ChannelUpdated failed" in caplog.text
