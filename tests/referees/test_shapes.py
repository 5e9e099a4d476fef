"""The types of REST's answers say what the published documents say: every property, and what it may be."""

from enum import Enum
from typing import Any, Literal, get_args, get_origin, is_typeddict

import pytest

from chat_tui.server.rest import shapes
from chat_tui.server.rest.resources import RESOURCES
from tests.referees import samples
from tests.referees.openapi_facts import Document, Shape, documents
from tests.referees.rest_shapes import fields_for, typed
from tests.support.shapes import fields_of, members

NAMES = tuple(documents())

FREE = {"method", "type"}
"""Plain text in our types, one of a few words in the documents: that they are those is seen in live answers."""


def operations(document: Document) -> list[tuple[str, str]]:
    """Those that answer with something, and the schema of it."""
    return [
        (operation, fact.answer.schema)
        for operation, fact in document.operations.items()
        if fact.answer is not None and not any(part in operation for part in samples.TELEPHONE_OPERATIONS)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_type_has_the_documented_properties(name: str) -> None:
    """One of the shapes that may answer has every one, and none beside."""
    document, wrong = documents()[name], []
    for operation, schema in operations(document):
        documented = set(document.schemas[schema])
        found = [set(fields.types) for fields in fields_for(name, operation)]
        if documented not in found:
            wrong.append(f"{operation}: {[documented ^ names for names in found]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", NAMES)
def test_a_value_is_of_the_documented_type(name: str) -> None:
    """Nothing is null that may not be, and no value is of a kind, or a word, that is not documented."""
    document, wrong = documents()[name], []
    for operation, schema in operations(document):
        documented = document.schemas[schema]
        (fields,) = [fields for fields in fields_for(name, operation) if set(fields.types) == set(documented)]
        for field, shape in documented.items():
            wrong += [f"{operation} {field}: {said}" for said in mismatches(field, fields.types[field], shape)]
    assert not wrong, "\n".join(sorted(set(wrong)))


def mismatches(field: str, hint: Any, documented: Shape) -> list[str]:
    """What a type allows that the document does not, and which of its words a type leaves out."""
    wrong = []
    some = [member for member in members(hint) if member is not type(None)]
    if len(some) < len(members(hint)) and not documented.nullable:
        wrong.append("may be null")
    for member in some:
        if documented.type is not None and kind_of(member) != documented.type:
            wrong.append(f"{kind_of(member)} for {documented.type}")
        if documented.items is not None:
            wrong += mismatches(field, get_args(member)[0], documented.items)
    if documented.enum and field not in FREE:
        ours, theirs = {word for member in some for word in words_of(member)}, set(documented.enum)
        wrong += [f"may be {word}" for word in ours - theirs if (field, word) not in samples.WORDS_BESIDE]
        wrong += [f"is never {word}" for word in theirs - ours if (field, word) not in samples.WORDS_NEVER]
    return wrong


def kind_of(hint: Any) -> str:
    """A type in a schema's word."""
    if is_typeddict(hint) or get_origin(hint) is dict:
        return "object"
    if get_origin(hint) is list:
        return "array"
    if get_origin(hint) is Literal or issubclass(hint, str):
        return "string"
    return {bool: "boolean", int: "integer"}[hint]


def words_of(hint: Any) -> set[str]:
    """The choices a type leaves."""
    if get_origin(hint) is Literal:
        return set(get_args(hint))
    return {str(member.value) for member in hint} if issubclass(hint, Enum) else {"any text"}


def test_every_type_is_somebodys() -> None:
    """What a stranger finds in `rest.shapes` answers something, or is a part of what does."""
    known = {shape for name, shape in vars(shapes).items() if is_typeddict(shape) and not name.startswith("_")}
    whole = {shape for resource in RESOURCES for shape in typed(resource.represent)}
    whole |= {shapes.Meta, shapes.Key, shapes.NewKey, shapes.KeyPage}
    parts = {part for shape in known for part in _within(shape)}
    cores = {shape for shape in known for one in whole if _is_part(shape, one)}
    assert {shape.__name__ for shape in known - whole - parts - cores} == set()


def _within(shape: Any) -> set[Any]:
    """The shapes of a shape's fields, and of their items."""
    hints = [inner for hint in fields_of(shape).types.values() for inner in (hint, *get_args(hint))]
    return {hint for hint in hints if is_typeddict(hint)}


def _is_part(shape: Any, of: Any) -> bool:
    return fields_of(shape).types.items() <= fields_of(of).types.items()
