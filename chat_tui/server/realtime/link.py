"""One connection: executes what its session decides, for what comes in and for what time asks for, until its end."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, ClassVar

from chat_tui.protocol.api_shapes import BackoffPolicy, Offload
from chat_tui.protocol.errors import Code, TooManyRequests
from chat_tui.protocol.twilsock import OK, Header, PacketError, Status, decode, encode, encode_json, is_reply
from chat_tui.server.network.share import REQUEST_COST
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.realtime.admission import Admission
from chat_tui.server.realtime.context import LinkContext
from chat_tui.server.realtime.frames import ws_frame
from chat_tui.server.realtime.outgoing import Outgoing, Socket
from chat_tui.server.realtime.refusals import refusal_status
from chat_tui.server.realtime.responder import Responder
from chat_tui.server.realtime.session import (
    Acknowledge,
    Authenticate,
    EndCleanly,
    Expire,
    GiveUp,
    Ignore,
    Phase,
    Refuse,
    Renew,
    Serve,
    Session,
    WarnOfExpiry,
)
from chat_tui.tasks import Tasks

Leaving = Coroutine[Any, Any, None]


class Link:
    """Its parts: ``outgoing`` sends, ``admission`` lets it in, a `Responder` answers its requests. ``on_lost`` is told
    once the socket is gone, with what is to be settled then."""

    def __init__(self, context: LinkContext, socket: Socket, on_lost: Callable[["Link", Leaving], None]) -> None:
        limits = context.limits
        self.outgoing = Outgoing(socket, _fresh_id(), context.shares.strangers, limits)
        self._socket = socket
        self._clock = context.clock
        self._on_lost = on_lost
        self._session = Session(
            context.clock(), authenticate_within=limits.authenticate_within, warn_before=limits.warn_before_expiry
        )
        self._admission = Admission(context, self._session, self.outgoing, self.watch_time)
        self._responder = Responder(context, self.outgoing)
        self._tasks = Tasks(expected=(ConnectionError,))  # nobody is there any more to be answered
        self._opening: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._received_bytes = 0
        self._ended_cleanly = False
        self._offloaded = False
        self.watch_time()

    @property
    def is_open(self) -> bool:
        """Whether its user is known."""
        return self._admission.is_open

    @property
    def actor(self) -> ClientActor:
        """Who is behind it, once that is known."""
        return self.outgoing.actor

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

    def _on_authenticate(self, action: Authenticate) -> None:
        self._opening = self._spawn(self._admission.enter(action), "a login")

    def _on_renew(self, action: Renew) -> None:
        if self._admission.may_renew():
            self._spawn(self._admission.renew(action), "a renewal")
        else:
            refusal = TooManyRequests("One token at a time, now and then")
            self._answer_at_once(action.request_id, refusal_status(refusal))

    def _on_serve(self, action: Serve) -> None:
        self._spawn(self._responder.serve(action), "a request")

    def _on_acknowledge(self, action: Acknowledge) -> None:
        self._answer_at_once(action.request_id, OK)

    def _answer_at_once(self, request_id: str, status: Status) -> None:
        """Answers of a few bytes need no task: what cannot be written stops the reading, so they are few."""
        self._socket.write(ws_frame(encode(Header("reply", request_id, status=status))))

    def _on_refuse(self, action: Refuse) -> None:
        status = Status(400, "BAD_REQUEST", int(Code.BAD_PARAMETER), action.description)
        self._answer_at_once(action.request_id, status)
        self._end(status)

    def _on_end(self, action: EndCleanly) -> None:
        self._ended_cleanly = True
        self._socket.hang_up()

    def _on_ignore(self, action: Ignore) -> None:
        pass

    _HANDLERS: ClassVar[dict[type, Callable[["Link", Any], None]]] = {
        Authenticate: _on_authenticate,
        Renew: _on_renew,
        Serve: _on_serve,
        Acknowledge: _on_acknowledge,
        Refuse: _on_refuse,
        EndCleanly: _on_end,
        Ignore: _on_ignore,
    }

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Begin what the packet just received asks for; it holds the packet until it is done."""
        task = self._tasks.spawn(work, name)
        self.outgoing.share.charge(REQUEST_COST + self._received_bytes, task)
        return task

    # ---- time and end

    def watch_time(self) -> None:
        """Look again when something is due; to be asked anew when a clock was set."""
        if self._timer is not None:
            self._timer.cancel()
        delay = self._session.next_due(self._clock())
        self._timer = None
        if delay is not None and not self.outgoing.is_lost:
            self._timer = asyncio.get_running_loop().call_later(delay, self._on_time)

    def _on_time(self) -> None:
        self._timer = None
        due = self._session.due(self._clock())
        if isinstance(due, GiveUp):
            self._socket.abort()
        elif isinstance(due, Expire):
            self._end(Status(410, "TOKEN_EXPIRED", 51207, "The access token expired"))
        else:
            if isinstance(due, WarnOfExpiry):
                header = Header("client_update", _fresh_id(), client_update_type="token_about_to_expire")
                self._spawn(self.outgoing.reply(header), "a warning")
            self.watch_time()

    def offload(self, reconnect_in: float) -> None:
        """Ask the client to come back after about ``reconnect_in`` seconds: this process is going away."""
        self._offloaded = True
        policy: BackoffPolicy = {"reconnect_min_ms": round(reconnect_in * 1000)}
        self._end(Status(308, "OFFLOAD"), {"backoff_policy": policy})

    def expel_if(self, reasons: Mapping[str, str]) -> None:
        """End, when the user, its key or its service is among the SIDs that are gone. Users go with their service: the
        widest reason is the one to tell."""
        actor = self.actor
        for sid in (actor.service_sid, actor.key_sid, actor.user_sid):
            if sid is not None and sid in reasons:
                self._end(Status(401, "UNAUTHORIZED", int(Code.TOKEN_ISSUER_INVALID), reasons[sid]))

    def _end(self, status: Status, body: Offload | None = None) -> None:
        if self._session.phase is Phase.ENDED:
            return  # the first reason is the one that is told
        self._session.end()
        header = Header("close", _fresh_id(), status=status)
        packet = encode(header) if body is None else encode_json(header, body)
        if not self.outgoing.is_lost:
            self._socket.write(ws_frame(packet))
            self._socket.hang_up()

    def lost(self) -> None:
        """The socket is gone: for good if the client said so, else perhaps to come back."""
        self.outgoing.lost()
        self._session.end()
        if self._timer is not None:
            self._timer.cancel()
        self._on_lost(self, self._leave())

    async def _leave(self) -> None:
        if self._opening is not None:
            await asyncio.wait([self._opening])
        await self._admission.leave(clean=self._ended_cleanly, offloaded=self._offloaded)


def _fresh_id() -> str:
    """For a connection, or a packet of ours."""
    return "TM" + secrets.token_hex(16)
