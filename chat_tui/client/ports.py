"""What the rooms of a client call without knowing who answers."""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from chat_tui.client.events import Event

Emit = Callable[[Event], None]
"""Tells the application what happened."""


class Request(Protocol):
    """One tunnelled request to any address of the service."""

    async def __call__(self, method: str, url: str, *, params: dict[str, Any] | None = None, json: Any = None) -> Any:
        """The JSON body of the answer. Raises ChatError."""


class Api(Protocol):
    """One request to the Client API: paths are under the links of the Configuration."""

    async def __call__(self, method: str, link: str, path: str = "", **parts: Any) -> Any:
        """The JSON body of the answer. Raises ChatError."""


class Spawn(Protocol):
    """Does work nobody awaits; a ChatError in it is no news: the next link repairs what this one could not."""

    def __call__(self, work: Coroutine[Any, Any, object], name: str) -> object: ...
