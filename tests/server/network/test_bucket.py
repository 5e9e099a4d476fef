"""A burst, and then a rate."""

from chat_tui.server.network.bucket import Bucket


def test_a_burst_is_let_through_and_then_what_the_rate_allows() -> None:
    """Never more than the burst, however long it is quiet."""
    bucket = Bucket(rate=2.0, burst=3.0, now=100.0)
    assert [bucket.take(100.0) for _ in range(5)] == [True, True, True, False, False]
    assert [bucket.take(100.5) for _ in range(2)] == [True, False]
    assert [bucket.take(1000.0) for _ in range(5)] == [True, True, True, False, False]


def test_less_than_one_lets_nothing_through() -> None:
    """It adds up."""
    bucket = Bucket(rate=1.0, burst=1.0, now=0.0)
    assert bucket.take(0.0)
    assert [bucket.take(at) for at in (0.4, 0.8, 1.2)] == [False, False, True]
