"""Lies: what a service may say in the place of the truth, for every field of every kind of answer."""

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.support.fake_service import RAW

MISSING = object()
EXTRA = object()

VALUES: dict[str, Any] = {
    "missing": MISSING,
    "null": None,
    "a string": "x",
    "an empty string": "",
    "a number": 7,
    "a fraction": 0.5,
    "true": True,
    "a list": [],
    "a list of nonsense": [None, 1, "x", [], {}],
    "an object": {},
    "deep": RAW + "[" * 100 + "]" * 100,
    "deeper than decoders": RAW + '{"a":' * 3000 + "1" + "}" * 3000,
    "long": "x" * 200_000,
    "negative": -1,
    "beyond 64 bits": 10**30,
    "beyond floats": RAW + "1e400",
    "not a number": RAW + "NaN",
    "digits without end": RAW + "9" * 6000,
    "controls": "\u202e\x00\x1b[2J\x07\u2066",
    "a lone surrogate": RAW + '"\\ud800"',
    "another date": "9999-12-31T23:59:59.999999-23:59",
    "with more beside it": EXTRA,
}

Path = tuple[str | int, ...]


class Falsehood(NamedTuple):
    kind: str
    path: Path
    value: str


def paths(body: Any, at: Path = ()) -> Iterator[Path]:
    """Every place in an answer: of a list its first item, of a map by SID its first entry."""
    if at:
        yield at
    if isinstance(body, dict):
        for key, inner in body.items():
            yield from paths(inner, (*at, key))
    elif isinstance(body, list) and body:
        yield from paths(body[0], (*at, 0))


def falsehoods(samples: dict[str, Any]) -> list[Falsehood]:
    """All there are."""
    return [
        Falsehood(kind, path, value)
        for kind, body in sorted(samples.items())
        for path in ((), *paths(body))
        for value in VALUES
        if path or value not in ("missing", "with more beside it")
    ]


def told(body: Any, falsehood: Falsehood) -> Any:
    """The body with one thing wrong; as it is when it has no such place."""
    value = VALUES[falsehood.value]
    if not falsehood.path:
        return value
    body = copy.deepcopy(body)
    *way, last = falsehood.path
    try:
        here: Any = body
        for step in way:
            here = here[step]
        if value is MISSING:
            del here[last]
        elif value is EXTRA:
            if isinstance(here, list):
                here.append(copy.deepcopy(here[0]))
            else:
                here["more"] = {"of": ["the", "same"]}
        else:
            here[last] = value
    except (KeyError, IndexError, TypeError):
        return body
    return body
