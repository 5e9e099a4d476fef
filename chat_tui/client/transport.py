"""One socket to the service: connects, authenticates, carries requests and notifications, and comes back by itself."""

import asyncio
import contextlib
import itertools
import secrets
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException

from chat_tui import __version__
from chat_tui.client.backoff import Backoff
from chat_tui.client.timing import Timing
from chat_tui.protocol.errors import ChatError, Code, TransportError, Unauthenticated, from_answer
from chat_tui.protocol.proof import PROOF, Challenges
from chat_tui.protocol.tokens import token_expiry
from chat_tui.protocol.twilsock import (
    NOTIFICATION_SYNC,
    NOTIFICATION_TYPING,
    OK,
    PATH,
    Header,
    HttpRequest,
    Packet,
    PacketError,
    Status,
    decode,
    encode,
    encode_json,
)

MAX_INCOMING = 8 * 1024 * 1024
"""Bytes of one packet: a page of items."""

TokenSource = Callable[[], Awaitable[str]]
Address = Callable[[], Awaitable[str]]


class Phase(StrEnum):
    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"
    DENIED = "denied"
    CLOSED = "closed"


class ConnectionState(msgspec.Struct, frozen=True):
    """``since``: when this trouble or this link began; ``retry_at``: when the next try is due, while waiting; both in
    seconds since 1970. ``reason``: why there is no link; ``code``: the service's, when it denied the token."""

    phase: Phase
    since: float
    retry_at: float | None = None
    reason: str | None = None
    code: int | None = None


class Offloaded(TransportError):
    """The service asked for a reconnect after ``delay`` seconds."""

    def __init__(self, delay: float) -> None:
        super().__init__("the service asked to reconnect")
        self.delay = delay


def socket_url(url: str) -> str:
    """The realtime socket of a service: ``http(s)://host`` becomes ``ws(s)://host/v3/wsconnect``."""
    parts = urlsplit(url)
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    path = PATH if parts.path in ("", "/") else parts.path
    return urlunsplit((scheme, parts.netloc, path, "", ""))


class Listener:
    """What a transport tells its owner."""

    async def on_connected(self) -> None:
        """The link is up again: catch up. A ChatError here ends the link, and it is tried again."""

    def on_lost(self) -> None:
        """The link is gone: requests fail from now on."""

    def on_state(self, state: ConnectionState) -> None: ...
    def on_sync(self, payload: bytes) -> None: ...
    def on_typing(self, payload: bytes) -> None: ...
    def on_token(self, *, expired: bool) -> None: ...


