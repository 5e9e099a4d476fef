"""The shell around a WebSocket: uvicorn's protocol, mended where it loses peers (guarantees, Liveness 1).

The one module that leans on uvicorn's inner names. Frames go straight between the transport and the `Link`, with no
task and no queue between them.
"""

import asyncio
import random
from asyncio.transports import BaseTransport
from http import HTTPStatus
from time import monotonic
from typing import Any, ClassVar

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response

from chat_tui.protocol.defaults import MAX_FRAME
from chat_tui.protocol.proof import CHALLENGE, Prover
from chat_tui.protocol.twilsock import PATH
from chat_tui.server.network.hosts import is_known, may_connect
from chat_tui.server.realtime.gateway import Gateway
from chat_tui.server.realtime.link import Link
from chat_tui.server.realtime.share import PIECE

_BINARY = Opcode.BINARY
_BAD_HEAD = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


MOST_AFTER_CLOSE = 64 * 1024
"""Bytes of a peer that was told to go, and goes on."""

_BUFFER = memoryview(bytearray(16 * 1024))
"""What all sockets read into, one after the other: what one of them holds back is no more."""


class RealtimeSocket(WebSocketsSansIOProtocol, asyncio.BufferedProtocol):
    """Binds a `Link` to its transport. Subclassed by `socket_class` with the gateway to serve.

    Nothing is read while writing cannot go on, while its user's requests are at their bound, or when the user's time
    slice is over: one rule, in `go_on`, for whatever frames come.
    """

    gateway: ClassVar[Gateway]
    prover: ClassVar[Prover | None]

    link: Link | None = None
    is_paused = False
    address = ""
    deadline: float | None = None
    is_busy = False
    _held_back = False
    _owes_pong = False
    _rest = b""
    _early = 0
    _late = 0
    _next_turn: asyncio.TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        gateway = type(self).gateway
        self.address = self.client[0] if self.client else ""
        self.deadline = self.loop.time() + gateway.limits.head_within + gateway.limits.authenticate_within
        gateway.visitors.arrived(self)

    def settle(self) -> None:
        self.deadline = None
        type(self).gateway.visitors.left(self)

    def is_late(self, now: float) -> bool:
        return self.deadline is not None and now >= self.deadline

    def turn_away(self) -> None:
        self.transport.abort()

    # ---- incoming

    def get_buffer(self, sizehint: int) -> memoryview:
        return _BUFFER

    def buffer_updated(self, nbytes: int) -> None:
        data = bytes(_BUFFER[:nbytes])
        if self.link is None:
            self.data_received(data)
            return
        self._rest = self._rest + data if self._rest else data
        self.go_on()

    def data_received(self, data: bytes) -> None:
        """A part of the head, which uvicorn may have read before it knew what it is."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_complete:
            self._refuse_head()

    def go_on(self) -> None:
        """Take in what was read, piece by piece, as long as the link may take it."""
        link = self.link
        if link is None or self.transport.is_closing():
            return
        share = link.outgoing.share
        while self._rest:
            now = monotonic()
            wait = share.wait(now)
            if wait and self._next_turn is None:
                self._next_turn = self.loop.call_later(wait, self._take_turn)
            if wait or not (self.close_sent or link.outgoing.may_take(self.go_on)):
                self.hold_back(on=True)
                return
            piece, self._rest = self._rest[:PIECE], self._rest[PIECE:]
            self._feed(link, piece)
            if self.close_sent and self._is_too_late(len(piece)):
                return
            share = link.outgoing.share  # a login's is another one
            share.used += monotonic() - now
        if self._held_back:  # else the next to come is held back, if need be
            self.hold_back(on=not (self.close_sent or link.outgoing.may_take(self.go_on)))

    def _is_too_late(self, size: int) -> bool:
        self._late += size
        if self._late > MOST_AFTER_CLOSE:
            self.transport.abort()
            return True
        return self.transport.is_closing()

    def _take_turn(self) -> None:
        self._next_turn = None
        self.go_on()

    def _feed(self, link: Link, piece: bytes) -> None:
        self.conn.receive_data(piece)
        if self.conn.parser_exc is not None:
            self.handle_parser_exception()
            return
        if self.deadline is not None and self._is_too_early():
            return
        events, self.conn.events = self.conn.events, []
        for event in events:
            if isinstance(event, Frame) and event.opcode is _BINARY and event.fin:  # nearly always
                if not self.close_sent:
                    link.received(bytes(event.data))
            else:
                self.conn.events = [event]
                self.handle_events()
        if self._owes_pong:
            self._owes_pong = False
            self.write(b"".join(self.conn.data_to_send()))

    def _is_too_early(self) -> bool:
        """Nobody has said yet who they are, and there is more than a login."""
        self._early += len(self.conn.events)
        if self._early <= type(self).gateway.limits.early_frames:
            return False
        self.transport.abort()
        return True

    def handle_ping(self) -> None:
        """The pong is written with whatever else this piece brings about."""
        self._owes_pong = True

    def handle_cont(self, event: Frame) -> None:
        """Fragments are joined as they come: any number of small or empty ones is no more than what is in them."""
        if len(self.frames) == 1:
            joined = bytearray(self.frames[0])
            self.frames = [b"", joined]  # type: ignore[list-item]
        self.frames[1] += event.data
        if event.fin:
            self.send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    # ---- the handshake

    def handle_connect(self, event: Request) -> None:
        path = event.path.partition("?")[0]
        if path != PATH:
            self._reject(HTTPStatus.FORBIDDEN, "There is no WebSocket at this path\n")
            return
        refusal = self._refusal(event)
        if refusal is not None:
            self._reject(*refusal)
            return
        response = self.conn.accept(event)
        self._prove(event, response)
        self.handshake_initiated = self.handshake_complete = True
        self.conn.send_response(response)
        self.transport.write(b"".join(self.conn.data_to_send()))
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            self.close_sent = True
            self.transport.close()
            return
        gateway = type(self).gateway
        self.ping_interval, self.ping_timeout = gateway.limits.ping_every, gateway.limits.pong_within
        self.close_timeout = gateway.limits.close_within
        self.link = gateway.connect(self)
        self._ping_later(random.uniform(0, gateway.limits.ping_every))  # noqa: S311 - spreads load, hides nothing

    def _prove(self, event: Request, response: Response) -> None:
        """Show a local client that this is the service of its data directory, before it says who it is."""
        prover = type(self).prover
        if prover is not None and self.server is not None:
            response.headers.update(prover.headers(event.headers.get_all(CHALLENGE), self.server))

    def _refusal(self, event: Request) -> tuple[HTTPStatus, str] | None:
        """Why this upgrade is not for us, if so (guarantees, Liveness 6; guarantees, Security 6)."""
        gateway = type(self).gateway
        hosts = event.headers.get_all("Host")
        if len(hosts) != 1 or not is_known(hosts[0], gateway.public_name):
            return HTTPStatus.MISDIRECTED_REQUEST, "Host: this service does not answer for that name\n"
        if not may_connect(event.headers.get_all("Origin"), gateway.origins):
            return HTTPStatus.FORBIDDEN, "Origin: not allowed; the operator can allow it\n"
        if not gateway.admits_upgrade(self.loop.time()):
            return HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections at once: try again in a second\n"
        return None

    def _refuse_head(self) -> None:
        """A head that the one parser takes and the other does not: too long for it, or with a body. The parser has an
        answer to some of these; to the others this is ours."""
        told = b"".join(self.conn.data_to_send()) or _BAD_HEAD
        self.handshake_complete = self.close_sent = True
        self.transport.write(told)
        self.transport.close()

    def _reject(self, status: HTTPStatus, text: str) -> None:
        response = self.conn.reject(status, text)
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = "1"
        self.conn.send_response(response)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.handshake_complete = self.close_sent = True
        self.transport.close()

    # ---- messages

    def send_receive_event_to_app(self) -> None:
        if self.link is None:
            super().send_receive_event_to_app()
            return
        data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if not self.close_sent:
            self.link.received(bytes(data))

    def write(self, frames: bytes) -> None:
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(frames)

    def pause_writing(self) -> None:
        self.is_paused = True
        super().pause_writing()

    def resume_writing(self) -> None:
        self.is_paused = False
        super().resume_writing()
        if self.link is not None:
            self.link.outgoing.on_writable()

    def hold_back(self, *, on: bool) -> None:
        if on == self._held_back or self.transport.is_closing():
            return
        self._held_back = on
        if on:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

    # ---- liveness

    def _ping_later(self, delay: float) -> None:
        self.ping_timer = self.loop.call_later(delay, self.send_keepalive_ping)

    def keepalive_timeout(self) -> None:
        """A peer that does not answer gets no closing handshake, which would wait for its write buffer for ever."""
        if self.link is None:
            super().keepalive_timeout()
        else:
            self.transport.abort()

    # ---- end

    def hang_up(self) -> None:
        if self.close_sent or self.transport.is_closing():
            return
        try:
            self.conn.send_close(1000)
        except InvalidState:
            self.transport.abort()
            return
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.hold_back(on=False)
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    def abort(self) -> None:
        self.transport.abort()

    def handle_close(self, event: Frame) -> None:
        super().handle_close(event)
        if self.link is not None and not self.close_sent:
            self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    def shutdown(self) -> None:
        """The server stops; the gateway has sent the links away before."""
        if self.link is None:
            super().shutdown()
        else:
            self.stop_keepalive()
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._rest = b""
        if self._next_turn is not None:
            self._next_turn.cancel()
        type(self).gateway.visitors.left(self)
        if self.link is not None:
            self.link.lost()


def socket_class(gateway: Gateway, prover: Prover | None = None) -> type[RealtimeSocket]:
    """What uvicorn is to make for each WebSocket, as its ``ws`` setting."""
    return type("BoundRealtimeSocket", (RealtimeSocket,), {"gateway": gateway, "prover": prover})


SETTINGS: dict[str, Any] = {"ws_max_size": MAX_FRAME, "ws_per_message_deflate": False}
"""Of uvicorn's Config, for the sockets this module makes (guarantees, Security 10; guarantees, Bounds 1)."""
