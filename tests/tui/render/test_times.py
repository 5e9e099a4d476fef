"""Times in the reader's zone, and dates that no zone has."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from chat_tui.tui.render.times import Clock, age

NOW = datetime(2026, 11, 20, 12, 41, tzinfo=UTC)
TOKYO = Clock(now=lambda: NOW, zone=timezone(timedelta(hours=9)))


def test_times_and_days_are_the_readers() -> None:
    """A day of another year has its year."""
    assert TOKYO.time(NOW) == "21:41"
    assert TOKYO.day(NOW) == "Friday 20 November"
    assert TOKYO.day(NOW + timedelta(hours=3)) == "Saturday 21 November"
    assert TOKYO.day(NOW.replace(year=2025)) == "Thursday 20 November 2025"
    assert not TOKYO.is_same_day(NOW, NOW + timedelta(hours=3))
    assert TOKYO.is_same_day(NOW, NOW + timedelta(hours=2))


@pytest.mark.parametrize("date", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_a_date_at_the_end_of_time_is_shown_in_its_own_zone(date: datetime) -> None:
    """In some zone it would be none."""
    for hours in (-12, 14):
        clock = Clock(now=lambda: NOW, zone=timezone(timedelta(hours=hours)))
        assert clock.day(date)
        assert clock.time(date)


@pytest.mark.parametrize("timestamp", [1e20, -1e20, float("nan"), float("inf")])
def test_what_is_no_time_is_shown_as_none(timestamp: float) -> None:
    """A service may say anything."""
    assert TOKYO.time_of(timestamp) == "--:--"
    assert TOKYO.time_of(0.0) == "09:00"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (7200, "2 h"), (1e12, "9999 h")],
)
def test_an_age_is_one_number_and_one_unit(seconds: float, words: str) -> None:
    """The largest that fits."""
    assert age(seconds) == words
