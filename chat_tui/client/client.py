"""`ChatClient`: what an application sees of a chat service."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec

from chat_tui.client.cache import Kept, Rows
from chat_tui.client.channels import Channels
from chat_tui.client.events import (
    ClientUpdated,
    ConnectionChanged,
    Event,
    EventStream,
    OutboxNotKept,
    PendingMessageUpdated,
    Resynchronise,
    TokenAboutToExpire,
    TokenExpired,
)
from chat_tui.client.horizons import Horizons
from chat_tui.client.keeping import Keeping
from chat_tui.client.memory import Known
from chat_tui.client.model import Channel, Message, PendingMessage, User, UserDescriptor
from chat_tui.client.open_channel import OpenChannel
from chat_tui.client.outbox import Outbox, Receipt
from chat_tui.client.people import People
from chat_tui.client.sync import Replica, Replicas
from chat_tui.client.timing import Timing
from chat_tui.client.transport import Address, ConnectionState, Listener, Phase, TokenSource, Transport
from chat_tui.client.typing import TypingIndicators
from chat_tui.protocol.errors import ChatError, Code, NotFound, Unauthenticated
from chat_tui.protocol.sync import TypingNotification
from chat_tui.protocol.values import BindingType, NotificationLevel, UpdateReason

CONFIGURATION = "https://aim.chat-tui.invalid/Client/v2/Configuration"
REGISTRATIONS = "https://ers.chat-tui.invalid/v1/registrations"
PUSH_TYPES = ("new_message", "added_to_channel", "invited_to_channel", "removed_from_channel", "consumption_update")


class ChatClient(Listener):
    """A user's connection to a service, which comes back by itself and replays what was missed.

    ``url``: the service, as ``https://chat.example.com`` or its WebSocket. ``token``: an access token, or an async
    function that fetches one, which is asked again before a token runs out. ``address``, when given, is asked for the
    URL before every try to connect. ``keep``: a directory for what is not sent yet, so that it survives the program;
    without one it is kept in memory.

    Commands raise the `ChatError` the service answers with; those that need an answer raise `TransportError` while
    there is no link. Sends wait for one.
    """

    def __init__(
        self,
        url: str,
        token: str | TokenSource,
        *,
        address: Address | None = None,
        keep: Path | None = None,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url = url
        self._given_token = token
        self._streams: list[EventStream] = []
        self._links: dict[str, str] = {}
        self._objects: dict[str, str] = {}
        self._ready = asyncio.Event()
        self._initialised: asyncio.Future[None] | None = None
        self._running: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._registered: tuple[str, BindingType] | None = None
        self._transport = Transport(address or self._same_address, self._next_token, self, timing=timing, clock=clock)
        self._request = self._transport.request
        self._replicas = Replicas(self._request, self._on_reloaded)
        self.people = People(self._api, self._replicas, self._emit, clock)
        self.channels = Channels(self._api, self._replicas, self._request, self._emit)
        self.horizons = Horizons(self.channels.set_consumption_horizon)
        self._options: dict[str, Any] = {}
        self._clock = clock
        self.date_known: float | None = None
        """When what is shown was so, in seconds since 1970, if it is from an earlier start; the link makes it live."""
        self.outbox = Outbox(
            self._send,
            self._ready.wait,
            lambda pending: self._emit(PendingMessageUpdated(pending)),
            self._on_not_kept,
            is_kept=keep is not None,
        )
        self._keeping = Keeping(keep, self, self.outbox, self._spawn, self._on_not_kept)
        self._typing = TypingIndicators(self._notify_typing, self._emit)
        self.channels.open.on_message = self._on_message
        self.user = User("", "")
        self.reachability_enabled = False
        self.read_status_enabled = True

    async def _same_address(self) -> str:
        return self._url

    async def _next_token(self) -> str:
        given = self._given_token
        token = given if isinstance(given, str) else await given()
        self._keeping.on_token(token)
        return token

    # ---- from one start to the next

    def known(self) -> Known | None:
        """Whom what `remembered` says belongs to."""
        return Known(self.identity, self._objects, self._options, self._clock()) if self._objects else None

    def remembered(self) -> Iterator[tuple[str, Kept]]:
        yield from self.people.remembered()
        yield from self.channels.remembered()

    def recall(self, rows: Rows) -> None:
        self.people.recall(rows)
        self.channels.recall(rows)

    def know_again(self, known: Known) -> None:
        self.user = self.people.recall_own(known.identity, self._on_own_reachability)
        self.channels.identity = known.identity
        self._objects, self.date_known = known.objects, known.date_saved
        self._take_options(known.options)
        self._emit(Resynchronise())

    def _on_not_kept(self, reason: str) -> None:
        self._emit(OutboxNotKept(reason))

    def forget(self) -> None:
        """Know nothing any more."""
        self._replicas.forget_all()
        self.people.forget_all()
        self.channels.forget_all()

    # ---- life

    async def start(self) -> None:
        """Connect, and return once channels and oneself are known. Raises Unauthenticated when the token is refused."""
        await self.start_soon()

    def start_soon(self) -> "Awaitable[None]":
        """Begin to connect; the answer can be awaited, or not: the client keeps trying either way."""
        self._initialised = asyncio.get_running_loop().create_future()
        self._initialised.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._running = asyncio.create_task(self._transport.run(), name="transport")
        return self._initialised

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
        if self._ready.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self.horizons.flush()
        await self._transport.close()
        await self.outbox.close()
        for task in self._tasks:
            task.cancel()
        if self._running is not None:
            await asyncio.wait([self._running])
        await self._keeping.close()
        for stream in self._streams:
            stream.close()

    def events(self) -> EventStream:
        """Everything that happens from now on; every consumer has its own stream."""
        stream = EventStream()
        self._streams.append(stream)
        return stream

    def _emit(self, event: Event) -> None:
        for stream in self._streams:
            stream.put(event)
        self._keeping.touch()

    @property
    def identity(self) -> str:
        return self.user.identity

    @property
    def connection(self) -> ConnectionState:
        return self._transport.state

    def reconnect_now(self) -> None:
        """Do not wait for the next try; after a denial, try once more."""
        if self._running is not None and self._running.done() and self.connection.phase is Phase.DENIED:
            self.start_soon()
        self._transport.hurry()

    async def update_token(self, token: str) -> None:
        """Renew the token on the same socket, or connect again after a denial. Raises Unauthenticated when it is
        refused."""
        self._given_token = token
        if self._running is not None and self._running.done():
            await self.start()
        else:
            await self._transport.update_token(token)

    # ---- what the transport tells

    async def on_connected(self) -> None:
        await self._keeping.is_recalled.wait()
        configuration = await self._request("GET", CONFIGURATION)
        is_same = self._objects == configuration["sync_objects"]
        self._links = configuration["links"]
        self._take_options(configuration["options"])
        if not is_same:
            await self._start(configuration)
        else:
            await self._replicas.resume()
            self._spawn(self.channels.recount())
            self._spawn(self.channels.follow_missing())
        self.date_known = None
        self._ready.set()
        self.horizons.resume()
        if self._initialised is not None and not self._initialised.done():
            self._initialised.set_result(None)

    async def _start(self, configuration: dict[str, Any]) -> None:
        """Learn everything. After a first time, this is another service under the same address: begin anew."""
        self.forget()
        self.channels.identity = configuration["identity"]
        objects = configuration["sync_objects"]
        try:
            self.user, _ = await asyncio.gather(
                self.people.follow_own(configuration["identity"], objects["my_user_info"], self._on_own_reachability),
                self.channels.start(objects["my_conversations"]),
            )
        except BaseException:
            self._objects = {}
            raise
        self._objects = objects

    def _take_options(self, options: dict[str, Any]) -> None:
        self._options = options
        self.people.limit = options.get("user_infos_to_subscribe", 100)
        self.read_status_enabled = options.get("read_status_enabled", True)
        enabled = bool(options.get("reachability_enabled"))
        if enabled != self.reachability_enabled:
            self.reachability_enabled = enabled
            self._emit(ClientUpdated(frozenset({UpdateReason.REACHABILITY_ENABLED})))

    def _on_own_reachability(self) -> None:
        """One's own marks turn to or from null when the feature is switched: ask (guarantees, "Feature off")."""
        if (self.user.is_online is None) == self.reachability_enabled:
            self._spawn(self._reread_configuration())

    async def _reread_configuration(self) -> None:
        self._take_options((await self._request("GET", CONFIGURATION))["options"])

    def on_lost(self) -> None:
        self._ready.clear()

    def on_state(self, state: ConnectionState) -> None:
        if state.phase is Phase.DENIED and self._initialised is not None and not self._initialised.done():
            self._initialised.set_exception(
                Unauthenticated(state.reason or "denied", state.code or Code.UNAUTHENTICATED)
            )
        self._emit(ConnectionChanged(state))

    def on_sync(self, payload: bytes) -> None:
        self._replicas.on_notification(payload)

    def on_typing(self, payload: bytes) -> None:
        notice = msgspec.json.decode(payload, type=TypingNotification)
        channel = self.channels.get(notice.channel_sid)
        if channel is not None:
            self._typing.on_notice(channel, notice.identity, notice.typing_timeout)

    def on_token(self, *, expired: bool) -> None:
        if expired:
            self._emit(TokenExpired())
        elif isinstance(self._given_token, str):
            self._emit(TokenAboutToExpire())
        else:
            self._spawn(self._transport.renew())

    def _on_message(self, channel: Channel, message: Message) -> None:
        self._typing.ended(channel, message.author)
        if message.author == self.identity:
            self.outbox.recognise(message)
            self._typing.sent(channel.sid)

    def _on_reloaded(self, replica: Replica) -> None:
        self.channels.open.on_reloaded(replica)

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(_quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _api(self, method: str, link: str, path: str = "", **parts: Any) -> Any:
        """A Client API request under one of the Configuration's links."""
        base = self._links.get(link)
        if base is None:
            raise NotFound("there was no link to the service yet", Code.UNAVAILABLE)
        return await self._request(method, f"{base}/{path}" if path else base, **parts)

    # ---- messages

    async def open_channel(self, channel: Channel) -> OpenChannel:
        """Follow a channel's messages and members; the last ten opened stay up to date."""
        return await self.channels.open(channel)

    def submit_message(self, channel: Channel, body: str, *, attributes: str = "{}") -> PendingMessage:
        """Queue a message and return at once; `PendingMessageUpdated` events tell how it fares. ``attributes`` is a
        string of JSON."""
        pending = self.outbox.submit(channel.sid, body, attributes)
        self._emit(PendingMessageUpdated(pending))
        return pending

    async def send_message(self, channel: Channel, body: str, *, attributes: str = "{}") -> Receipt:
        """Send a message and wait until the service has stored it. Raises what it refuses with."""
        return await self.outbox.receipt(self.submit_message(channel, body, attributes=attributes))

    async def _send(self, pending: PendingMessage) -> Receipt:
        body = {"body": pending.body, "attributes": pending.attributes}
        path = f"{pending.channel_sid}/Messages"
        answer = await self._api("POST", "conversations", path, json=body, mutation_id=pending.mutation_id)
        channel = self.channels.get(pending.channel_sid)
        if channel is not None and channel.last_consumed_message_index is not None:
            self.horizons.advance(channel, answer["index"])
        return Receipt(answer["sid"], answer["index"])

    async def update_message(self, message: Message, **fields: str) -> None:
        """Change ``body`` or ``attributes`` of a message."""
        await self._api("POST", "conversations", f"{message.channel_sid}/Messages/{message.sid}", json=fields)

    async def delete_message(self, message: Message) -> None:
        await self._api("DELETE", "conversations", f"{message.channel_sid}/Messages/{message.sid}")

    async def set_notification_level(self, channel: Channel, level: NotificationLevel) -> None:
        """Mute or unmute a channel."""
        await self.channels.set_notification_level(channel, level)

    # ---- typing

    def typing(self, channel: Channel) -> None:
        """Tell the others that one is typing: at most once per typing time-out."""
        if self._ready.is_set():
            self._typing.keystroke(channel)

    def typing_in(self, channel: Channel) -> list[str]:
        """Who is typing there."""
        return self._typing.active(channel.sid)

    async def _notify_typing(self, channel: Channel) -> float:
        form = urlencode({"ChannelSid": channel.sid}).encode()
        return float((await self._api("POST", "typing", form=form))["typing_timeout"])

    # ---- users

    async def get_user(self, identity: str) -> User:
        """A user whose changes arrive as `UserUpdated` from now on. Raises NotFound."""
        return await self.people.get(identity)

    async def get_user_descriptor(self, identity: str) -> UserDescriptor:
        """A snapshot of a user. Raises NotFound."""
        return await self.people.descriptor(identity)

    async def update_user(self, **fields: str) -> None:
        """Change one's own ``friendly_name`` or ``attributes`` (a string of JSON)."""
        await self._request("POST", self._links["current_user"], json=fields)

    # ---- push

    async def register_push(self, registration_id: str, binding_type: BindingType = BindingType.FCM) -> None:
        """Register a device for push: one becomes notifiable. ``registration_id`` is the device's own secret."""
        await self._register(registration_id, binding_type, PUSH_TYPES)
        self._registered = (registration_id, binding_type)

    async def unregister_push(
        self, registration_id: str | None = None, binding_type: BindingType = BindingType.FCM
    ) -> None:
        """Take a registration back: the one given, which may be of an earlier connection, else this client's own."""
        given = self._registered if registration_id is None else (registration_id, binding_type)
        if given is not None:
            await self._register(*given, ())
            self._registered = None

    async def _register(self, registration_id: str, binding_type: BindingType, types: tuple[str, ...]) -> None:
        body = {
            "endpoint_platform": "chat_tui",
            "channel_type": binding_type.value,
            "version": "2",
            "message_types": types,
            "data": {"registration_id": registration_id},
        }
        await self._request("POST", REGISTRATIONS, params={"productId": "ip_messaging"}, json=body)


async def _quietly(work: Awaitable[object]) -> None:
    """What fails for want of a link is done again after the next one."""
    with contextlib.suppress(ChatError):
        await work
