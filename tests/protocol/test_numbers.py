"""Numbers are plain digits of 64 bits, whoever hands them in."""

from typing import Any

import pytest

from chat_tui.protocol.numbers import check_whole, parse_whole

BAD_TEXTS = [
    "1e1",
    "1_0",
    "\u0661",
    "\uff11",
    "\xb2",
    "+1",
    "-0",
    "--1",
    "00",
    "01",
    "1.0",
    "1.",
    ".1",
    "0x1",
    "true",
    "false",
    "True",
    "null",
    "None",
    "nan",
    "NaN",
    "inf",
    "Infinity",
    "1,0",
    "1'0",
    "-",
    "one",
    "9223372036854775808",
    "-9223372036854775809",
    "\u22121",
    "1\u0660",
    " 1",
    "1 ",
    "\t1",
    "1\n",
    "1\xa0",
    "",
    "1" * 40,
    "9" * 5000,
]


@pytest.mark.parametrize("text", BAD_TEXTS)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    """Nothing that `int` or `float` takes besides."""
    with pytest.raises(ValueError, match=r"."):
        parse_whole(text or " ")


@pytest.mark.parametrize("number", [0, 1, -1, 10, 1000, 2**53 + 1, 2**63 - 1, -(2**63)])
def test_plain_numbers_are_taken(number: int) -> None:
    """To the last bit."""
    assert parse_whole(str(number)) == number
    check_whole({"a": [number, None, "1.5", True]})


@pytest.mark.parametrize("value", [1.0, 10.0, 0.5, 1e300, float("inf"), 2**63, -(2**63) - 1, 10**40])
def test_json_numbers_must_be_whole(value: Any) -> None:
    """``1.0`` and ``1e1`` are no whole numbers, wherever they stand."""
    for body in (value, [value], {"a": {"b": [1, value]}}):
        with pytest.raises(ValueError, match=r"."):
            check_whole(body)
