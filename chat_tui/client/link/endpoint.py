"""Where a service is, and how a socket to it is opened: what must prove itself first is told nothing before it has."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import connect as connect_websocket

from chat_tui import __version__
from chat_tui.client.link.timing import Timing
from chat_tui.protocol.addresses import parse_address
from chat_tui.protocol.errors import TransportError
from chat_tui.protocol.proof import PROOF, Challenges, tls_context
from chat_tui.protocol.twilsock import PATH

MAX_INCOMING = 8 * 1024 * 1024
"""Bytes of one packet: a page of items."""

Address = Callable[[], Awaitable[str]]
Connect = Callable[..., Any]
"""Opens a socket as websockets' ``connect`` does: an asynchronous context of one."""


def socket_url(url: str) -> str:
    """The realtime socket of a service: ``http(s)://host`` becomes ``ws(s)://host/v3/wsconnect``. Raises TransportError
    for what is none."""
    try:
        parts = parse_address(url)
    except ValueError as error:
        raise TransportError(f"the address is not a URL: {error}") from None
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    path = PATH if parts.path in ("", "/") else parts.path
    return urlunsplit((scheme, parts.netloc, path, "", ""))


class Endpoint:
    """``address``, when given, is asked for the URL before every try. ``challenge``, for a service of this machine, is
    asked for a question before every try. ``connect`` opens a socket, as websockets does by default."""

    def __init__(
        self,
        url: str,
        *,
        address: Address | None = None,
        challenge: Challenges | None = None,
        connect: Connect | None = None,
    ) -> None:
        self._url = url
        self._address = address
        self._challenge = challenge
        self._connect = connect or connect_websocket

    async def url(self) -> str:
        """Of the socket. Raises TransportError."""
        return socket_url(self._url if self._address is None else await self._address())

    @contextlib.asynccontextmanager
    async def open(self, url: str, timing: Timing) -> AsyncIterator[Any]:
        """A socket to the service at ``url``. Raises what websockets does, and Impostor when it does not know the
        answer."""
        is_local = urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
        challenge = None if self._challenge is None else self._challenge()
        async with self._connect(
            url,
            additional_headers=None if challenge is None else challenge.headers,
            compression=None,
            max_size=MAX_INCOMING,
            open_timeout=timing.connect_within,
            ping_interval=timing.ping_every,
            ping_timeout=timing.pong_within,
            close_timeout=timing.close_within,
            user_agent_header=f"chat_tui/{__version__}",
            proxy=None if is_local or challenge is not None else True,
            ssl=tls_context() if challenge is not None and url.startswith("wss:") else None,
        ) as socket:
            if challenge is not None:
                proofs = [] if socket.response is None else socket.response.headers.get_all(PROOF)
                challenge.check(proofs, socket.remote_address)
            yield socket
