"""JSON from elsewhere: whatever it holds, it is decoded, or refused in one way."""

import re
from typing import Any, TypeVar

import msgspec

MAX_DEPTH = 64
"""Levels of lists and objects, the outermost counted: what is deeper is nobody's data, and ends decoders."""

MAX_CUT = 1024 * 1024
"""Bytes of JSON whose depths are cut out; of something larger nothing is kept."""

T = TypeVar("T")

_TOKENS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)


class Malformed(ValueError):
    """It is no JSON, or of another shape; the message says where."""


def decode(encoded: bytes | str, shape: type[T] | Any = Any) -> Any:
    """JSON as a value of ``shape``. What is nested too deeply to be decoded is ``null``. Raises Malformed."""
    try:
        return msgspec.json.decode(encoded, type=shape)
    except RecursionError:
        data = encoded.encode(errors="replace") if isinstance(encoded, str) else encoded
    except ValueError as error:  # msgspec's own, and lone surrogates
        raise Malformed(str(error)) from None
    if len(data) > MAX_CUT:
        raise Malformed("nested too deeply")
    try:
        return msgspec.json.decode(without_depths(data), type=shape)
    except ValueError as error:
        raise Malformed(str(error)) from None


def is_too_deep(value: Any, limit: int = MAX_DEPTH) -> bool:
    """Whether decoded JSON is nested deeper than ``limit``; looks level by level, so that no depth ends it."""
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def without_depths(encoded: bytes, limit: int = MAX_DEPTH) -> bytes:
    """JSON with ``null`` in the place of whatever is nested deeper than ``limit``; of something else, something
    else."""
    kept: list[bytes] = []
    depth = start = 0
    for token in _TOKENS.finditer(encoded):
        first = encoded[token.start()]
        if first in b"[{":
            depth += 1
            if depth == limit + 1:
                kept += encoded[start : token.start()], b"null"
        elif first in b"]}":
            depth -= 1
            if depth == limit:
                start = token.end()
    if depth <= limit:
        kept.append(encoded[start:])
    return b"".join(kept)
