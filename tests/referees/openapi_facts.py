"""What Twilio's published OpenAPI documents say of chat v1, chat v2 and Conversations v1, as data."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

FACTS = Path(__file__).with_name("openapi_facts.json")


class Shape(msgspec.Struct, frozen=True):
    """A parameter or property; ``type`` is None where anything goes."""

    type: str | None = None
    format: str | None = None
    enum: tuple[str, ...] = ()
    nullable: bool = False
    pattern: str | None = None
    items: "Shape | None" = None
    required: bool = False


class AnswerFact(msgspec.Struct, frozen=True):
    """``list``: the key the items stand under, when the answer is a list."""

    schema: str
    list: str | None = None


class Operation(msgspec.Struct, frozen=True):
    query: dict[str, Shape]
    header: list[str]
    form: dict[str, Shape]
    status: int
    answer: AnswerFact | None


class Document(msgspec.Struct, frozen=True):
    operations: dict[str, Operation]
    """By ``METHOD /path``."""
    schemas: dict[str, dict[str, Shape]]


@cache
def documents() -> dict[str, Document]:
    """By the document's name, ``twilio_chat_v2``."""
    return msgspec.json.decode(FACTS.read_bytes(), type=dict[str, Document])


def mismatch(value: Any, shape: Shape) -> str | None:
    """What is wrong with ``value``, or ``None``."""
    if value is None:
        return None if shape.nullable or shape.type is None else "null"
    kinds: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "boolean": bool,
        "integer": int,
        "number": (int, float),
        "array": list,
        "object": dict,
    }
    if shape.type is not None and not isinstance(value, kinds[shape.type]):
        return f"{type(value).__name__} for {shape.type}"
    if shape.type == "integer" and isinstance(value, bool):
        return "bool for integer"
    if shape.enum and value not in shape.enum:
        return f"{value!r} is none of {shape.enum}"
    return None
