"""Finds the handler for a method and a path; both faces of the service route by it."""

from collections.abc import Iterable
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import unquote

from chat_tui.protocol.errors import BadRequest, Code, MethodNotAllowed, NotFound

H = TypeVar("H")


class Match(NamedTuple, Generic[H]):
    handler: H
    path: dict[str, str]
    """Path parameters, percent-decoded."""


class Router(Generic[H]):
    """Routes are ``METHOD /segments/{parameter}``. A segment is decoded after the split, so that an identity may
    hold a slash. Literal segments win over parameters."""

    def __init__(self, routes: Iterable[tuple[str, H]]) -> None:
        self._by_length: dict[int, list[tuple[tuple[str, ...], dict[str, H]]]] = {}
        for route, handler in routes:
            method, _, pattern = route.partition(" ")
            segments = tuple(pattern.strip("/").split("/"))
            entries = self._by_length.setdefault(len(segments), [])
            methods = next((found for known, found in entries if known == segments), None)
            if methods is None:
                methods = {}
                entries.append((segments, methods))
            methods[method] = handler
        for entries in self._by_length.values():
            entries.sort(key=lambda entry: [segment.startswith("{") for segment in entry[0]])

    def match(self, method: str, raw_path: str) -> Match[H]:
        """Raises NotFound (20404) for an unknown path, MethodNotAllowed (20004) for another method on a known one."""
        segments = raw_path.removeprefix("/").split("/")
        for pattern, methods in self._by_length.get(len(segments), ()):
            if all(known[0] == "{" or known == given for known, given in zip(pattern, segments, strict=True)):
                if method not in methods:
                    raise MethodNotAllowed(f"{method} is not supported here", Code.METHOD_NOT_ALLOWED)
                return Match(methods[method], _parameters(pattern, segments))
        raise NotFound(f"The requested resource {raw_path} was not found", Code.NOT_FOUND)


def _parameters(pattern: tuple[str, ...], segments: list[str]) -> dict[str, str]:
    try:
        return {
            known[1:-1]: unquote(given, errors="strict")
            for known, given in zip(pattern, segments, strict=True)
            if known[0] == "{"
        }
    except UnicodeDecodeError:
        raise BadRequest("Path: must be percent-encoded UTF-8", Code.BAD_PARAMETER) from None
