"""The numbers that the promises name are the code's."""

import re

import pytest

from chat_tui.client import events
from chat_tui.client.commands import channel_sender
from chat_tui.client.link.timing import Timing
from chat_tui.protocol import defaults, tokens
from chat_tui.server.network.limits import Limits
from chat_tui.server.operations import bindings
from chat_tui.server.reachability import rules
from chat_tui.server.realtime import followers, subscriptions
from chat_tui.server.store import store
from chat_tui.server.sync import log
from chat_tui.settings import Settings
from tests.support.citations import PROMISES

LIMITS, TIMING, SETTINGS = Limits(), Timing(), Settings()
NUMBERS = {
    "Send 3": [f"{log.RETENTION // 86_400_000} days"],
    "Send 4": [
        f"{channel_sender.RETRY_CAP:.0f} s",
        f"{channel_sender.GIVE_UP_AFTER / 3600:.0f} h",
        f"{channel_sender.MAX_INVALID_ANSWERS} answers",
    ],
    "Send 5": [f"{store.GROUP} operations"],
    "Send 6": [f"synchronous={SETTINGS.synchronous}"],
    "Follow 3": [f"{log.RETENTION // 86_400_000} days", f"{log.KEPT_EVENTS:,}", f"steps of {log.PRUNE_STEP}"],
    "Follow 7": [f"{subscriptions.CHECK_EVERY:.0f} s"],
    "Liveness 1": [f"{SETTINGS.ping_every:.0f} s", f"{SETTINGS.pong_within:.0f} s"],
    "Liveness 2": [f"{LIMITS.close_within:.0f} s"],
    "Liveness 3": [f"{TIMING.connect_within:.0f} s", f"{TIMING.answer_within:.0f} s"],
    "Liveness 4": [f"{LIMITS.authenticate_within:.0f} s"],
    "Liveness 5": [f"{TIMING.longest_wait:.0f} s", f"{TIMING.stable_after:.0f} s", f"{TIMING.longest_asked:.0f} s"],
    "Liveness 6": [f"{LIMITS.upgrades_per_second:.0f} upgrades"],
    "Liveness 7": [f"{LIMITS.drain_spread:.0f} s"],
    "Liveness 8": [f"{LIMITS.warn_before_expiry:.0f} s", f"one in {1 / LIMITS.renewal_rate:.0f} s"],
    "Bounds 1": [
        f"a frame of {defaults.MAX_FRAME // 1024} KiB",
        f"{LIMITS.early_frames} frames",
        f"a body of {defaults.MAX_BODY // 1024} KiB",
        f"attributes of {defaults.MAX_ATTRIBUTES // 1024} KiB and {defaults.MAX_DEPTH} levels",
    ],
    "Bounds 2": [f"{LIMITS.queued_events} live events", f"{LIMITS.unsent_bytes // 1024**2} MiB"],
    "Bounds 3": [
        f"{SETTINGS.rate:.0f} changes",
        f"{SETTINGS.session_rate:.0f} a second of one connection",
        f"{LIMITS.session_burst:.0f} at once",
    ],
    "Bounds 4": [f"{LIMITS.connections_per_user} connections", f"{LIMITS.in_flight_bytes // 1024} KiB"],
    "Bounds 5": [
        f"{followers.MAX_PER_CONNECTION:,}",
        f"{followers.MAX_PER_USER:,}",
        f"{defaults.MAX_SUBSCRIPTIONS:,} in a request",
    ],
    "Bounds 6": [f"{bindings.MAX_DEVICES} of a user", f"{bindings.MAX_MESSAGE_TYPES} message types"],
    "Bounds 7": [f"{LIMITS.visitors:,} connections", f"{LIMITS.visitors_per_address} of one address"],
    "Bounds 8": [f"{events.MAX_WAITING:,} events", f"{defaults.FOLLOWED_USERS} users"],
    "Reachability 4": [f"{SETTINGS.linger:.0f} s later", f"{rules.OFFLOAD_LINGER // 1000} s at least"],
    "Reachability 5": [f"up to {defaults.MAX_LINGER} s", f"{rules.FLAP_WINDOW // 60_000} minutes"],
    "Reachability 7": [f"{rules.SUSPECT_LINGER // 1000} s"],
    "Security 4": [f"{defaults.MAX_TOKEN_LIFETIME // 3600} h", f"{tokens.MIN_SECRET_BYTES} bytes"],
    "Local service 5": [f"{SETTINGS.idle_after:.0f} s"],
    "Client 5": [f"{TIMING.renew_before:.0f} s", f"{TIMING.fetch_apart:.0f} s"],
}
"""What a promise must say, made of the code's own numbers."""


def promise(name: str) -> str:
    """A numbered promise, on one line."""
    heading, _, number = name.rpartition(" ")
    chapter = PROMISES.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found = re.search(rf"^{number}\. (.*?)(?=^\d+\. |\Z)", chapter, re.MULTILINE | re.DOTALL)
    assert found is not None, name
    return " ".join(found[1].split())


@pytest.mark.parametrize("name", NUMBERS)
def test_the_numbers_are_those_of_the_code(name: str) -> None:
    assert [words for words in NUMBERS[name] if words not in promise(name)] == []
