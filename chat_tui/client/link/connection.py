"""The link of a client as its owner sees it: begun, up, lost, denied, and the token it lives on."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

import msgspec

from chat_tui.client.events import ConnectionChanged, TokenAboutToExpire, TokenExpired
from chat_tui.client.link.endpoint import Endpoint
from chat_tui.client.link.timing import Timing
from chat_tui.client.link.token_source import TokenSource
from chat_tui.client.link.transport import Transport, TransportListener
from chat_tui.client.model import ConnectionState, Phase
from chat_tui.client.ports import Emit, Request
from chat_tui.protocol.errors import Code, TransportError, Unauthenticated
from chat_tui.tasks import AGAIN_AFTER, Tasks, is_asked_to_end, shared

LINK_ENDS_WITHIN = 3.0
"""Seconds a link has to end by itself, once it should."""

_log = logging.getLogger(__name__)


class ConnectionHandlers(msgspec.Struct, frozen=True):
    """What becomes of what a link brings. ``catch_up``: it is up, and nobody has been told yet; raises ChatError when
    it breaks meanwhile. ``on_lost``: it is gone. ``on_unreadable``: something could not be read, and may be missing.
    ``on_token``: one is about to be used. The others get payloads of notifications."""

    catch_up: Callable[[], Awaitable[None]]
    on_lost: Callable[[], None]
    on_unreadable: Callable[[], None]
    on_token: Callable[[str], None]
    on_sync: Callable[[bytes], None]
    on_typing: Callable[[bytes], None]


class Connection(TransportListener):
    """Comes back by itself. ``ready`` is set while what is known is up to date; ``tasks`` holds what runs. It has
    one life: after `close` there is no other. ``handlers`` are set before it starts."""

    handlers: ConnectionHandlers

    def __init__(
        self,
        endpoint: Endpoint,
        token: str | TokenSource,
        emit: Emit,
        tasks: Tasks,
        *,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._given_token = token
        self._emit = emit
        self._tasks = tasks
        self._transport = Transport(endpoint, self._next_token, self, timing=timing, clock=clock)
        self.request: Request = self._transport.request
        self.ready = asyncio.Event()
        self._initialised: asyncio.Future[None] | None = None
        self._running: asyncio.Task[None] | None = None
        self._warned_of: object = None
        self._is_closed = False

    async def _next_token(self) -> str:
        given = self._given_token
        token = given if isinstance(given, str) else await given()
        self.handlers.on_token(token)
        return token

    # ---- what the owner does

    @property
    def state(self) -> ConnectionState:
        return self._transport.state

    def start(self) -> "asyncio.Future[None]":
        """Begin to connect, if that is not begun; done once everything is known, failed with Unauthenticated when the
        token is refused, with TransportError when it is closed first. Raises RuntimeError after `close`."""
        if self._is_closed:
            raise RuntimeError("this client is closed: make a new one")
        if self._initialised is None or self._is_over:
            self._initialised = asyncio.get_running_loop().create_future()
            self._initialised.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._running = self._tasks.spawn(self._run(), "the link")
        return shared(self._initialised)

    async def _run(self) -> None:
        while True:
            try:
                await self._transport.run()
            except (Exception, asyncio.CancelledError) as error:
                if isinstance(error, asyncio.CancelledError) and is_asked_to_end():
                    raise
                _log.exception("the link ended by an error in this program")
                await asyncio.sleep(AGAIN_AFTER)
            else:
                return

    @property
    def _is_over(self) -> bool:
        return self._running is not None and self._running.done()

    def reconnect_now(self) -> None:
        """Do not wait for the next try; after a denial, try once more."""
        if self._is_over and self.state.phase is Phase.DENIED and not self._is_closed:
            self.start()
        self._transport.retry_now()

    async def update_token(self, token: str) -> None:
        """Renew on the same socket, or connect again after a denial. Raises Unauthenticated when it is refused, and
        RuntimeError after `close`."""
        if self._is_closed:
            raise RuntimeError("this client is closed: make a new one")
        before, self._given_token = self._given_token, token
        try:
            await self._transport.update_token(token)
        except Unauthenticated:
            self._given_token = before
            raise
        if self._is_over:
            await self.start()

    async def close(self) -> None:
        """End cleanly, within bounds."""
        self._is_closed = True
        if self._initialised is not None and not self._initialised.done():
            self._initialised.set_exception(TransportError("the client was closed", Code.UNAVAILABLE))
        await self._transport.close()

    async def wait_closed(self) -> None:
        """Return once nothing runs any more; what does not end by itself is ended."""
        if self._running is not None:
            await asyncio.wait([self._running], timeout=LINK_ENDS_WITHIN)
            self._running.cancel()
            await asyncio.wait([self._running], timeout=LINK_ENDS_WITHIN)

    # ---- what the transport tells

    async def on_connected(self) -> None:
        await self.handlers.catch_up()
        self.ready.set()
        if self._initialised is not None and not self._initialised.done():
            self._initialised.set_result(None)

    def on_lost(self) -> None:
        self.ready.clear()
        self.handlers.on_lost()

    def on_unreadable(self) -> None:
        self.handlers.on_unreadable()

    def on_state(self, state: ConnectionState) -> None:
        if state.phase is Phase.DENIED and self._initialised is not None and not self._initialised.done():
            refusal = Unauthenticated(state.reason or "denied", state.code or Code.UNAUTHENTICATED)
            self._initialised.set_exception(refusal)
        self._emit(ConnectionChanged(state))

    def on_sync(self, payload: bytes) -> None:
        self.handlers.on_sync(payload)

    def on_typing(self, payload: bytes) -> None:
        self.handlers.on_typing(payload)

    def on_token(self, *, expired: bool) -> None:
        if expired:
            self._emit(TokenExpired())
        elif not isinstance(self._given_token, str):
            self._transport.renew()
        elif self._warned_of != self._given_token:
            self._warned_of = self._given_token  # once for each
            self._emit(TokenAboutToExpire())
