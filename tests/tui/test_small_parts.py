"""Parts of the screen that are values: commands, mentions, folding, dividers, batches of events, the picker."""

from datetime import UTC, datetime

import pytest

from chat_tui.client import events
from chat_tui.client.model import Channel, Message
from chat_tui.protocol.values import ChannelStatus
from chat_tui.tui.bridge import AT_ONCE, PACE, ClientChanged, forward
from chat_tui.tui.changes import Changes
from chat_tui.tui.commands import CommandError, message_of, parse
from chat_tui.tui.desk import Desk, Divider, divider_for
from chat_tui.tui.folding import Folding
from chat_tui.tui.mentions import mention_pattern
from chat_tui.tui.render.safe_text import Safe
from chat_tui.tui.screens.picker import Choice, matching

CHANNEL = Channel("CH1", ChannelStatus.JOINED)


def message(index: int, author: str = "bob") -> Message:
    return Message(f"IM{index}", "CH1", index, author, "text", datetime(2026, 11, 20, 12, tzinfo=UTC))


def test_a_slash_begins_a_command_and_two_begin_a_message() -> None:
    """Commands are parsed, messages are left alone."""
    found = parse("/invite bob")
    assert found is not None
    assert (found[0].name, found[1]) == ("invite", "bob")
    assert parse("hello /mute") is None
    assert parse("//mute") is None
    assert message_of("//mute") == "/mute"
    with pytest.raises(CommandError, match="there is no /nope"):
        parse("/nope")


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("@alice look", True),
        ("hey @ALICE!", True),
        ("(@Alice Smith)", True),
        ("@alicette", False),
        ("mail@alice", False),
        ("alice", False),
    ],
)
def test_a_mention_stands_at_word_boundaries(text: str, hit: bool) -> None:
    """``@identity`` or ``@friendly name``, in any case."""
    assert bool(mention_pattern(["alice", "Alice Smith"]).search(text)) is hit


def test_folding_remembers_only_what_differs_from_the_width() -> None:
    """Shown and hidden again is as if nothing had been said."""
    folding = Folding()
    assert folding.classes(112) == set()
    assert folding.classes(80) == {"-hidden-roster"}
    assert folding.toggle("roster", 80)
    assert folding.classes(112) == set()
    assert not folding.toggle("roster", 80)
    assert folding.classes(112) == set()
    assert folding.classes(50) == {"-hidden-channels", "-hidden-roster"}
    assert folding.toggle("channels", 50)
    assert folding.classes(50) == {"-only-channels", "-hidden-roster"}
    folding.to_conversation()
    assert folding.classes(50) == {"-hidden-channels", "-hidden-roster"}


def test_the_divider_stands_before_the_first_new_message_of_somebody_else() -> None:
    """Without a horizon, before the first one, without a number."""
    messages = [message(0), message(1, "alice"), message(2), message(3)]
    assert divider_for(messages, 0, "alice") == Divider(2, 2)
    assert divider_for(messages, 3, "alice") is None
    assert divider_for(messages, None, "alice") == Divider(0, 0)
    assert divider_for([], None, "alice") is None


def test_what_arrives_out_of_view_gets_a_divider() -> None:
    """And one's own message takes it away."""
    desk = Desk()
    desk.arrived(CHANNEL, message(5), "alice", in_view=True)
    assert desk.divider is None
    desk.arrived(CHANNEL, message(6), "alice", in_view=False)
    desk.arrived(CHANNEL, message(7), "alice", in_view=False)
    assert desk.divider == Divider(6, 2)
    desk.arrived(CHANNEL, message(8, "alice"), "alice", in_view=True)
    assert desk.divider is None


def test_text_typed_before_there_is_a_channel_comes_along() -> None:
    """Nothing typed early is lost; drafts change places otherwise."""
    desk = Desk()
    assert desk.go_to("CH1", "early") == "early"
    assert desk.go_to("CH2", "draft one") == ""
    assert desk.has_draft("CH1")
    assert desk.go_to("CH1", "") == "draft one"
    assert desk.last == "CH2"


def test_a_batch_touches_only_the_panes_it_concerns() -> None:
    """Events of other channels draw the list, not the log."""
    other = Channel("CH2", ChannelStatus.JOINED)
    changes = Changes([events.MessageAdded(other, message(1))], "CH1")
    assert (changes.log, changes.channels, changes.roster) == (False, False, False)
    changes = Changes([events.MessageAdded(CHANNEL, message(1))], "CH1")
    assert (changes.log, [event.message.index for event in changes.arrived]) == (True, [1])
    assert Changes([events.ChannelLeft(CHANNEL)], "CH1").left
    assert Changes([events.MemberJoined(CHANNEL, None)], "CH1").members  # type: ignore[arg-type]


def test_the_picker_prefers_beginnings() -> None:
    """Whole beginnings first, then words, then letters in order."""
    choices = [Choice(str(n), Safe(name)) for n, name in enumerate(["old-general", "general", "g-e-n", "xyz"])]
    assert [choice.label for choice in matching(choices, "gen")] == ["general", "old-general", "g-e-n"]
    assert matching(choices, "") == choices


async def test_the_bridge_goes_on_after_any_error(caplog: pytest.LogCaptureFixture) -> None:
    """Without it the screen would show nothing new for ever."""
    stream, posted = events.EventStream(), list[int]()

    class Target:
        def post_message(self, posting: ClientChanged) -> None:
            posted.append(len(posting.happened))
            if len(posted) == 1:
                stream.put(events.Resynchronise())
                raise ValueError("no")
            stream.close()

    async def sleep(_: float) -> None:
        return

    stream.put(events.Resynchronise())
    await forward(stream, Target(), sleep=sleep)  # type: ignore[arg-type]
    assert posted == [1, 1]
    assert len(caplog.records) == 1


def test_an_event_that_makes_no_sense_takes_no_other_along(caplog: pytest.LogCaptureFixture) -> None:
    """Everything is drawn anew instead."""
    nonsense = events.ChannelUpdated(None, frozenset())  # type: ignore[arg-type]
    changes = Changes([nonsense, events.MessageAdded(CHANNEL, message(1))], "CH1")
    assert (changes.title, changes.channels, changes.log, changes.roster) == (True,) * 4
    assert [event.message.index for event in changes.arrived] == [1]
    assert "understanding ChannelUpdated failed" in caplog.text


async def test_the_bridge_posts_at_once_and_paces_a_flood() -> None:
    """A few posts go without waiting; a flood is gathered."""
    stream = events.EventStream()
    now, slept, posted = 100.0, [], []

    class Target:
        def post_message(self, posting: ClientChanged) -> None:
            posted.append(len(posting.happened))

    async def sleep(seconds: float) -> None:
        nonlocal now
        slept.append(seconds)
        now += seconds
        if len(posted) == 10:
            stream.close()
        else:
            stream.put(events.Resynchronise())
            stream.put(events.Resynchronise())

    stream.put(events.Resynchronise())
    await forward(stream, Target(), clock=lambda: now, sleep=sleep)  # type: ignore[arg-type]
    assert posted == [1] + [2] * 9
    assert slept[: AT_ONCE - 1] == [0.0] * (AT_ONCE - 1)
    assert slept[-1] == pytest.approx(PACE)
