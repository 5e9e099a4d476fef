"""The types of REST's answers as each version says them: by the operations of the published documents."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, get_type_hints

from chat_tui.protocol.words import FIELDS
from chat_tui.server.rest import shapes
from chat_tui.server.rest.dialects import Dialect
from chat_tui.server.rest.resource import Represent, Resource
from chat_tui.server.rest.resources import RESOURCES
from chat_tui.server.rest.urls import Product
from tests.support.shapes import Fields, fields_of, members, unlike, unlike_fields


def typed(represent: Represent) -> tuple[Any, ...]:
    """What a resource is represented by: in each product's own shape, where they differ."""
    return members(get_type_hints(represent)["return"])


def spoken(shape: Any, dialect: Dialect, hidden: tuple[str, ...]) -> Fields:
    """A shape in a version's words, as `Dialect.body` says its values."""
    fields = fields_of(shape)
    names = {name: dialect.word(FIELDS, name) for name in fields.types if name not in hidden}
    return Fields(
        {said: fields.types[name] for name, said in names.items()},
        frozenset(said for name, said in names.items() if name in fields.required),
    )


@cache
def answers(product: Product) -> dict[str, list[Fields]]:
    """By ``METHOD /path`` without the names of parameters: the shapes that may answer, or be a list's items."""
    return {
        re.sub(r"{.*?}", "{}", route): [spoken(shape, dialect, resource.hidden.get(dialect, ())) for shape in found]
        for resource in RESOURCES
        for dialect in resource.dialects
        if dialect.product is product
        for route, found in _offered(resource, dialect)
    }


def _offered(resource: Resource, dialect: Dialect) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for route, _ in resource.routes(dialect):
        is_list = resource.page and route == f"GET {dialect.route(resource.path)}"
        yield route, typed((is_list and resource.listed) or resource.represent)


def fields_for(document: str, operation: str) -> list[Fields]:
    """The shapes that may answer an operation of a document."""
    product = Product.CHAT if "chat" in document else Product.CONVERSATIONS
    return answers(product)[re.sub(r"{.*?}", "{}", operation)]


def unlike_answer(body: Any, document: str, operation: str, key: str | None) -> list[str]:
    """How a live answer differs from its type: an object, or a list under ``key``."""
    may_be = fields_for(document, operation)
    items = [body] if key is None else body[key]
    wrong = [min((unlike_fields(item, fields, operation) for fields in may_be), key=len) for item in items]
    if key is not None:
        wrong.append(unlike(body["meta"], shapes.Meta, f"{operation} meta"))
    return [said for some in wrong for said in some]
