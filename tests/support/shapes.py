"""Whether a value is of a shape, to the last key: what the service promises of itself by its types."""

import types
from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal, NamedTuple, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

import msgspec


class Fields(NamedTuple):
    """What an object holds, by the names it has in JSON."""

    types: dict[str, Any]
    required: frozenset[str]


def is_shape(hint: Any) -> bool:
    return is_typeddict(hint) or (isinstance(hint, type) and issubclass(hint, msgspec.Struct))


def fields_of(shape: Any) -> Fields:
    """Of a TypedDict, or of a struct, which may leave out what has a default if it is told to."""
    hints = get_type_hints(shape, include_extras=True)
    if not is_typeddict(shape):
        given = msgspec.structs.fields(shape)
        left_out = shape.__struct_config__.omit_defaults
        required = frozenset(field.encode_name for field in given if field.required or not left_out)
        return Fields({field.encode_name: hints[field.name] for field in given}, required)
    bare = {name: get_args(hint)[0] if get_origin(hint) is NotRequired else hint for name, hint in hints.items()}
    return Fields(bare, frozenset(shape.__required_keys__))


def members(hint: Any) -> tuple[Any, ...]:
    """What a value may be: the members of a union, or the one type."""
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def unlike(value: Any, hint: Any, where: str = "$") -> list[str]:
    """How decoded JSON differs from what ``hint`` says; nothing when it does not."""
    found = [_unlike(value, member, where) for member in members(hint)]
    return [] if [] in found else min(found, key=len)


def _unlike(value: Any, hint: Any, where: str) -> list[str]:
    origin, inner = get_origin(hint), get_args(hint)
    if hint in (Any, object):
        return []
    if is_shape(hint):
        return unlike_fields(value, fields_of(hint), where)
    if origin is list and isinstance(value, list):
        return [said for at, one in enumerate(value) for said in unlike(one, inner[0], f"{where}[{at}]")]
    if origin is dict and isinstance(value, dict):
        return [said for key, one in value.items() for said in unlike(one, inner[1], f"{where}.{key}")]
    if origin is Literal:
        return [] if value in inner else [f"{where}: {value!r} is none of {inner}"]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return [] if value in {member.value for member in hint} else [f"{where}: {value!r} is no {hint.__name__}"]
    if hint in (None, type(None)):
        return [] if value is None else [f"{where}: {value!r} for null"]
    return [] if type(value) is hint else [f"{where}: {type(value).__name__} for {getattr(hint, '__name__', hint)}"]


def unlike_fields(value: Any, fields: Fields, where: str) -> list[str]:
    """The same of an object, field by field."""
    if not isinstance(value, Mapping):
        return [f"{where}: {type(value).__name__} for an object"]
    wrong = [f"{where}: {name} is missing" for name in fields.required - value.keys()]
    wrong += [f"{where}: {name} is in no type" for name in value.keys() - fields.types.keys()]
    shared = value.keys() & fields.types.keys()
    return wrong + [said for name in shared for said in unlike(value[name], fields.types[name], f"{where}.{name}")]
