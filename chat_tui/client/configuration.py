"""What the service says of itself: where everything is, what is switched on, how much of it there may be."""

from typing import Any

from chat_tui.client.events import ClientUpdated
from chat_tui.client.people import Emit
from chat_tui.client.sync import Request
from chat_tui.protocol.errors import Code, NotFound
from chat_tui.protocol.values import UpdateReason

URL = "https://aim.chat-tui.invalid/Client/v2/Configuration"
FOLLOWED_AT_MOST = 100


class Configuration:
    """As it was last read, or remembered."""

    def __init__(self, request: Request, emit: Emit) -> None:
        self._request = request
        self._emit = emit
        self._links: dict[str, str] = {}
        self.options: dict[str, Any] = {}
        self.reachability_enabled = False

    @property
    def read_status_enabled(self) -> bool:
        return bool(self.options.get("read_status_enabled", True))

    @property
    def followed_at_most(self) -> int:
        """How many users may be followed at once (fact sheet 6.3)."""
        return int(self.options.get("user_infos_to_subscribe", FOLLOWED_AT_MOST))

    async def read(self) -> dict[str, Any]:
        """Ask for it, take it over, and return the rest: the own identity and the names of the own objects."""
        found: dict[str, Any] = await self._request("GET", URL)
        self._links = found["links"]
        self.take(found["options"])
        return found

    def take(self, options: dict[str, Any]) -> None:
        """`ClientUpdated` says when the feature was switched (guarantees, "Feature off")."""
        self.options = options
        enabled = bool(options.get("reachability_enabled"))
        if enabled != self.reachability_enabled:
            self.reachability_enabled = enabled
            self._emit(ClientUpdated(frozenset({UpdateReason.REACHABILITY_ENABLED})))

    async def api(self, method: str, link: str, path: str = "", **parts: Any) -> Any:
        """A Client API request under one of the links. Raises the ChatError it is answered with."""
        base = self._links.get(link)
        if base is None:
            raise NotFound("there was no link to the service yet", Code.UNAVAILABLE)
        return await self._request(method, f"{base}/{path}" if path else base, **parts)
