"""`ChatClient`: what an application sees of a chat service."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from chat_tui.client.connection import Connection, Hearer
from chat_tui.client.events import Event, EventStream, OutboxNotKept
from chat_tui.client.horizons import Horizons
from chat_tui.client.keeping import Keeping
from chat_tui.client.knowledge import Knowledge
from chat_tui.client.messages import Messages
from chat_tui.client.model import Channel, Message, User, UserDescriptor
from chat_tui.client.open_channel import OpenChannel
from chat_tui.client.push import Push
from chat_tui.client.timing import Timing
from chat_tui.client.transport import Address, ConnectionState, TokenSource
from chat_tui.client.typing import TypingIndicators
from chat_tui.protocol.errors import ChatError
from chat_tui.protocol.proof import Challenges


class ChatClient:
    """A user's connection to a service, which comes back by itself and replays what was missed.

    ``url``: the service, as ``https://chat.example.com`` or its WebSocket. ``token``: an access token, or an async
    function that fetches one, which is asked again before a token runs out. ``address``, when given, is asked for the
    URL before every try to connect; ``challenge``, when given, for what a service of this machine must answer before it
    is told the token. ``keep``: a directory for what is known and for what is not sent yet, so that it
    survives the program; without one it is kept in memory. ``token_source``: a name for where tokens come from, by
    which a start finds what is kept before there is a token.

    Its parts are ``channels``, ``people``, ``messages`` with their ``outbox``, ``horizons``, ``typing`` and ``push``.
    Commands raise the `ChatError` the service answers with; those that need an answer raise `TransportError` while
    there is no link. Sends wait for one.
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
    ) -> None:
        self._streams: list[EventStream] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        hearer = Hearer(self._catch_up, self._on_token, self._on_sync, self._on_typing)
        self._connection = Connection(
            url,
            token,
            hearer,
            self._emit,
            self._spawn,
            address=address,
            challenge=challenge,
            timing=timing,
            clock=clock,
        )
        self._knowledge = Knowledge(self._connection.request, self._emit, self._spawn, clock)
        api = self._knowledge.configuration.api
        self.people = self._knowledge.people
        self.channels = self._knowledge.channels
        self.channels.open.on_message = self._on_message
        self.horizons = Horizons(self.channels.set_consumption_horizon)
        self.messages = Messages(
            api,
            self.channels,
            self.horizons,
            self._emit,
            self._connection.ready.wait,
            self._on_not_kept,
            is_kept=keep is not None,
        )
        self.outbox = self.messages.outbox
        self.typing = TypingIndicators(api, self.channels, self._emit)
        self.push = Push(self._connection.request)
        self._keeping = Keeping(keep, token_source, self._knowledge, self.outbox, self._on_not_kept)

    # ---- life

    async def start(self) -> None:
        """Connect, and return once channels and oneself are known. Raises Unauthenticated when the token is refused."""
        await self.start_soon()

    def start_soon(self) -> Awaitable[None]:
        """Begin to connect; the answer can be awaited, or not: the client keeps trying either way."""
        self._keeping.begin()
        return self._connection.start()

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
        """Report what was read, take oneself offline, and end every event stream."""
        if self._connection.ready.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self.horizons.flush()
        await self._connection.close()
        await self._keeping.settled()
        await self.outbox.close()
        for task in self._tasks:
            task.cancel()
        await self._connection.closed()
        await self._keeping.close()
        for stream in self._streams:
            stream.close()

    def reconnect_now(self) -> None:
        """Do not wait for the next try; after a denial, try once more."""
        self._connection.reconnect_now()

    async def update_token(self, token: str) -> None:
        """Renew the token on the same socket, or connect again after a denial. Raises Unauthenticated when it is
        refused."""
        await self._connection.update_token(token)

    # ---- what it is and knows

    @property
    def connection(self) -> ConnectionState:
        return self._connection.state

    @property
    def user(self) -> User:
        """Oneself."""
        return self._knowledge.user

    @property
    def identity(self) -> str:
        return self.user.identity

    @property
    def reachability_enabled(self) -> bool:
        """Whether the service keeps reachability (R22)."""
        return self._knowledge.configuration.reachability_enabled

    @property
    def read_status_enabled(self) -> bool:
        """Whether the service keeps horizons (S16)."""
        return self._knowledge.configuration.read_status_enabled

    @property
    def date_known(self) -> float | None:
        """When what is shown was so, in seconds since 1970, if it is from an earlier start; the link makes it live."""
        return self._knowledge.date_known

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
        await self._knowledge.configuration.api("POST", "current_user", json=fields)

    # ---- events

    def events(self) -> EventStream:
        """Everything that happens from now on; every consumer has its own stream."""
        stream = EventStream()
        self._streams.append(stream)
        return stream

    def _emit(self, event: Event) -> None:
        for stream in self._streams:
            stream.put(event)
        self._keeping.touch()

    def _on_not_kept(self, reason: str) -> None:
        self._emit(OutboxNotKept(reason))

    def _on_message(self, channel: Channel, message: Message) -> None:
        self.typing.ended(channel, message.author)
        if message.author == self.identity:
            self.outbox.recognise(message)
            self.typing.sent(channel.sid)

    # ---- what the link brings

    async def _catch_up(self) -> None:
        await self._keeping.is_recalled.wait()
        await self._knowledge.catch_up()
        self.horizons.resume()

    def _on_token(self, token: str) -> None:
        self._keeping.on_token(token)

    def _on_sync(self, payload: bytes) -> None:
        self._knowledge.replicas.on_notification(payload)

    def _on_typing(self, payload: bytes) -> None:
        self.typing.on_notice(payload)

    def _spawn(self, work: Awaitable[object]) -> None:
        task = asyncio.ensure_future(_quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _quietly(work: Awaitable[object]) -> None:
    """What fails for want of a link is done again after the next one."""
    with contextlib.suppress(ChatError):
        await work
