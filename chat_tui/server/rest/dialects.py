"""The versions of the API as views of one thing: each names the same things in its own words (contract 1.5, 2.1)."""

import re
from collections.abc import Iterable, Iterator

from chat_tui.protocol.words import FIELDS, to_chat, to_conversations
from chat_tui.server.rest.shapes import Shape
from chat_tui.server.rest.urls import Product

_SERVICE = "/Services/{service_sid}"


class Dialect:
    """``default_service``: paths leave the service out and mean the account's default one."""

    def __init__(self, name: str, product: Product, version: str, *, default_service: bool = False) -> None:
        self.name = name
        self.product = product
        self.version = version
        self.default_service = default_service
        self.is_chat = product is Product.CHAT

    def __repr__(self) -> str:
        return self.name

    def word(self, table: dict[str, str], word: str) -> str:
        """A chat word of ``table`` as this version says it."""
        return word if self.is_chat else to_conversations(table, word)

    def chat_word(self, table: dict[str, str], word: str) -> str:
        """This version's word of ``table`` in chat's words."""
        return word if self.is_chat else to_chat(table, word)

    def segment(self, segment: str) -> str:
        """A segment of a path: ``Channels`` is ``Conversations`` there."""
        return segment if self.is_chat else _SEGMENTS.get(segment, segment)

    def route(self, path: str) -> str:
        """A path pattern in chat's words, without version, as this version has it."""
        if self.default_service:
            path = path.removeprefix(_SERVICE)
        return "/".join(["", self.version, *(self.segment(part) for part in path.strip("/").split("/"))])

    def segments(self, segments: Iterable[str]) -> Iterator[str]:
        """What stands behind the host for an object at ``segments``, the first two of which name its service."""
        found = iter(segments)
        yield self.version
        for segment in found:
            if segment == "Services" and self.default_service:
                next(found, None)
                continue
            yield self.segment(segment)

    def parameter(self, name: str) -> str:
        """A parameter, ``FriendlyName``, in this version's words; nested names stand for themselves."""
        return name if self.is_chat or "." in name else camel(to_conversations(FIELDS, snake(name)))

    def body(self, fields: Shape, hidden: tuple[str, ...]) -> Shape:
        """A representation in chat's words as this version writes it, without ``hidden``."""
        if self.is_chat:
            return {name: value for name, value in fields.items() if name not in hidden} if hidden else fields
        said = {FIELDS.get(name, name): value for name, value in fields.items() if name not in hidden}
        links = said.get("links")
        if isinstance(links, dict):
            said["links"] = {FIELDS.get(name, name): url for name, url in links.items()}
        return said


CHAT_V1 = Dialect("chat v1", Product.CHAT, "v1")
CHAT_V2 = Dialect("chat v2", Product.CHAT, "v2")
CONVERSATIONS = Dialect("conversations v1", Product.CONVERSATIONS, "v1")
DEFAULT_SERVICE = Dialect("conversations v1, default service", Product.CONVERSATIONS, "v1", default_service=True)

CHAT = (CHAT_V1, CHAT_V2)
EVERYWHERE = (CHAT_V1, CHAT_V2, CONVERSATIONS, DEFAULT_SERVICE)

Names = dict[str, str]
"""Parameter → field of a command."""


class Parameters:
    """What a request may carry, in chat's words, and the fields it fills: ``FriendlyName`` fills friendly_name, what
    ``named`` says otherwise.

    ``later``: not in chat v1; ``chat`` and ``conversations``: in that product only.
    """

    def __init__(
        self,
        *names: str,
        named: Names | None = None,
        later: tuple[str, ...] = (),
        chat: Names | None = None,
        conversations: Names | None = None,
    ) -> None:
        self._shared = {name: snake(name) for name in names} | (named or {})
        self._later = {name: snake(name) for name in later}
        self._chat = chat or {}
        self._conversations = conversations or {}
        self._found: dict[Dialect, Names] = {}

    def names(self, dialect: Dialect) -> Names:
        """Parameter → field, in the words of ``dialect``."""
        if dialect not in self._found:
            own = self._chat if dialect.is_chat else self._conversations
            later = {} if dialect is CHAT_V1 else self._later
            told = self._shared | later
            self._found[dialect] = {dialect.parameter(name): field for name, field in told.items()} | own
        return self._found[dialect]


NONE = Parameters()


def snake(name: str) -> str:
    return re.sub(r"(?<=.)([A-Z])", r"_\1", name).lower()


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


_SEGMENTS = {camel(chat): camel(to_conversations(FIELDS, chat)) for chat in ("channels", "members")}
