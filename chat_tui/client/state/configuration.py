"""What the service says of itself: where everything is, what is switched on, how much of it there may be."""

from typing import Any

import msgspec

from chat_tui.client.events import ClientUpdated
from chat_tui.client.link.answers import Count, parse_answer
from chat_tui.client.ports import Emit, Request
from chat_tui.protocol.defaults import CLIENT_API, FOLLOWED_USERS
from chat_tui.protocol.errors import Code, NotFound
from chat_tui.protocol.untrusted import Malformed, convert
from chat_tui.protocol.values import UpdateReason

URL = f"{CLIENT_API}/Client/v2/Configuration"
MOST_FOLLOWED = 1000
"""Whatever the service allows."""


class OwnObjects(msgspec.Struct):
    """Names of Sync objects."""

    my_user_info: str
    my_conversations: str


class ConfigurationData(msgspec.Struct):
    """``options`` are what the service says; what makes no sense in them has its default."""

    identity: str
    sync_objects: OwnObjects
    links: dict[str, str]
    options: dict[str, Any] = {}


class Configuration:
    """As it was last read, or restored."""

    def __init__(self, request: Request, emit: Emit) -> None:
        self.request = request
        self._emit = emit
        self.links: dict[str, str] = {}
        self.options: dict[str, Any] = {}
        self.reachability_enabled = False

    @property
    def read_status_enabled(self) -> bool:
        return self.options.get("read_status_enabled") is not False

    @property
    def followed_at_most(self) -> int:
        """How many users may be followed at once (contract 6.3)."""
        try:
            said: int = convert(self.options.get("user_infos_to_subscribe"), Count)
        except Malformed:
            return FOLLOWED_USERS
        return min(said, MOST_FOLLOWED)

    async def read(self) -> ConfigurationData:
        """Ask for it, take it over, and return the rest: the own identity and the names of the own objects."""
        found: ConfigurationData = parse_answer(await self.request("GET", URL), ConfigurationData)
        self.links = found.links
        self.update(found.options)
        return found

    def update(self, options: dict[str, Any]) -> None:
        """`ClientUpdated` says when the feature was switched (guarantees, Reachability 9)."""
        self.options = options
        enabled = options.get("reachability_enabled") is True
        if enabled != self.reachability_enabled:
            self.reachability_enabled = enabled
            self._emit(ClientUpdated(frozenset({UpdateReason.REACHABILITY_ENABLED})))

    async def api(self, method: str, link: str, path: str = "", **parts: Any) -> Any:
        """A Client API request under one of the links. Raises the ChatError it is answered with."""
        base = self.links.get(link)
        if base is None:
            raise NotFound("there was no link to the service yet", Code.UNAVAILABLE)
        return await self.request(method, f"{base}/{path}" if path else base, **parts)
