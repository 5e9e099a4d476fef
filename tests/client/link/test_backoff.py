"""How long a client waits before it tries again."""

from chat_tui.client.link.backoff import Backoff


def test_back_off_doubles_within_its_bounds_and_forgets_after_a_stable_link() -> None:
    """Full jitter: the ceiling is 1 s, then min(30, 0.5·2ⁿ)."""
    ceilings: list[float] = []

    def uniform(low: float, high: float) -> float:
        ceilings.append(high)
        return low

    backoff = Backoff(uniform=uniform)
    for _ in range(8):
        backoff.next_delay()
    assert ceilings == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    backoff.was_connected(29)
    backoff.next_delay()
    backoff.was_connected(30)
    backoff.next_delay()
    assert ceilings[-2:] == [30.0, 1.0]
