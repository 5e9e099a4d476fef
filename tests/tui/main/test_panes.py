"""How much is drawn for what happens."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from chat_tui.client import UpdateReason, events
from chat_tui.client.model import Channel
from chat_tui.tui.main.bridge import ClientChanged
from tests.support.screen import Screen, opened


def counted(counts: Counter[str], name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **options: Any) -> Any:
        counts[name] += 1
        return function(*args, **options)

    return call


async def drawing(screen: Screen) -> Counter[str]:
    """How often each pane is computed once the channel is open, and the members' rows are made."""
    await screen.until(lambda: not [worker for worker in screen.pilot.app.workers if worker.group == "open"])
    await screen.pilot.pause()
    counts, main = Counter[str](), screen.main
    for pane in (main.panes.title, main.panes.channels, main.panes.log, main.panes.roster, main.panes.typing):
        pane.compute = counted(counts, pane.id or "", pane.compute)  # type: ignore[method-assign]
    main.presenter.roster_rows = counted(counts, "members", main.presenter.roster_rows)  # type: ignore[method-assign]
    return counts


def everything(channel: Channel, screen: Screen) -> list[events.Event]:
    """Of each kind that draws something, one."""
    bob = screen.client.people.known("bob")
    assert bob is not None
    bob.is_online = False
    return [
        events.UserUpdated(bob, frozenset({UpdateReason.ONLINE})),
        events.ChannelUpdated(channel, frozenset()),
        events.TypingStarted(channel, "bob"),
        events.MessageUpdated(channel, screen.client.opened().messages[0], frozenset()),
        events.Resynchronise(),
        events.UserUpdated(bob, frozenset({UpdateReason.ONLINE})),
    ]


async def test_a_batch_of_events_draws_each_pane_at_most_once() -> None:
    """Whatever it holds; and each member's row is made once."""
    async with opened() as screen:
        channel = screen.client.opened().channel
        counts = await drawing(screen)
        screen.main.post_message(ClientChanged(everything(channel, screen)))
        await screen.until(lambda: counts["log"] and counts["roster"] and counts["channels"])
        await screen.pilot.pause()
        assert set(counts.values()) == {1}, counts


async def test_somebody_under_a_name_like_anothers_draws_log_and_roster_once() -> None:
    """Both are drawn under the new names, though the message alone would draw the log only."""
    async with opened() as screen:
        counts = await drawing(screen)
        screen.client.write("BOB", "hello")
        await screen.until(lambda: "Bob (@bob~" in screen.log)
        await screen.pilot.pause()
        assert (counts["log"], counts["roster"], counts["members"]) == (1, 1, 1)


async def test_a_message_makes_no_row_of_the_roster() -> None:
    """The words in the border count the rows there are."""
    async with opened() as screen:
        counts = await drawing(screen)
        screen.client.write("bob", "hello")
        await screen.until(lambda: "hello" in screen.log)
        assert (counts["members"], counts["roster"]) == (0, 0)
