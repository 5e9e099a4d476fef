"""HTTP to a service of this machine: on each connection it proves itself before it is told anything."""

import asyncio
from typing import Any

import httpcore
import httpx

from chat_tui.protocol.proof import MAX_HEAD, WITHIN, Challenges, Impostor, tls_context

_BROKEN = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.ConnectionNotAvailable)


class ProvenTransport(httpx.AsyncBaseTransport):
    """Requests raise Impostor when something else answers, httpx.TransportError when nothing does."""

    def __init__(self, challenge: Challenges) -> None:
        backend = _ProvingBackend(httpcore.AnyIOBackend(), challenge)
        self._pool = httpcore.AsyncConnectionPool(ssl_context=tls_context(), network_backend=backend)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        asked = httpcore.Request(
            request.method,
            target,
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            answer = await self._pool.handle_async_request(asked)
            try:
                content = await answer.aread()
            finally:
                await answer.aclose()
        except _BROKEN as error:
            raise httpx.TransportError(str(error)) from error
        return httpx.Response(answer.status, headers=answer.headers, content=content)

    async def aclose(self) -> None:
        await self._pool.aclose()


class _ProvingBackend(httpcore.AsyncNetworkBackend):
    """No connection of another backend comes through it unproven."""

    def __init__(self, inner: httpcore.AsyncNetworkBackend, challenge: Challenges) -> None:
        self._inner = inner
        self._challenge = challenge

    async def connect_tcp(self, host: str, port: int, *args: Any, **named: Any) -> httpcore.AsyncNetworkStream:
        return _UnprovenStream(await self._inner.connect_tcp(host, port, *args, **named), self._challenge)

    async def connect_unix_socket(self, *args: Any, **named: Any) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("a local service has no such socket")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _UnprovenStream(httpcore.AsyncNetworkStream):
    """Proves itself with the first thing that is written, which TLS, if there is any, comes before."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, challenge: Challenges) -> None:
        self._inner = inner
        self._challenge = challenge
        self._is_proven = False

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        if not self._is_proven:
            await self._prove()
        await self._inner.write(buffer, timeout)

    async def _prove(self) -> None:
        challenge, head = self._challenge(), b""
        try:
            async with asyncio.timeout(WITHIN):
                await self._inner.write(challenge.request)
                while b"\r\n\r\n" not in head and len(head) < MAX_HEAD:
                    more = await self._inner.read(MAX_HEAD)
                    if not more:
                        break
                    head += more
        except TimeoutError:
            raise Impostor from None
        challenge.check_head(head, self._inner.get_extra_info("server_addr"))
        self._is_proven = True

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        return await self._inner.read(max_bytes, timeout)

    async def start_tls(self, *args: Any, **named: Any) -> httpcore.AsyncNetworkStream:
        return _UnprovenStream(await self._inner.start_tls(*args, **named), self._challenge)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
