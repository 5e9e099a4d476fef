"""One authenticated connection: executes what its session decides, answers requests, sends at the socket's pace."""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import msgspec

from chat_tui.protocol.errors import Code, NotFound, TooManyRequests, Unauthenticated
from chat_tui.protocol.sync import SubscriptionRequest
from chat_tui.protocol.twilsock import (
    OK,
    Header,
    HttpStatus,
    PacketError,
    Status,
    decode,
    encode,
    encode_json,
    is_reply,
)
from chat_tui.server.auth import ClientIdentity
from chat_tui.server.operations.actors import AccountActor, ClientActor
from chat_tui.server.operations.operation import Command
from chat_tui.server.operations.revocation import check_stands
from chat_tui.server.operations.users import EnsureUser
from chat_tui.server.realtime import session as s
from chat_tui.server.realtime.bucket import Bucket
from chat_tui.server.realtime.frames import ws_frame
from chat_tui.server.realtime.outgoing import Outgoing, Socket
from chat_tui.server.realtime.refusals import as_told, refusal_status
from chat_tui.server.realtime.requests import Request, decode_body, decode_params
from chat_tui.server.realtime.share import FOLLOWING_COST, READ_SECONDS, REQUEST_COST, SECONDS_PER_BYTE
from chat_tui.server.store.transaction import Reader
from chat_tui.tasks import Tasks

if TYPE_CHECKING:
    from chat_tui.server.realtime.gateway import Gateway

T = TypeVar("T")
_log = logging.getLogger(__name__)

NOBODY = ClientActor("", "", "")
_PACED_ELSEWHERE = ("/v4/Subscriptions", "/v1/typing")
"""Paths of requests that change nothing: delivery has bounds of its own, and typing is dropped without a word."""


