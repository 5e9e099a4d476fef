"""`ChatClient`: what an application sees of a chat service (contract 6.1)."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from chat_tui.client.commands.channels import Channels
from chat_tui.client.commands.horizons import Horizons
from chat_tui.client.commands.messages import Messages
from chat_tui.client.commands.push import Push
from chat_tui.client.commands.typing import TypingIndicators
from chat_tui.client.events import Event, EventStream, EventStreams, FaultEvents
from chat_tui.client.link.connection import Connection, ConnectionHandlers
from chat_tui.client.link.endpoint import Address, Connect, Endpoint
from chat_tui.client.link.timing import Timing
from chat_tui.client.link.token_source import TokenSource
from chat_tui.client.model import Channel, ConnectionState, Message, User, UserDescriptor
from chat_tui.client.persistence import Persistence
from chat_tui.client.state.client_state import ClientState
from chat_tui.client.state.open_channel import OpenChannel
from chat_tui.protocol.errors import ChatError
from chat_tui.protocol.proof import Challenges
from chat_tui.tasks import Tasks

STEP_WITHIN = 3.0
"""Seconds for a step of closing."""

_log = logging.getLogger(__name__)


class ChatClient:
    """A user's connection to a service, which comes back by itself and replays what was missed.

    ``url``: the service, as ``https://chat.example.com`` or its WebSocket. ``token``: an access token, or an async
    function that fetches one, which is asked again before a token runs out. ``address``, when given, is asked for the
    URL before every try to connect; ``challenge``, when given, for what a service of this machine must answer before it
    is told the token. ``keep``: a directory for what is known and for what is not sent yet, so that it
    survives the program; without one it is kept in memory. ``token_source``: a name for where tokens come from, by
    which a start finds what is kept before there is a token. ``connect`` opens a socket as websockets' own does.

    Its parts are ``channels``, ``people``, ``messages`` with their ``outbox``, ``horizons``, ``typing`` and ``push``;
    ``state`` is all that it knows. Commands raise the `ChatError` the service answers with; those that need an answer
    raise `TransportError` while there is no link. Sends wait for one.
    """

    def __init__(
        self,
        url: str,
        token: str | TokenSource,
        *,
        address: Address | None = None,
        challenge: Challenges | None = None,
        keep: Path | None = None,
        token_source: str | None = None,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.time,
        connect: Connect | None = None,
    ) -> None:
        self._streams = EventStreams()
        self._is_closed = False
        faults = FaultEvents(self._emit)
        self._tasks = Tasks(faults.work_failed, expected=(ChatError,))
        endpoint = Endpoint(url, address=address, challenge=challenge, connect=connect)
        self.link = Connection(endpoint, token, self._emit, self._tasks, timing=timing, clock=clock)
        self.state = ClientState(self.link.request, self._emit, self._tasks.spawn, clock)
        api = self.state.configuration.api
        self.people = self.state.people
        self.channels = Channels(api, self.state.channels, self._emit)
        self.channels.open.on_message = self._on_message
        self.horizons = Horizons(self.channels.set_consumption_horizon)
        connected, is_durable = self.link.ready.wait, keep is not None
        self.messages = Messages(
            api, self.channels, self.horizons, self._emit, connected, faults.outbox_not_kept, is_durable=is_durable
        )
        self.outbox = self.messages.outbox
        self.typing = TypingIndicators(api, self.channels, self._emit)
        self.push = Push(self.link.request)
        self.persistence = Persistence(keep, token_source, self.state, self.outbox, faults, self._tasks)
        self.link.handlers = ConnectionHandlers(
            catch_up=self._catch_up,
            on_lost=self.state.link_lost,
            on_unreadable=self.state.request_missing,
            on_token=self.persistence.on_token,
            on_sync=self.state.replicas.on_notification,
            on_typing=self.typing.on_notice,
        )

    # ---- life

    async def start(self) -> None:
        """Connect, and return once channels and oneself are known. Raises Unauthenticated when the token is refused."""
        await self.start_soon()

    def start_soon(self) -> Awaitable[None]:
        """Begin to connect; the answer can be awaited, or not: the client keeps trying either way. Raises RuntimeError
        after `close`: a client has one life."""
        if not self._is_closed:
            self.persistence.begin()
        return self.link.start()

    async def __aenter__(self) -> "ChatClient":
        try:
            await self.start()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Report what was read, take oneself offline, put on disk what is not sent, and end every event stream. Every
        step is done, each in a few seconds, whatever becomes of the others."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            if self.link.ready.is_set():
                await _within(1.0, self.horizons.flush, "telling how far one has read")
            await _within(STEP_WITHIN, self.horizons.close, "ending the horizons")
            await _within(STEP_WITHIN, self.link.close, "taking leave")
            await _within(STEP_WITHIN, self.persistence.wait_restored, "restoring what was kept")
            await _within(STEP_WITHIN, self.outbox.close, "closing the outbox")
            await _within(2 * STEP_WITHIN, self.link.wait_closed, "ending the link")
            await _within(STEP_WITHIN, self.typing.close, "ending the typing indicators")
            await _within(STEP_WITHIN, self._tasks.close, "ending the background work")
            await _within(2 * STEP_WITHIN, self.persistence.close, "closing what is kept")
        finally:
            self._streams.close()

    def reconnect_now(self) -> None:
        """Do not wait for the next try; after a denial, try once more."""
        self.link.reconnect_now()

    async def update_token(self, token: str) -> None:
        """Renew the token on the same socket, or connect again after a denial. Raises Unauthenticated when it is
        refused."""
        await self.link.update_token(token)

    # ---- what it is and knows

    @property
    def connection(self) -> ConnectionState:
        return self.link.state

    @property
    def user(self) -> User:
        """Oneself."""
        return self.state.user

    @property
    def identity(self) -> str:
        return self.user.identity

    @property
    def reachability_enabled(self) -> bool:
        """Whether the service keeps reachability (contract R22)."""
        return self.state.configuration.reachability_enabled

    @property
    def read_status_enabled(self) -> bool:
        """Whether the service keeps horizons (contract S16)."""
        return self.state.configuration.read_status_enabled

    @property
    def date_known(self) -> float | None:
        """When what is shown was so, in seconds since 1970, if it is from an earlier start; the link makes it live."""
        return self.state.date_known

    async def open_channel(self, channel: Channel) -> OpenChannel:
        """Follow a channel's messages and members; the last ten opened stay up to date."""
        return await self.channels.open(channel)

    async def get_user(self, identity: str) -> User:
        """A user whose changes arrive as `UserUpdated` from now on. Raises NotFound."""
        return await self.people.get(identity)

    async def get_user_descriptor(self, identity: str) -> UserDescriptor:
        """A snapshot of a user. Raises NotFound."""
        return await self.people.descriptor(identity)

    async def update_user(self, **fields: str) -> None:
        """Change one's own ``friendly_name`` or ``attributes`` (a string of JSON)."""
        await self.state.configuration.api("POST", "current_user", json=fields)

    # ---- events

    def events(self) -> EventStream:
        """Everything that happens from now on; every consumer has its own stream, for as long as it holds it."""
        return self._streams.open()

    def _emit(self, event: Event) -> None:
        self._streams.emit(event)
        if not self._is_closed:
            self.persistence.touch()

    def _on_message(self, channel: Channel, message: Message) -> None:
        self.typing.ended(channel, message.author)
        if message.author == self.identity:
            self.outbox.recognise(message)
            self.typing.sent(channel.sid)

    async def _catch_up(self) -> None:
        await self.persistence.is_restored.wait()
        await self.state.catch_up()
        self.horizons.resume()


async def _within(seconds: float, step: Callable[[], Awaitable[None]], name: str) -> None:
    try:
        async with asyncio.timeout(seconds):
            await step()
    except Exception as error:
        _log.warning("%s failed: %s", name, error or type(error).__name__)
