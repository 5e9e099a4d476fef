"""The state of the link, in words."""

from chat_tui.client.model import ConnectionState, Phase
from chat_tui.tui.render.safe_text import Safe, safe_name
from chat_tui.tui.render.times import Clock

OFFLINE_AFTER = 30.0
"""Seconds without a link after which it is called offline rather than reconnecting."""


def link_words(state: ConnectionState, clock: Clock) -> tuple[Safe, str]:
    """What to say, and the style to say it in."""
    now = clock.now().timestamp()
    if state.phase is Phase.CONNECTED:
        return Safe("connected"), "good"
    if state.phase is Phase.DENIED:
        return Safe(f"denied: {safe_name(state.reason or 'the token was refused')}"), "failed"
    if state.phase is Phase.CLOSED:
        return Safe("closed"), "dim"
    if state.phase is Phase.CONNECTING or state.retry_at is None:
        return Safe("connecting"), "warning"
    left = max(0, round(state.retry_at - now))
    if now - state.since >= OFFLINE_AFTER:
        return Safe(f"offline since {clock.time_of(state.since)}"), "failed"
    return Safe(f"reconnecting in {left} s" if left else "reconnecting"), "warning"
