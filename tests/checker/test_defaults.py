"""The checker runs at scaled times: here are the times and bounds themselves, as they are promised."""

import msgspec

from chat_tui.client.commands import channel_sender
from chat_tui.client.link.timing import Timing
from chat_tui.protocol import defaults
from chat_tui.server.network.limits import Limits
from chat_tui.server.operations import typing as typing_operations
from chat_tui.server.reachability import rules
from chat_tui.server.realtime import subscriptions
from chat_tui.server.sync import log
from chat_tui.settings import Settings


def test_the_service_keeps_the_promised_times_and_bounds() -> None:
    """Seconds, rates per second, events and bytes of one connection (guarantees, Liveness; guarantees, Bounds)."""
    assert msgspec.to_builtins(Limits()) == {
        "ping_every": 20.0,
        "pong_within": 10.0,
        "authenticate_within": 5.0,
        "close_within": 1.0,
        "warn_before_expiry": 180.0,
        "upgrades_per_second": 200.0,
        "session_rate": 10.0,
        "session_burst": 150.0,
        "queued_events": 256,
        "queued_bytes": 1024 * 1024,
        "drain_spread": 2.0,
        "connections_per_user": 64,
        "in_flight_bytes": 512 * 1024,
        "reads_at_once": 4,
        "unsent_bytes": 8 * 1024 * 1024,
        "early_frames": 64,
        "renewal_rate": 0.2,
        "renewal_burst": 10.0,
        "handshake_within": 10.0,
        "head_within": 10.0,
        "body_within": 30.0,
        "idle_within": 60.0,
        "read_within": 30.0,
        "visitors": 1024,
        "visitors_per_address": 256,
    }
    settings = Settings()
    assert (settings.ping_every, settings.pong_within, settings.linger) == (20.0, 10.0, 15.0)
    assert (settings.rate, settings.session_rate, settings.synchronous) == (30.0, 10.0, "FULL")
    assert (defaults.RATE, typing_operations.PACE) == (30, 3.0)
    assert (defaults.MAX_FRAME, defaults.FOLLOWED_USERS) == (256 * 1024, 100)


def test_a_link_of_a_client_keeps_the_promised_times() -> None:
    """Seconds: pings as the service's, full jitter up to 30, and a day of tries for a message (guarantees, Liveness 3,
    5; guarantees, Send 4)."""
    assert msgspec.to_builtins(Timing()) == {
        "connect_within": 10.0,
        "ping_every": 20.0,
        "pong_within": 10.0,
        "close_within": 1.0,
        "answer_within": 30.0,
        "renew_before": 60.0,
        "fetch_apart": 5.0,
        "first_try": 1.0,
        "longest_wait": 30.0,
        "stable_after": 30.0,
        "longest_asked": 300.0,
    }
    assert channel_sender.GIVE_UP_AFTER == 24 * 3600
    assert defaults.HORIZON_EVERY == 1


def test_reachability_and_the_log_keep_the_promised_times() -> None:
    """Seconds and milliseconds of lingering; seven days or 10,000 events of replay; a check every 30 s."""
    assert (defaults.LINGER, defaults.MAX_LINGER) == (15, 60)
    assert (rules.OFFLOAD_LINGER, rules.SUSPECT_LINGER) == (30_000, 30_000)
    assert (rules.FLAP_WINDOW, rules.FLAPS_FREE) == (120_000, 4)
    assert (log.RETENTION, log.KEPT_EVENTS) == (7 * 24 * 3600 * 1000, 10_000)
    assert subscriptions.CHECK_EVERY == 30.0
