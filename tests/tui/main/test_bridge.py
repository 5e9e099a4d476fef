"""The worker between client and screen."""

import pytest

from chat_tui.client import events
from chat_tui.tui.main.bridge import FLOOD_PACE, UNPACED_POSTS, ClientChanged, forward


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
    assert slept[: UNPACED_POSTS - 1] == [0.0] * (UNPACED_POSTS - 1)
    assert slept[-1] == pytest.approx(FLOOD_PACE)
