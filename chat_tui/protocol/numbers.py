"""Whole numbers as people hand them in: the one reader of digits, and the one check of what JSON calls a number."""

import re
from typing import Any

_WHOLE = re.compile(r"-?[1-9][0-9]{0,18}|0")
_LEAST, _MOST = -(2**63), 2**63 - 1


def parse_whole(text: str) -> int:
    """``text`` as a number of 64 bits. Raises ValueError for anything but plain ASCII digits, with a minus in front
    of a negative one: what `int` takes besides (blanks, ``+``, ``_``, other scripts' digits) nobody means."""
    if _WHOLE.fullmatch(text) is None:
        raise ValueError(text)
    return _fitting(int(text))


def parse_whole_or(text: str | None, default: int) -> int:
    """`whole`, or ``default`` where nothing is given."""
    return parse_whole(text) if text else default


def check_whole(value: Any) -> None:
    """JSON in which every number has to be whole, of 64 bits, and written so. Raises ValueError for another."""
    if isinstance(value, float):
        raise ValueError(repr(value))
    if isinstance(value, int):
        _fitting(value)
    elif isinstance(value, dict):
        for inner in value.values():
            check_whole(inner)
    elif isinstance(value, list):
        for inner in value:
            check_whole(inner)


def _fitting(number: int) -> int:
    if not _LEAST <= number <= _MOST:
        raise ValueError(str(number)[:40])
    return number