class Link(Outgoing):
    """See `requests.Connection` and `subscriptions.Subscriber` for its two uses. ``is_open``: its user is known."""

    def __init__(self, gateway: "Gateway", socket: Socket) -> None:
        limits = gateway.limits
        self.gateway = gateway
        self.actor = NOBODY
        self.registrations: list[str] = []
        super().__init__(
            socket,
            _fresh_id(),
            gateway.shares.strangers,
            most_events=limits.queued_events,
            most_bytes=limits.queued_bytes,
            most_unsent=limits.unsent_bytes,
        )
        self._session = s.Session(
            gateway.house.clock(), authenticate_within=limits.authenticate_within, warn_before=limits.warn_before_expiry
        )
        self._bucket = Bucket(limits.session_rate, limits.session_burst, time.monotonic())
        self._renewals = Bucket(limits.renewal_rate, limits.renewal_burst, time.monotonic())
        self._renewing: asyncio.Task[None] | None = None
        self._tasks = Tasks(expected=(ConnectionError,))  # nobody is there any more to be answered
        self._opening: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._received_bytes = 0
        self.is_open = False
        self._ended_cleanly = False
        self._offloaded = False
        self.watch_time()

    # ---- incoming

    def received(self, data: bytes) -> None:
        """One WebSocket message. Anything that is no packet ends the connection."""
        if is_reply(data):
            return
        self._received_bytes = len(data)
        try:
            action = self._session.receive(decode(data))
        except PacketError as error:
            self._end(Status(400, "BAD_REQUEST", int(Code.BAD_PARAMETER), str(error)))
            return
        self._HANDLERS[type(action)](self, action)

    def may_take(self, go_on: Callable[[], None]) -> bool:
        """Whether another packet may come in: there must be a way out for its answer, and room for its work. If not,
        ``go_on`` is called, or `Socket.go_on`, once it may."""
        if self._socket.is_paused or self._queue or self._waiting:  # `can_write`, for every frame that comes
            return False
        if self.share.has_room():
            return True
        self.share.hold(go_on)
        return False

    def _on_authenticate(self, action: s.Authenticate) -> None:
        self._opening = self._spawn(self._open(action), "a login")

    def _on_renew(self, action: s.Renew) -> None:
        """One at a time, and now and then: each costs everybody a signature to check."""
        if self._renewing is not None or not self._renewals.take(time.monotonic()):
            self._answer_at_once(
                action.request_id, refusal_status(TooManyRequests("One token at a time, now and then"))
            )
            return
        self._renewing = self._spawn(self._renew(action), "a renewal")
        self._renewing.add_done_callback(self._renewed)

    def _renewed(self, done: asyncio.Task[None]) -> None:
        if self._renewing is done:
            self._renewing = None

    def _on_serve(self, action: s.Serve) -> None:
        self._spawn(self._serve(action), "a request")

    def _on_acknowledge(self, action: s.Acknowledge) -> None:
        self._answer_at_once(action.request_id, OK)

    def _answer_at_once(self, request_id: str, status: Status) -> None:
        """Answers of a few bytes need no task: what cannot be written stops the reading, so they are few."""
        self._socket.write(ws_frame(encode(Header("reply", request_id, status=status))))

    def _on_refuse(self, action: s.Refuse) -> None:
        status = Status(400, "BAD_REQUEST", int(Code.BAD_PARAMETER), action.description)
        self._answer_at_once(action.request_id, status)
        self._end(status)

    def _on_end(self, action: s.EndCleanly) -> None:
        self._ended_cleanly = True
        self._socket.hang_up()

    def _on_ignore(self, action: s.Ignore) -> None:
        pass

    _HANDLERS: ClassVar[dict[type, Callable[["Link", Any], None]]] = {
        s.Authenticate: _on_authenticate,
        s.Renew: _on_renew,
        s.Serve: _on_serve,
        s.Acknowledge: _on_acknowledge,
        s.Refuse: _on_refuse,
        s.EndCleanly: _on_end,
        s.Ignore: _on_ignore,
    }

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Begin what the packet just received asks for; it holds the packet until it is done."""
        task = self._tasks.spawn(work, name)
        self.share.charge(REQUEST_COST + self._received_bytes, task)
        return task

    # ---- authentication

    async def _open(self, action: s.Authenticate) -> None:
        gateway = self.gateway
        try:
            identity = await self._identify(action.token)
            if self._is_over:
                return
            share = gateway.shares.enter(self.actor.user_sid)
            if share is None:
                raise TooManyRequests(f"At most {gateway.limits.connections_per_user} connections of one user")
            self.share = share
            self.is_open = True  # what is begun here is ended by `_leave`, even if the next line fails
            await gateway.house.presence.connected(self.connection_id, self.actor.user_sid)
        except Exception as error:
            await self._refuse_login(action, error)
            return
        if self._is_over:
            return
        gateway.subscriptions.admit(self)
        self._socket.settle()
        self._session.authenticated(identity.expires, gateway.house.clock())
        self.watch_time()
        _log.info("connected", extra={"connection": self.connection_id, "user": self.actor.user_sid})
        await self._reply(
            Header(
                "reply",
                action.request_id,
                status=OK,
                continuation_token=self.connection_id,
                capabilities=["client_update"],
                offline_storage={},
                init_registrations=[],
            )
        )

    async def _identify(self, token: str) -> ClientIdentity:
        """Become who ``token`` speaks for: from then on `Gateway` finds this link when that is revoked (`Revocations`
        says why it cannot be too late). A user who was deleted may come again, as a new one: the token is its
        account's word, and to keep somebody out is to revoke the key, or to hand out no more tokens."""
        authenticator, house = self.gateway.house.authenticator, self.gateway.house
        with authenticator.revocations.watch() as watch:
            identity = await authenticator.client(token)
            bearer = AccountActor(identity.account_sid, identity.key_sid)
            service_sid, role_sid = identity.service_sid, identity.role_sid
            command = EnsureUser(service_sid, identity.identity, house.first_channel_of(service_sid), role_sid)
            try:
                view = await house.dispatcher.run(bearer, command)
            except NotFound:
                raise Unauthenticated("Access token: no such service", Code.TOKEN_GRANTS_INVALID) from None
            watch.confirm(identity.key_sid, service_sid, view.user.sid)
        self.actor = ClientActor(service_sid, identity.identity, view.user.sid, role_sid, identity.key_sid)
        return identity

    @property
    def _is_over(self) -> bool:
        return self.is_lost or self._session.phase is s.Phase.ENDED

    async def _refuse_login(self, action: s.Authenticate, error: Exception) -> None:
        """Say why, and hang up: whoever waits for an answer gets one, whatever failed."""
        await self._reply(Header("reply", action.request_id, status=refusal_status(as_told(error, self.connection_id))))
        self._session.end()
        self._socket.hang_up()

    async def _renew(self, action: s.Renew) -> None:
        """Another token for the same identity and service keeps the session (guarantees, Liveness 8)."""
        authenticator = self.gateway.house.authenticator
        try:
            with authenticator.revocations.watch() as watch:
                identity = await authenticator.client(action.token)
                watch.confirm(identity.key_sid)
            if (identity.identity, identity.service_sid) != (self.actor.identity, self.actor.service_sid):
                raise Unauthenticated("Access token: for another identity or service", Code.TOKEN_GRANTS_INVALID)
        except Exception as error:
            self._renewing = None  # who hears the answer may send the next
            await self._reply(
                Header("reply", action.request_id, status=refusal_status(as_told(error, self.connection_id)))
            )
            return
        self.actor = msgspec.structs.replace(self.actor, role_sid=identity.role_sid, key_sid=identity.key_sid)
        self._session.authenticated(identity.expires, self.gateway.house.clock())
        self.watch_time()
        self._renewing = None
        await self._reply(Header("reply", action.request_id, status=OK))

    # ---- requests

    async def _serve(self, action: s.Serve) -> None:
        if not self.can_write:
            await self.until_writable()
        if _is_uncounted(action):
            async with self.reading():
                frame = await self._answered(action)
            self.share.used += READ_SECONDS + len(frame) * SECONDS_PER_BYTE
        else:
            frame = await self._answered(action)
        await self.send(frame)

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """A user's turn to have something read; pages are large, so none is read that could not be written."""
        reading = self.share.reading
        await reading.acquire()
        while not self.can_write:
            reading.release()
            await self.until_writable()
            await reading.acquire()
        try:
            yield
        finally:
            reading.release()

    async def _answered(self, action: s.Serve) -> bytes:
        """The frame that answers a request, whatever comes of it."""
        try:
            status, body = await self._answer(action)
        except Exception as error:
            told = as_told(error, self.connection_id)
            status, body = told.status, told.body()
        http_status = HttpStatus(status, "OK" if status < 300 else "ERROR")
        header = Header("reply", action.request_id, status=OK, http_status=http_status, http_headers={})
        return ws_frame(encode(header) if body is None else encode_json(header, body))

    async def _answer(self, action: s.Serve) -> tuple[int, Any]:
        match = self.gateway.router.match(action.request.method, action.request.path)
        self._count(action)
        request = Request(
            connection=self,
            path=match.path,
            params=decode_params(action.request),
            headers={name.lower(): str(value) for name, value in action.request.headers.items()},
            fields=decode_body(action.request, action.payload),
        )
        answer = await match.handler(request)
        return answer.status, answer.body

    def _count(self, action: s.Serve) -> None:
        """Whatever may change something counts against the session, though it is refused, or changes nothing."""
        if _is_uncounted(action):
            return
        if not self._bucket.take(time.monotonic()):
            self.share.used += READ_SECONDS
            raise TooManyRequests("This connection changes too much at once: wait a little", retry_after=1.0)

    async def run(self, command: Command) -> Any:
        return await self.gateway.house.dispatcher.run(self.actor, command)

    async def read(self, query: Callable[[Reader], T]) -> T:
        def checked(reader: Reader) -> T:
            check_stands(reader, self.actor)
            return query(reader)

        return await self.gateway.house.store.read(checked)

    def subscribe(self, requests: Sequence[SubscriptionRequest], correlation_id: int) -> None:
        task = self.gateway.subscriptions.establish(self, requests, correlation_id)
        self.share.charge(FOLLOWING_COST * len(requests), task)

    def unsubscribe(self, requests: Sequence[SubscriptionRequest], correlation_id: int) -> None:
        task = self.gateway.subscriptions.cancel(self, requests, correlation_id)
        self.share.charge(FOLLOWING_COST * len(requests), task)

    async def _reply(self, header: Header) -> None:
        await self.send(ws_frame(encode(header)))

    # ---- time and end

    def watch_time(self) -> None:
        """Look again when something is due; to be asked anew when a clock was set."""
        if self._timer is not None:
            self._timer.cancel()
        delay = self._session.next_due(self.gateway.house.clock())
        self._timer = None
        if delay is not None and not self.is_lost:
            self._timer = asyncio.get_running_loop().call_later(delay, self._on_time)

    def _on_time(self) -> None:
        self._timer = None
        due = self._session.due(self.gateway.house.clock())
        if isinstance(due, s.GiveUp):
            self._socket.abort()
        elif isinstance(due, s.Expire):
            self._end(Status(410, "TOKEN_EXPIRED", 51207, "The access token expired"))
        else:
            if isinstance(due, s.WarnOfExpiry):
                header = Header("client_update", _fresh_id(), client_update_type="token_about_to_expire")
                self._spawn(self._reply(header), "a warning")
            self.watch_time()

    def offload(self, reconnect_in: float) -> None:
        """Ask the client to come back after about ``reconnect_in`` seconds: this process is going away."""
        self._offloaded = True
        self._end(Status(308, "OFFLOAD"), {"backoff_policy": {"reconnect_min_ms": round(reconnect_in * 1000)}})

    def expel_if(self, reasons: Mapping[str, str]) -> None:
        """End, when the user, its key or its service is among the SIDs that are gone. Users go with their service: the
        widest reason is the one to tell."""
        actor = self.actor
        for sid in (actor.service_sid, actor.key_sid, actor.user_sid):
            if sid is not None and sid in reasons:
                self._end(Status(401, "UNAUTHORIZED", int(Code.TOKEN_ISSUER_INVALID), reasons[sid]))

    def _end(self, status: Status, body: Any = None) -> None:
        if self._session.phase is s.Phase.ENDED:
            return  # the first reason is the one that is told
        self._session.end()
        header = Header("close", _fresh_id(), status=status)
        packet = encode(header) if body is None else encode_json(header, body)
        if not self.is_lost:
            self._socket.write(ws_frame(packet))
            self._socket.hang_up()

    def lost(self) -> None:
        """The socket is gone: for good if the client said so, else perhaps to come back."""
        super().lost()
        self._session.end()
        if self._timer is not None:
            self._timer.cancel()
        self.gateway.forget(self, self._leave())

    async def _leave(self) -> None:
        if self._opening is not None:
            await asyncio.wait([self._opening])
        if not self.is_open:
            return
        self.gateway.subscriptions.dismiss(self)
        self.gateway.shares.leave(self.actor.user_sid)
        _log.info("disconnected", extra={"connection": self.connection_id, "clean": self._ended_cleanly})
        await self.gateway.house.presence.disconnected(
            self.connection_id, self.actor.user_sid, clean=self._ended_cleanly, offloaded=self._offloaded
        )


def _is_uncounted(action: s.Serve) -> bool:
    """Of these there may be any number: what they take is of their user's time."""
    return action.request.method == "GET" or action.request.path.startswith(_PACED_ELSEWHERE)


def _fresh_id() -> str:
    """For a connection, or a packet of ours."""
    return "TM" + secrets.token_hex(16)
