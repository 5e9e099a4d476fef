"""The bus: who listens hears everything, whatever another listener does."""

from typing import Any

import pytest

from chat_tui.server.bus import Bus, KeyRevoked


def test_a_listener_that_fails_keeps_nothing_from_the_others(caplog: pytest.LogCaptureFixture) -> None:
    """A revocation must not be lost on the way; the failure is for the log."""
    bus, heard = Bus(), list[Any]()

    def fail(items: list[Any]) -> None:
        raise KeyError("a fault of ours")

    bus.subscribe(fail)
    bus.subscribe(heard.extend)
    bus.publish([KeyRevoked("SK1")])
    assert heard == [KeyRevoked("SK1")]
    assert "a listener failed" in caplog.text
