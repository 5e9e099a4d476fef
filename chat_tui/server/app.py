"""The ASGI application: REST, and a health check that needs no credentials."""

import time
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse

from chat_tui.protocol.proof import CHALLENGE, HEALTH, Prover
from chat_tui.server.core import ServiceCore
from chat_tui.server.network.visitors import KNOWN
from chat_tui.server.rest.api import RestApi

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Application:
    """``last_request``, in seconds of the monotonic clock, tells an idle service from a used one: strangers' requests
    don't count."""

    def __init__(
        self,
        core: ServiceCore,
        *,
        public_name: str | None = None,
        prover: Prover | None = None,
        origins: Collection[str] = (),
    ) -> None:
        self.last_request = time.monotonic()
        self._prover = prover
        self._rest = RestApi(core.dispatcher, core.authenticator, core.box, public_name, frozenset(origins))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == HEALTH and scope["method"] in ("GET", "HEAD"):
            proof = _proof(self._prover, scope)
            await PlainTextResponse("ok\n", headers=proof)(scope, receive, send)
            return
        response = await self._rest(Request(scope, receive))
        if scope.get("state", {}).get(KNOWN):
            self.last_request = time.monotonic()
        await response(scope, receive, send)


def _proof(prover: Prover | None, scope: Scope) -> dict[str, str]:
    """What shows a local client that this is the service of its data directory, if it asks."""
    name = CHALLENGE.lower().encode()
    nonces = [value.decode("latin-1") for header, value in scope["headers"] if header == name]
    return {} if prover is None or scope["server"] is None else prover.headers(nonces, scope["server"])
