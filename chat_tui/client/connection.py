"""The link of a client as its owner sees it: begun, up, lost, denied, and the token it lives on."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from chat_tui.client.events import ConnectionChanged, TokenAboutToExpire, TokenExpired
from chat_tui.client.people import Emit
from chat_tui.client.sync import Request, Spawn
from chat_tui.client.timing import Timing
from chat_tui.client.transport import Address, ConnectionState, Listener, Phase, TokenSource, Transport
from chat_tui.protocol.errors import Code, Unauthenticated
from chat_tui.protocol.proof import Challenges


class Hearer(NamedTuple):
    """What becomes of what a link brings. ``catch_up``: it is up, and nobody has been told yet; raises ChatError when
    it breaks meanwhile. ``on_token``: one is about to be used. The others get payloads of notifications."""

    catch_up: Callable[[], Awaitable[None]]
    on_token: Callable[[str], None]
    on_sync: Callable[[bytes], None]
    on_typing: Callable[[bytes], None]


class Connection(Listener):
    """Comes back by itself. ``ready`` is set while what is known is up to date; ``spawn`` does work nobody awaits."""

    def __init__(
        self,
        url: str,
        token: str | TokenSource,
        hearer: Hearer,
        emit: Emit,
        spawn: Spawn,
        *,
        address: Address | None = None,
        challenge: Challenges | None = None,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url = url
        self._given_token = token
        self._hearer = hearer
        self._emit = emit
        self._spawn = spawn
        self._transport = Transport(
            address or self._same_address, self._next_token, self, challenge=challenge, timing=timing, clock=clock
        )
        self.request: Request = self._transport.request
        self.ready = asyncio.Event()
        self._initialised: asyncio.Future[None] | None = None
        self._running: asyncio.Task[None] | None = None

    async def _same_address(self) -> str:
        return self._url

    async def _next_token(self) -> str:
        given = self._given_token
        token = given if isinstance(given, str) else await given()
        self._hearer.on_token(token)
        return token

    # ---- what the owner does

    @property
    def state(self) -> ConnectionState:
        return self._transport.state

    def start(self) -> "asyncio.Future[None]":
        """Begin to connect; done once everything is known, failed with Unauthenticated when the token is refused."""
        self._initialised = asyncio.get_running_loop().create_future()
        self._initialised.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._running = asyncio.create_task(self._transport.run(), name="transport")
        return self._initialised

    @property
    def _is_over(self) -> bool:
        return self._running is not None and self._running.done()

    def reconnect_now(self) -> None:
        """Do not wait for the next try; after a denial, try once more."""
        if self._is_over and self.state.phase is Phase.DENIED:
            self.start()
        self._transport.hurry()

    async def update_token(self, token: str) -> None:
        """Renew on the same socket, or connect again after a denial. Raises Unauthenticated."""
        self._given_token = token
        if self._is_over:
            await self.start()
        else:
            await self._transport.update_token(token)

    async def close(self) -> None:
        """End cleanly."""
        await self._transport.close()

    async def closed(self) -> None:
        """Return once nothing runs any more."""
        if self._running is not None:
            await asyncio.wait([self._running])

    # ---- what the transport tells

    async def on_connected(self) -> None:
        await self._hearer.catch_up()
        self.ready.set()
        if self._initialised is not None and not self._initialised.done():
            self._initialised.set_result(None)

    def on_lost(self) -> None:
        self.ready.clear()

    def on_state(self, state: ConnectionState) -> None:
        if state.phase is Phase.DENIED and self._initialised is not None and not self._initialised.done():
            refusal = Unauthenticated(state.reason or "denied", state.code or Code.UNAUTHENTICATED)
            self._initialised.set_exception(refusal)
        self._emit(ConnectionChanged(state))

    def on_sync(self, payload: bytes) -> None:
        self._hearer.on_sync(payload)

    def on_typing(self, payload: bytes) -> None:
        self._hearer.on_typing(payload)

    def on_token(self, *, expired: bool) -> None:
        if expired:
            self._emit(TokenExpired())
        elif isinstance(self._given_token, str):
            self._emit(TokenAboutToExpire())
        else:
            self._spawn(self._transport.renew())
