"""One socket to the service: connects, authenticates, carries requests and notifications, and comes back by itself
(contract 7.1)."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException

from chat_tui import __version__
from chat_tui.client.link.backoff import Backoff
from chat_tui.client.link.endpoint import Endpoint
from chat_tui.client.link.exchange import Exchange, refusal
from chat_tui.client.link.timing import Timing
from chat_tui.client.link.token_source import TokenManager, TokenSource, check_token
from chat_tui.client.model import ConnectionState, Phase
from chat_tui.protocol.errors import ChatError, Code, TransportError, Unauthenticated
from chat_tui.protocol.twilsock import NOTIFICATION_SYNC, NOTIFICATION_TYPING, Header, Packet, Status
from chat_tui.protocol.untrusted import Malformed, decode
from chat_tui.tasks import Tasks, is_asked_to_end

if TYPE_CHECKING:
    from chat_tui.protocol.api_shapes import ClientMetadata, NoticeRegistration

_ENDS = (ChatError, OSError, WebSocketException, EOFError, TimeoutError)
"""How links end."""

_log = logging.getLogger(__name__)


class Offloaded(TransportError):
    """The service asked for a reconnect after ``delay`` seconds."""

    def __init__(self, delay: float) -> None:
        super().__init__("the service asked to reconnect")
        self.delay = delay


class _Pause(msgspec.Struct):
    reconnect_min_ms: float = 1000.0


class _Policy(msgspec.Struct):
    backoff_policy: _Pause = msgspec.field(default_factory=_Pause)


class TransportListener:
    """What a transport tells its owner."""

    async def on_connected(self) -> None:
        """The link is up again: catch up. A ChatError here ends the link, and it is tried again."""

    def on_lost(self) -> None:
        """The link is gone: requests fail from now on."""

    def on_unreadable(self) -> None:
        """Something came that could not be read, and was left out."""

    def on_state(self, state: ConnectionState) -> None: ...
    def on_sync(self, payload: bytes) -> None: ...
    def on_typing(self, payload: bytes) -> None: ...
    def on_token(self, *, expired: bool) -> None: ...


class Transport:
    """``endpoint`` is asked where the service is before every try; ``tokens`` for a token when one is needed."""

    def __init__(
        self,
        endpoint: Endpoint,
        tokens: TokenSource,
        listener: TransportListener,
        *,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._endpoint = endpoint
        self._listener = listener
        self._timing = timing or Timing()
        self._backoff = Backoff(self._timing)
        self._clock = clock
        self._token_manager = TokenManager(tokens, self._timing, clock=clock)
        self._exchange: Exchange | None = None
        self._tasks = Tasks(expected=_ENDS)
        self._renewing: asyncio.Task[None] | None = None
        self._retry_now = asyncio.Event()
        self._closing = False
        self.state = ConnectionState(Phase.CONNECTING, clock())

    # ---- the life of the link

    async def run(self) -> None:
        """Until `close`, or until the service denies the token. Raises nothing."""
        while not self._closing:
            began = time.monotonic()
            reason, delay = await self._run_once()
            if self._closing or self.state.phase is Phase.DENIED:
                break
            if self.state.phase is Phase.CONNECTED:
                self._backoff.was_connected(time.monotonic() - began)
            if reason is not None:
                await self._wait(max(self._backoff.next_delay(), delay), reason)
        if self._closing:
            self._set(Phase.CLOSED)

    async def _run_once(self) -> tuple[str | None, float]:
        """One link, until it ends: why it did, and how long the service asks to wait; without a reason the next one
        may be tried at once. Raises nothing."""
        try:
            await self._connect_and_serve()
        except Offloaded as error:
            return error.message, error.delay
        except Unauthenticated as error:
            self._token_manager.refused()
            if not self._token_manager.is_new:
                return None, 0.0  # it was good once: a fresh one may be again
            self._set(Phase.DENIED, error.message, error.code)
            if error.code == Code.TOKEN_EXPIRED:
                self._listener.on_token(expired=True)
        except _ENDS as error:
            return _in_words(error), 0.0
        except (Exception, asyncio.CancelledError) as error:  # a fault of ours must not leave anybody without a word
            if isinstance(error, asyncio.CancelledError) and is_asked_to_end():
                raise
            _log.exception("the link ended by an error in this program")
            return f"an error in this program ({type(error).__name__})", 0.0
        return "the link was closed", 0.0

    async def _wait(self, delay: float, reason: str) -> None:
        now = self._clock()
        since = self.state.since if self.state.phase in (Phase.WAITING, Phase.CONNECTING) else now
        self.state = ConnectionState(Phase.WAITING, since, now + delay, reason)
        self._listener.on_state(self.state)
        self._retry_now.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._retry_now.wait(), delay)

    def retry_now(self) -> None:
        """Try again now instead of when the next try is due."""
        self._retry_now.set()

    def _set(self, phase: Phase, reason: str | None = None, code: int | None = None) -> None:
        self.state = ConnectionState(phase, self._clock(), reason=reason, code=code)
        self._listener.on_state(self.state)

    async def _connect_and_serve(self) -> None:
        """Connect, authenticate, and serve until the link ends."""
        url = await self._endpoint.url()
        token = await self._token_manager.for_link()
        async with self._endpoint.open(url, self._timing) as socket:
            await self._serve(
                Exchange(
                    socket,
                    self._on_notice,
                    self._listener.on_unreadable,
                    self._tasks,
                    within=self._timing.answer_within,
                ),
                token,
            )

    async def _serve(self, exchange: Exchange, token: str) -> None:
        self._exchange = exchange
        reading = self._tasks.spawn(exchange.read(), "reading")
        try:
            await exchange.exchange(_init(token))
            exchange.is_trusted = True
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
            self._exchange = None
            self._listener.on_lost()
            await self._tasks.close()

    async def close(self) -> None:
        """End cleanly."""
        self._closing = True
        self._retry_now.set()
        if self._exchange is not None:
            await self._exchange.say_goodbye()

    # ---- tokens

    async def update_token(self, token: str) -> None:
        """Renew on the same socket; without one, it is for the next. Raises Unauthenticated when it is refused, and
        then goes on with the one before."""
        await self._send_token(check_token(token))
        self._token_manager.adopt(token)

    async def _send_token(self, token: str) -> None:
        if self._exchange is not None:
            await self._exchange.exchange(Header("update", token=str(token)))

    def renew(self) -> None:
        """Fetch another token from the source, and hand it over: one renewal, however often the service warns."""
        if self._exchange is not None and (self._renewing is None or self._renewing.done()):
            self._renewing = self._tasks.spawn(self._token_manager.renew(self._send_token), "renewing the token")

    # ---- requests

    async def request(self, method: str, url: str, **parts: Any) -> Any:
        """The JSON body of the answer to a tunnelled request, as `Exchange.request` has it. Raises ChatError."""
        if self._exchange is None:
            raise TransportError("there is no link to the service", Code.UNAVAILABLE)
        return await self._exchange.request(method, url, **parts)

    # ---- incoming

    def _on_notice(self, packet: Packet) -> None:
        header = packet.header
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
            raise Offloaded(self._asked_to_wait(packet.payload))
        if status.code == 410:
            self._token_manager.refused()
            raise TransportError("the access token expired")
        raise refusal(status)

    def _asked_to_wait(self, payload: bytes) -> float:
        """Seconds; within reason, whatever the service says."""
        try:
            policy: _Policy = decode(payload, _Policy) if payload else _Policy()
        except Malformed:
            policy = _Policy()
        return max(0.0, min(policy.backoff_policy.reconnect_min_ms / 1000, self._timing.longest_asked))


def _init(token: str) -> Header:
    metadata: ClientMetadata = {"ver": "3.0", "env": "python", "type": "chat", "sdk": "chat_tui", "sdkv": __version__}
    notices: NoticeRegistration = {
        "product": "ip_messaging",
        "type": "ers",
        "notification_protocol_version": 0,
        "message_types": [NOTIFICATION_TYPING, NOTIFICATION_SYNC],
    }
    return Header(
        "init",
        token=str(token),  # a subclass that hides itself in reports cannot be encoded
        capabilities=["client_update"],
        metadata={**metadata},
        registrations=[notices],
    )


def _in_words(error: BaseException) -> str:
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
