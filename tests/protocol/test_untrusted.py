"""JSON from elsewhere: its depths are cut out, and everything else is as it was."""

import json
import random
from typing import Any

import msgspec
import pytest

from chat_tui.protocol.untrusted import (
    MAX_REPAIRED,
    MAX_SET_ASIDE,
    Malformed,
    convert,
    decode,
    is_too_deep,
    without_depths,
)

SEED = 20261121


def grown(rng: random.Random, depth: int) -> Any:
    if depth == 0 or rng.random() < 0.3:
        return rng.choice([1, '[{\\"', None, True, "", "]}", 1.5, "\\", "\U0001f600"])
    if rng.random() < 0.5:
        return [grown(rng, depth - 1) for _ in range(rng.randint(0, 3))]
    return {rng.choice('ab{"\\['): grown(rng, depth - 1) for _ in range(rng.randint(0, 3))}


def cut(value: Any, limit: int) -> Any:
    if not isinstance(value, list | dict):
        return value
    if limit == 0:
        return None
    if isinstance(value, list):
        return [cut(inner, limit - 1) for inner in value]
    return {key: cut(inner, limit - 1) for key, inner in value.items()}


def depth_of(value: Any) -> int:
    if not isinstance(value, list | dict):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max((depth_of(one) for one in inner), default=0)


def test_what_is_cut_out_is_what_is_too_deep() -> None:
    """Against a plain recursive model, on generated values."""
    rng = random.Random(SEED)
    for _ in range(1000):
        value, limit = grown(rng, 7), rng.randint(1, 6)
        assert json.loads(without_depths(json.dumps(value).encode(), limit)) == cut(value, limit)
        assert is_too_deep(value, limit) == (depth_of(value) > limit)


def test_what_decoders_do_not_stand_is_null_and_the_rest_is_there() -> None:
    """At any depth, as bytes and as text."""
    for depth in (900, 1100, 100_000):
        encoded = b'{"a":' + b"[" * depth + b"]" * depth + b',"id":5}'
        assert decode(encoded)["id"] == decode(encoded.decode(), dict[str, Any])["id"] == 5


@pytest.mark.parametrize("encoded", [b"", b"{", b"tru", "[" * 2000, b"[" * MAX_REPAIRED + b"[[", b'{"a":1}}'])
def test_what_is_no_json_is_malformed(encoded: bytes | str) -> None:
    """One error, whatever is wrong."""
    with pytest.raises(Malformed):
        decode(encoded)


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        (b'["\\ud800", 1]', ["\ufffd", 1]),
        (b'["a\\udc00b"]', ["a\ufffdb"]),
        (b'["\\ud83d\\ude00", NaN]', ["\U0001f600", None]),
        (b"[1e400, -Infinity, 1E5]", [None, None, 100000.0]),
        (b"[" + b"1" * 5000 + b", 7]", [None, 7]),
        (b'["\xff"]', ["\ufffd"]),
    ],
)
def test_one_odd_value_does_not_spoil_the_rest(encoded: bytes, expected: Any) -> None:
    """Lone surrogates, bytes that are no text, what is no number."""
    assert decode(encoded) == expected


class Named(msgspec.Struct):
    name: str


@pytest.mark.parametrize(
    ("too_much", "shape"),
    [
        ([{"name": 1}] * 100_000, list[Named]),
        ([[{"name": 1}] * 10] * 10_000, list[list[Named]]),
        ({str(number): {} for number in range(100_000)}, dict[str, Named]),
    ],
)
def test_too_much_that_makes_no_sense_is_refused_before_it_costs_time(
    too_much: Any, shape: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Whether it is one long list, or many short ones; somebody's screen waits for it."""
    with pytest.raises(Malformed):
        convert(too_much, shape)
    assert len(caplog.records) <= MAX_SET_ASIDE + 1


def test_a_page_of_oddities_is_set_aside() -> None:
    """And what stands among them is there."""
    assert convert([*[{"name": 1}] * 1000, {"name": "x"}], list[Named]) == [Named("x")]


def test_another_shape_is_malformed() -> None:
    """And says where."""

    class Shape(msgspec.Struct):
        number: int

        name: str = "nobody"
        numbers: list[int] = []

    with pytest.raises(Malformed, match="number"):
        decode(b'{"number":"x"}', Shape)
    found = decode(b'{"number":1,"name":5,"numbers":[1,"2",null,3]}', Shape)
    assert found == Shape(1, "nobody", [1, 3])