class Transport:
    """``address`` is asked for the service's URL before every try; ``tokens`` for a token when one is needed.
    ``challenge``, for a service of this machine, is asked for a question before every try; what does not know the
    answer is told nothing."""

    def __init__(
        self,
        address: Address,
        tokens: TokenSource,
        listener: Listener,
        *,
        challenge: Challenges | None = None,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._address = address
        self._challenge = challenge
        self._tokens = tokens
        self._listener = listener
        self._timing = timing or Timing()
        self._backoff = Backoff(self._timing)
        self._clock = clock
        self._token: str | None = None
        self._token_is_new = True
        self._socket: ClientConnection | None = None
        self._answers: dict[str, asyncio.Future[Packet]] = {}
        self._ids = itertools.count(1)
        self._prefix = "TM" + secrets.token_hex(12)
        self._acks: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._hurry = asyncio.Event()
        self._closing = False
        self.state = ConnectionState(Phase.CONNECTING, clock())

    # ---- the life of the link

    async def run(self) -> None:
        """Keep a link until `close`, or until the service denies the token. Raises nothing."""
        while not self._closing:
            began = self._clock()
            try:
                await self._live_once()
                reason, delay = "the link was closed", None
            except Offloaded as error:
                reason, delay = error.message, error.delay
            except Unauthenticated as error:
                self._token = None
                if not self._token_is_new:
                    continue  # it was good once: a fresh one may be again
                self._set(Phase.DENIED, error.message, error.code)
                if error.code == Code.TOKEN_EXPIRED:
                    self._listener.on_token(expired=True)
                return
            except (ChatError, OSError, WebSocketException, EOFError, TimeoutError) as error:
                reason, delay = _why(error), None
            except Exception as error:  # a fault of ours must not leave anybody without a word
                reason, delay = f"an error in this program ({type(error).__name__})", None
            if self._closing:
                break
            if self.state.phase is Phase.CONNECTED:
                self._backoff.was_connected(self._clock() - began)
            await self._wait(self._backoff.next_delay() if delay is None else delay, reason)
        self._set(Phase.CLOSED)

    async def _wait(self, delay: float, reason: str) -> None:
        now = self._clock()
        since = self.state.since if self.state.phase in (Phase.WAITING, Phase.CONNECTING) else now
        self.state = ConnectionState(Phase.WAITING, since, now + delay, reason)
        self._listener.on_state(self.state)
        self._hurry.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), delay)

    def hurry(self) -> None:
        """Try again now instead of when the next try is due."""
        self._hurry.set()

    def _set(self, phase: Phase, reason: str | None = None, code: int | None = None) -> None:
        self.state = ConnectionState(phase, self._clock(), reason=reason, code=code)
        self._listener.on_state(self.state)

    async def _live_once(self) -> None:
        """Connect, authenticate, and serve until the link ends."""
        url = socket_url(await self._address())
        token = await self._fresh_token()
        is_local = urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
        challenge = None if self._challenge is None else self._challenge()
        async with connect(
            url,
            additional_headers=None if challenge is None else challenge.headers,
            compression=None,
            max_size=MAX_INCOMING,
            open_timeout=self._timing.connect_within,
            ping_interval=self._timing.ping_every,
            ping_timeout=self._timing.pong_within,
            close_timeout=self._timing.close_within,
            user_agent_header=f"chat_tui/{__version__}",
            proxy=None if is_local or challenge is not None else True,
        ) as socket:
            if challenge is not None:
                proofs = [] if socket.response is None else socket.response.headers.get_all(PROOF)
                challenge.check(proofs, socket.remote_address)
            self._socket = socket
            reading = asyncio.create_task(self._read(socket))
            reading.add_done_callback(lambda _: self._fail_answers())
            try:
                await self._initialise(token)
                if self._closing:
                    return
                await self._listener.on_connected()
                self._set(Phase.CONNECTED)
                await reading
            except TransportError:
                if reading.done() and not reading.cancelled():
                    reading.result()  # why the link broke says more than that it did
                raise
            finally:
                self._socket = None
                self._listener.on_lost()
                reading.cancel()
                await asyncio.wait([reading])

    async def _initialise(self, token: str) -> None:
        header = Header(
            "init",
            token=str(token),  # a subclass that hides itself in reports cannot be encoded
            capabilities=["client_update"],
            metadata={"ver": "3.0", "env": "python", "type": "chat", "sdk": "chat_tui", "sdkv": __version__},
            registrations=[
                {
                    "product": "ip_messaging",
                    "type": "ers",
                    "notification_protocol_version": 0,
                    "message_types": [NOTIFICATION_TYPING, NOTIFICATION_SYNC],
                }
            ],
        )
        self._check((await self._exchange(header)).header.status)

    @staticmethod
    def _check(status: Status | None) -> None:
        """Raises Unauthenticated, or ChatError, for a reply that is not a success."""
        if status is None or status.code < 300:
            return
        message = status.description or status.status
        if status.code in (401, 403, 410):
            raise Unauthenticated(message, status.errorCode or Code.UNAUTHENTICATED)
        raise from_answer(status.code, {"code": status.errorCode, "message": message})

    async def close(self) -> None:
        """End cleanly: the service takes us offline at once (guarantees, "Reachability over time")."""
        self._closing = True
        self._hurry.set()
        socket = self._socket
        if socket is not None:
            with contextlib.suppress(WebSocketException, OSError):
                await socket.send(encode(Header("close", self._next_id(), status=Status(200))))
                await socket.close()

    # ---- tokens

    async def _fresh_token(self) -> str:
        if self._token is not None:
            expiry = token_expiry(self._token)
            if expiry is not None and expiry - self._clock() < self._timing.renew_before:
                self._token = None
        self._token_is_new = self._token is None
        if self._token is None:
            self._token = await self._tokens()
        return self._token

    async def update_token(self, token: str) -> None:
        """Renew on the same socket. Raises Unauthenticated when the service refuses it."""
        self._token = token
        if self._socket is not None:
            self._check((await self._exchange(Header("update", token=str(token)))).header.status)

    async def renew(self) -> None:
        """Fetch another token from the source, and hand it over."""
        await self.update_token(await self._tokens())

    # ---- requests

    def _next_id(self) -> str:
        return f"{self._prefix}{next(self._ids):08x}"

    async def _exchange(self, header: Header, body: Any = None) -> Packet:
        """The reply to a packet. Raises TransportError when the link breaks or nothing comes."""
        socket = self._socket
        if socket is None:
            raise TransportError("there is no link to the service", Code.UNAVAILABLE)
        header.id = self._next_id()
        answer: asyncio.Future[Packet] = asyncio.get_running_loop().create_future()
        self._answers[header.id] = answer
        try:
            await socket.send(encode(header, body) if isinstance(body, bytes) else _encoded(header, body))
            async with asyncio.timeout(self._timing.answer_within):
                return await answer
        except TimeoutError:
            raise TransportError("the service does not answer", Code.UNAVAILABLE) from None
        except (WebSocketException, OSError):
            raise TransportError("the link broke", Code.UNAVAILABLE) from None
        finally:
            self._answers.pop(header.id, None)
            if answer.done() and not answer.cancelled():
                answer.exception()  # seen: when the send itself failed, nobody else looks

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: dict[str, Any] | None = None,
        json: Any = None,
        form: bytes | None = None,
        mutation_id: str | None = None,
    ) -> Any:
        """The JSON body of the answer to a tunnelled request. Raises the ChatError it stands for, or TransportError."""
        parts = urlsplit(url)
        headers = {"Content-Type": "application/json" if form is None else "application/x-www-form-urlencoded"}
        if mutation_id is not None:
            headers["X-Twilio-Mutation-Id"] = mutation_id
        request = HttpRequest(parts.netloc, parts.path, method, params or {}, headers)
        header = Header("message", http_request=request, active_grant="ip_messaging")
        reply = await self._exchange(header, form if form is not None else json)
        self._check(reply.header.status)
        try:
            body = reply.json()
        except PacketError as error:
            raise TransportError(f"the service answered nonsense: {error}") from None
        status = reply.header.http_status
        if status is not None and status.code >= 300:
            raise from_answer(status.code, body)
        return body

    # ---- incoming

    async def _read(self, socket: ClientConnection) -> None:
        async for data in socket:
            try:
                packet = decode(data if isinstance(data, bytes) else data.encode())
            except PacketError as error:
                raise TransportError(f"the service sent nonsense: {error}") from None
            self._receive(packet)

    def _receive(self, packet: Packet) -> None:
        header = packet.header
        if header.method == "reply":
            answer = self._answers.get(header.id)
            if answer is not None and not answer.done():
                answer.set_result(packet)
            return
        self._acknowledge(header.id)
        if header.method == "notification":
            if header.message_type == NOTIFICATION_SYNC:
                self._listener.on_sync(packet.payload)
            elif header.message_type == NOTIFICATION_TYPING:
                self._listener.on_typing(packet.payload)
        elif header.method == "client_update" and header.client_update_type == "token_about_to_expire":
            self._listener.on_token(expired=False)
        elif header.method == "close":
            self._on_close(packet)

    def _on_close(self, packet: Packet) -> None:
        status = packet.header.status or Status(308)
        if status.code == 308:
            policy = packet.json() or {}
            raise Offloaded(policy.get("backoff_policy", {}).get("reconnect_min_ms", 1000) / 1000)
        if status.code == 410:
            self._token = None
            raise TransportError("the access token expired")
        raise Unauthenticated(status.description or status.status, status.errorCode or Code.UNAUTHENTICATED)

    def _acknowledge(self, packet_id: str) -> None:
        """Say 200 to what the service sent, several at a time."""
        self._acks.append(packet_id)
        if len(self._acks) == 1:
            self._spawn(self._flush_acks())

    async def _flush_acks(self) -> None:
        socket = self._socket
        acks, self._acks = self._acks, []
        with contextlib.suppress(WebSocketException, OSError):
            for packet_id in acks:
                if socket is not None:
                    await socket.send(encode(Header("reply", packet_id, status=OK)))

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _fail_answers(self) -> None:
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(TransportError("the link broke", Code.UNAVAILABLE))


def _encoded(header: Header, body: Any) -> bytes:
    return encode(header) if body is None else encode_json(header, body)


def _why(error: BaseException) -> str:
    """A broken link in words for people."""
    if isinstance(error, ChatError):
        return error.message
    if isinstance(error, ConnectionRefusedError):
        return "nobody answers there"
    if isinstance(error, TimeoutError):
        return "the service does not answer"
    if isinstance(error, InvalidURI):
        return "the address is not a URL"
    if isinstance(error, InvalidHandshake):
        return "the address answers, but not as a chat service"
    return "the link broke"
