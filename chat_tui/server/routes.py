"""Finds the handler for a method and a path; both faces of the service route by it."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import unquote

from chat_tui.protocol.errors import BadRequest, Code, MethodNotAllowed, NotFound

H = TypeVar("H")


class Match(NamedTuple, Generic[H]):
    handler: H
    path: dict[str, str]
    """Path parameters, percent-decoded."""


class _Node(Generic[H]):
    """One segment of a path: what may follow it, and what answers when nothing does."""

    def __init__(self) -> None:
        self.literals: dict[str, _Node[H]] = {}
        self.parameter: _Node[H] | None = None
        self.name = ""
        self.methods: dict[str, H] = {}

    def step(self, segment: str) -> "_Node[H]":
        """The node behind ``segment`` of a pattern, made when missing."""
        if not segment.startswith("{"):
            return self.literals.setdefault(segment, _Node())
        if self.parameter is None:
            self.parameter = _Node()
            self.parameter.name = segment[1:-1]
        assert self.parameter.name == segment[1:-1], f"{segment} is {self.parameter.name} elsewhere"
        return self.parameter


class Router(Generic[H]):
    """Routes are ``METHOD /segments/{parameter}``. A segment is decoded after the split, so that an identity may
    hold a slash. Literal segments win over parameters."""

    def __init__(self, routes: Iterable[tuple[str, H]]) -> None:
        self._root: _Node[H] = _Node()
        for route, handler in routes:
            method, _, pattern = route.partition(" ")
            node = self._root
            for segment in pattern.strip("/").split("/"):
                node = node.step(segment)
            node.methods[method] = handler

    def match(self, method: str, raw_path: str) -> Match[H]:
        """Raises NotFound (20404) for an unknown path, MethodNotAllowed (20004) for another method on a known one."""
        node, found = self._root, {}
        for segment in raw_path.removeprefix("/").split("/"):
            following = node.literals.get(segment) or node.parameter
            if following is None:
                raise NotFound(f"The requested resource {raw_path} was not found", Code.NOT_FOUND)
            if following is node.parameter:
                found[following.name] = _decoded(segment)
            node = following
        if method not in node.methods:
            if not node.methods:
                raise NotFound(f"The requested resource {raw_path} was not found", Code.NOT_FOUND)
            raise MethodNotAllowed(f"{method} is not supported here", Code.METHOD_NOT_ALLOWED)
        return Match(node.methods[method], found)


def gathered(package: str, name: str) -> Iterator[Any]:
    """What the modules of ``package`` call ``name``, one after the other: a new module is served by being there."""
    for found in iter_modules(import_module(package).__path__):
        yield from getattr(import_module(f"{package}.{found.name}"), name)


def _decoded(segment: str) -> str:
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise BadRequest("Path: must be percent-encoded UTF-8", Code.BAD_PARAMETER) from None
