"""Times as the two faces write them."""

import random
from datetime import UTC, datetime

import pytest

from chat_tui.server.dates import date, date_or_none, timestamp


@pytest.mark.parametrize("seed", range(4))
def test_dates_are_what_the_library_writes(seed: int) -> None:
    """In both forms, with a fraction and without, from 1970 to 2200."""
    made = random.Random(seed)
    for _ in range(500):
        milliseconds = made.randrange(7_258_118_400_000)
        whole = datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        assert date(milliseconds) == f"{whole}Z"
        assert timestamp(milliseconds) == f"{whole}.{milliseconds % 1000:03}Z"


def test_no_date_is_null() -> None:
    """What has not happened yet."""
    assert (date_or_none(None), date_or_none(0)) == (None, "1970-01-01T00:00:00Z")
