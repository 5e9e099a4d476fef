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
from chat_tui.client.events import DamageSetAside, Event, EventStream, EventStreams, OutboxNotKept, WorkFailed
from chat_tui.client.link.connection import Connection, Hearer
from chat_tui.client.link.timing import Timing
from chat_tui.client.link.token_source import TokenSource
from chat_tui.client.link.transport import Address, Connect
from chat_tui.client.model import Channel, ConnectionState, Message, User, UserDescriptor
from chat_tui.client.persistence import Persistence
from chat_tui.client.state.client_state import ClientState
from chat_tui.client.state.open_channel import OpenChannel
from chat_tui.protocol.errors import ChatError
from chat_tui.protocol.proof import Challenges
from chat_tui.tasks import Tasks

CLOSE_WITHIN = 3.0
"""Seconds for a step of closing."""

MAX_REASON = 200
"""Characters of what is said of an error."""

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
        self._tasks = Tasks(self._on_failure, expected=(ChatError,))
        self._is_closed = False
        hearer = Hearer(
            self._catch_up, self._on_lost, self._on_nonsense, self._on_token, self._on_sync, self._on_typing
        )
        self.link = Connection(
            url,
            token,
            hearer,
            self._emit,
            self._tasks,
            address=address,
            challenge=challenge,
            timing=timing,
            clock=clock,
            connect=connect,
        )
        self.state = ClientState(self.link.request, self._emit, self._tasks.spawn, clock)
        api = self.state.configuration.api
        self.people = self.state.people
        self.channels = Channels(api, self.state.channels, self._emit)
        self.channels.open.on_message = self._on_message
        self.horizons = Horizons(self.channels.set_consumption_horizon)
        self.messages = Messages(
            api,
            self.channels,
            self.horizons,
            self._emit,
            self.link.ready.wait,
            self._on_not_kept,
            is_durable=keep is not None,
        )
        self.outbox = self.messages.outbox
        self.typing = TypingIndicators(api, self.channels, self._emit)
        self.push = Push(self.link.request)
        self.persistence = Persistence(
            keep, token_source, self.state, self.outbox, self._on_not_kept, self._on_damage, self._tasks
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
            for name, step, seconds in self._last_steps():
                await _within(seconds, step, name)
        finally:
            self._streams.close()

    def _last_steps(self) -> list[tuple[str, Callable[[], Awaitable[None]], float]]:
        return [
            *([("telling how far one has read", self.horizons.flush, 1.0)] if self.link.ready.is_set() else []),
            ("ending the horizons", self.horizons.close, CLOSE_WITHIN),
            ("taking leave", self.link.close, CLOSE_WITHIN),
            ("restoring what was kept", self.persistence.settled, CLOSE_WITHIN),
            ("closing the outbox", self.outbox.close, CLOSE_WITHIN),
            ("ending the link", self.link.closed, 2 * CLOSE_WITHIN),
            ("ending the typing indicators", self.typing.close, CLOSE_WITHIN),
            ("ending the background work", self._tasks.close, CLOSE_WITHIN),
            ("closing what is kept", self.persistence.close, 2 * CLOSE_WITHIN),
        ]

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

    def _on_not_kept(self, reason: str) -> None:
        self._emit(OutboxNotKept(reason))

    def _on_damage(self, what: str) -> None:
        self._emit(DamageSetAside(what))

    def _on_failure(self, name: str, error: BaseException) -> None:
        self._emit(WorkFailed(name, f"{type(error).__name__}: {error}"[:MAX_REASON]))

    def _on_message(self, channel: Channel, message: Message) -> None:
        self.typing.ended(channel, message.author)
        if message.author == self.identity:
            self.outbox.recognise(message)
            self.typing.sent(channel.sid)

    # ---- what the link brings

    async def _catch_up(self) -> None:
        await self.persistence.is_restored.wait()
        await self.state.catch_up()
        self.horizons.resume()

    def _on_lost(self) -> None:
        self.state.link_lost()

    def _on_nonsense(self) -> None:
        self.state.doubt()

    def _on_token(self, token: str) -> None:
        self.persistence.on_token(token)

    def _on_sync(self, payload: bytes) -> None:
        self.state.replicas.on_notification(payload)

    def _on_typing(self, payload: bytes) -> None:
        self.typing.on_notice(payload)


async def _within(seconds: float, step: Callable[[], Awaitable[None]], name: str) -> None:
    try:
        async with asyncio.timeout(seconds):
            await step()
    except Exception as error:
        _log.warning("%s failed: %s", name, error or type(error).__name__)
