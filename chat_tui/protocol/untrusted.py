"""JSON from elsewhere: whatever it holds, it is decoded as far as it makes sense, or refused in one way."""

import logging
import math
import re
import types
import typing
from typing import Any

import msgspec

from chat_tui.protocol.defaults import MAX_DEPTH

MAX_REPAIRED = 1024 * 1024
"""Bytes of JSON that is looked at twice; of something larger that is not in order nothing is kept."""

MAX_SET_ASIDE = 5000
"""Parts of one value that make no sense, beyond which all of it is refused: each costs time, and somebody waits."""

_TOKENS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
_LONE_SURROGATE = re.compile(
    r"(?<!\\)((?:\\\\)*)(?:\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)

_log = logging.getLogger(__name__)


class Malformed(ValueError):
    """It is no JSON, or of another shape; the message says where."""


def decode(encoded: bytes | str, shape: Any = Any) -> Any:
    """JSON as a value of ``shape``. What is too deep, or no number, is ``null``; a field of a wrong type is as good as
    missing, an item of a list without what it needs as good as not there. Raises Malformed."""
    try:
        return msgspec.json.decode(encoded, type=shape)
    except (ValueError, RecursionError):  # ValueError: msgspec's own, and lone surrogates
        return convert(_repaired(encoded), shape)


def convert(data: Any, shape: Any) -> Any:
    """Decoded JSON as a value of ``shape``, as `decode` has it. Raises Malformed."""
    try:
        return msgspec.convert(data, shape)
    except (ValueError, RecursionError) as error:
        try:
            return _Mending().lenient(data, shape)
        except (ValueError, RecursionError, _Hopeless):
            raise Malformed(str(error)) from None


def _repaired(encoded: bytes | str) -> Any:
    import json  # only what is out of order needs it: off the start path

    data = encoded if isinstance(encoded, bytes) else encoded.encode(errors="replace")
    if len(data) > MAX_REPAIRED:
        raise Malformed("too long for what is wrong with it")
    text = without_depths(data).decode(errors="replace")
    try:
        return json.loads(
            _LONE_SURROGATE.sub(r"\1\\ufffd", text), parse_constant=lambda _: None, parse_float=_finite, parse_int=_int
        )
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _int(digits: str) -> int | None:
    return int(digits) if len(digits) < 20 else None


class _Hopeless(Exception):
    """Too much of it makes no sense."""


class _Mending:
    """One value, field by field and item by item."""

    def __init__(self) -> None:
        self._set_aside = 0

    def lenient(self, data: Any, shape: Any) -> Any:
        origin, inner = typing.get_origin(shape), typing.get_args(shape)
        if origin in (typing.Union, types.UnionType):
            return None if data is None else self._first(data, inner)
        if origin is list and isinstance(data, list):
            return [good for one in data if (good := self._or_none(one, inner[0])) is not None]
        if origin is dict and isinstance(data, dict):
            return {key: good for key, one in data.items() if (good := self._or_none(one, inner[1])) is not None}
        if isinstance(shape, type) and issubclass(shape, msgspec.Struct) and isinstance(data, dict):
            return self._fields(data, shape)
        return msgspec.convert(data, shape)

    def _convert(self, data: Any, shape: Any) -> Any:
        try:
            return msgspec.convert(data, shape)
        except (ValueError, RecursionError) as error:
            try:
                return self.lenient(data, shape)
            except (ValueError, RecursionError):
                raise Malformed(str(error)) from None

    def _first(self, data: Any, shapes: tuple[Any, ...]) -> Any:
        for shape in shapes:
            if shape is not type(None) and (found := self._or_none(data, shape)) is not None:
                return found
        raise Malformed(f"{type(data).__name__} is none of what is expected")

    def _or_none(self, data: Any, shape: Any) -> Any:
        try:
            return self._convert(data, shape)
        except Malformed as error:
            self._aside("%s", error)
            return None

    def _fields(self, data: dict[str, Any], shape: type[msgspec.Struct]) -> Any:
        good = {}
        for field in msgspec.structs.fields(shape):
            if field.encode_name not in data:
                continue
            try:
                good[field.name] = self._convert(data[field.encode_name], field.type)
            except Malformed as error:
                self._aside(f"{shape.__name__}.{field.name}: %s", error)
        try:
            return shape(**good)
        except TypeError as error:
            raise Malformed(str(error)) from None

    def _aside(self, what: str, error: Malformed) -> None:
        _log.warning(f"set aside: {what}", error)
        self._set_aside += 1
        if self._set_aside > MAX_SET_ASIDE:
            raise _Hopeless


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
