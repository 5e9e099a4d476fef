"""Times as the two faces write them; the store counts milliseconds since 1970."""

from datetime import datetime
from functools import lru_cache

_EPOCH_DAY = datetime(1970, 1, 1).toordinal()


@lru_cache(4096)
def _day(number: int) -> str:
    moment = datetime.fromordinal(_EPOCH_DAY + number)
    return f"{moment.year:04}-{moment.month:02}-{moment.day:02}"


def _second(milliseconds: int) -> str:
    day, second = divmod(milliseconds // 1000, 86400)
    minute, second = divmod(second, 60)
    return f"{_day(day)}T{minute // 60:02}:{minute % 60:02}:{second:02}"


def date(milliseconds: int) -> str:
    """As REST writes it: ``YYYY-MM-DDTHH:MM:SSZ``, no fraction (contract 1.1)."""
    return f"{_second(milliseconds)}Z"


def date_or_none(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else date(milliseconds)


def timestamp(milliseconds: int) -> str:
    """As the realtime API writes it: with milliseconds."""
    return f"{_second(milliseconds)}.{milliseconds % 1000:03}Z"
