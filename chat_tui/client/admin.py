"""The REST side, for programs that hold account credentials: seeding, switching, looking after a service."""

from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx

from chat_tui.client.link.proven_transport import ProvenTransport
from chat_tui.protocol.defaults import ANSWER_WITHIN, MAX_PAGE
from chat_tui.protocol.errors import Code, TransportError, from_answer
from chat_tui.protocol.proof import Challenges

_API = "/api"
"""The path prefix of the product that keys belong to."""

Params = dict[str, str | int | bool | None]


class AdminClient:
    """Speaks chat v2 with HTTP Basic. ``account_sid`` may be an API key's SID, ``secret`` then its secret.
    ``challenge``: for a service of this machine, which must answer it on each connection before it is told them."""

    def __init__(
        self,
        url: str,
        account_sid: str,
        secret: str,
        *,
        challenge: Challenges | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._account_sid = account_sid
        if challenge is not None:
            transport = ProvenTransport(challenge)
        self._http = httpx.AsyncClient(
            base_url=url, auth=(account_sid, secret), timeout=ANSWER_WITHIN, transport=transport, trust_env=False
        )

    async def __aenter__(self) -> "AdminClient":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        await self._http.aclose()

    async def request(self, method: str, path: str, params: Params | None = None) -> dict[str, Any]:
        """The JSON body of an answer; ``path`` as ``/v2/Services``, ``params`` as REST names them.

        Raises the ChatError the service answers with, TransportError when it does not answer."""
        given = {name: _text(value) for name, value in (params or {}).items() if value is not None}
        try:
            if method == "GET":
                answer = await self._http.get(path, params=given)
            else:
                answer = await self._http.request(method, path, data=given)
        except httpx.HTTPError:
            raise TransportError("the service does not answer", Code.UNAVAILABLE) from None
        body: Any = answer.json() if answer.content else {}
        if not answer.is_success:
            raise from_answer(answer.status_code, body)
        return dict(body)

    async def update_service(self, service_sid: str, **params: str | int | bool) -> dict[str, Any]:
        """``ReachabilityEnabled=True`` and its like (contract S30–S60)."""
        return await self.request("POST", f"/v2/Services/{service_sid}", dict(params))

    async def create_user(self, service_sid: str, identity: str, friendly_name: str | None = None) -> dict[str, Any]:
        params: Params = {"Identity": identity, "FriendlyName": friendly_name}
        return await self.request("POST", f"/v2/Services/{service_sid}/Users", params)

    async def create_channel(
        self, service_sid: str, unique_name: str, friendly_name: str | None = None, **params: str
    ) -> dict[str, Any]:
        named: Params = {"UniqueName": unique_name, "FriendlyName": friendly_name, **params}
        return await self.request("POST", f"/v2/Services/{service_sid}/Channels", named)

    async def add_member(self, service_sid: str, channel: str, identity: str) -> dict[str, Any]:
        path = f"/v2/Services/{service_sid}/Channels/{quote(channel, safe='')}/Members"
        return await self.request("POST", path, {"Identity": identity})

    async def send_message(
        self, service_sid: str, channel: str, author: str, body: str, **params: str
    ) -> dict[str, Any]:
        path = f"/v2/Services/{service_sid}/Channels/{quote(channel, safe='')}/Messages"
        return await self.request("POST", path, {"From": author, "Body": body, **params})

    async def create_key(self, friendly_name: str = "") -> dict[str, Any]:
        """A new API key of the account; its ``secret`` is in this answer only. Needs the account's own auth token."""
        return await self.request("POST", f"{self._keys}.json", {"FriendlyName": friendly_name})

    async def list_keys(self) -> list[dict[str, Any]]:
        """The keys that work, oldest first, without their secrets."""
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {"next_page_uri": f"{self._keys.removeprefix(_API)}.json?PageSize={MAX_PAGE}"}
        while page["next_page_uri"]:
            page = await self.request("GET", _API + page["next_page_uri"])
            found += page["keys"]
        return found

    async def revoke_key(self, key_sid: str) -> None:
        """Its tokens stop working at once, on open connections too. Raises NotFound for another account's."""
        await self.request("DELETE", f"{self._keys}/{quote(key_sid, safe='')}.json")

    @property
    def _keys(self) -> str:
        return f"{_API}/2010-04-01/Accounts/{self._account_sid}/Keys"


def _text(value: str | int | bool | None) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
