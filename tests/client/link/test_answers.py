"""Answers as values of a known shape."""

from typing import Any

import msgspec
import pytest

from chat_tui.client.link.answers import Count, InvalidAnswer, parse_answer
from chat_tui.protocol.defaults import MAX_INT


class Told(msgspec.Struct):
    number: Count
    words: str = ""


def test_an_answer_of_the_shape_is_a_value() -> None:
    """What it says beside it is passed over."""
    assert parse_answer({"number": 3, "unheard": [1]}, Told) == Told(3)


@pytest.mark.parametrize("body", [None, 5, [], {}, {"number": -1}, {"number": MAX_INT + 1}, {"number": "x"}, b"\xff"])
def test_another_is_an_error_of_that_answer(body: Any) -> None:
    """Whether the request took effect is not known: 502."""
    with pytest.raises(InvalidAnswer, match="nonsense") as raised:
        parse_answer(body, Told)
    assert raised.value.status == 502
