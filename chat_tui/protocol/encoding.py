"""Values as JSON, in the one way that outlives memory that cannot be had."""

from typing import Any

import msgspec

_encode_into = msgspec.json.Encoder().encode_into
_ROOM = 1024
"""Bytes that are enough for most."""


def to_json(value: Any) -> bytes:
    """``value`` as JSON. Raises MemoryError when there is no room for it: msgspec's own ``encode`` writes on through a
    null pointer when its buffer cannot grow, and takes the process with it."""
    buffer = bytearray(_ROOM)
    _encode_into(value, buffer)
    return bytes(buffer)


def replace_surrogates(text: str) -> str:
    """``text`` with U+FFFD for each half of a character, which no encoding of text can hold."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
