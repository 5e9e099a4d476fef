"""The shell around a WebSocket: uvicorn's protocol, mended where it loses peers (guarantees, "server ping").

The one module that leans on uvicorn's inner names. Frames go straight between the transport and the `Link`, with no
task and no queue between them; only other paths take uvicorn's own road to the ASGI application.
"""

import random
from asyncio.transports import BaseTransport
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame
from websockets.http11 import Request, Response

from chat_tui.protocol.proof import CHALLENGE, Prover
from chat_tui.protocol.twilsock import MAX_FRAME, PATH
from chat_tui.server.hosts import is_known, may_connect
from chat_tui.server.realtime.gateway import Gateway
from chat_tui.server.realtime.link import Link

_BAD_HEAD = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class RealtimeSocket(WebSocketsSansIOProtocol):
    """Binds a `Link` to its transport. Subclassed by `socket_class` with the gateway to serve."""

    gateway: ClassVar[Gateway]
    prover: ClassVar[Prover | None]

    link: Link | None = None
    is_paused = False
    address = ""
    deadline: float | None = None
    is_busy = False
    _held_back = False

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        gateway = type(self).gateway
        self.address = self.client[0] if self.client else ""
        self.deadline = self.loop.time() + gateway.limits.head_within + gateway.limits.authenticate_within
        gateway.visitors.arrived(self)

    def settle(self) -> None:
        self.deadline = None
        type(self).gateway.visitors.left(self)

    def turn_away(self) -> None:
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_complete:
            self._refuse_head()

    def handle_connect(self, event: Request) -> None:
        path = event.path.partition("?")[0]
        if path != PATH:
            super().handle_connect(event)
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
        self.link = Link(gateway, self)
        gateway.links.add(self.link)
        self._ping_later(random.uniform(0, gateway.limits.ping_every))  # noqa: S311 - spreads load, hides nothing

    def _prove(self, event: Request, response: Response) -> None:
        """Show a local client that this is the service of its data directory, before it says who it is."""
        prover = type(self).prover
        if prover is not None and self.server is not None:
            response.headers.update(prover.headers(event.headers.get_all(CHALLENGE), self.server))

    def _refusal(self, event: Request) -> tuple[HTTPStatus, str] | None:
        """Why this upgrade is not for us, if so (guarantees, "accepts" and "Token")."""
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
            self.link.on_writable()

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
        type(self).gateway.visitors.left(self)
        if self.link is not None:
            self.link.lost()


def socket_class(gateway: Gateway, prover: Prover | None = None) -> type[RealtimeSocket]:
    """What uvicorn is to make for each WebSocket, as its ``ws`` setting."""
    return type("BoundRealtimeSocket", (RealtimeSocket,), {"gateway": gateway, "prover": prover})


SETTINGS: dict[str, Any] = {"ws_max_size": MAX_FRAME, "ws_per_message_deflate": False}
"""Of uvicorn's Config, for the sockets this module makes."""
