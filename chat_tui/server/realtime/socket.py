"""The shell around a WebSocket: uvicorn's protocol, mended where it loses peers (guarantees, Liveness 1).

The one module that leans on uvicorn's inner names. Frames go straight between the transport and the `Link`, with no
task and no queue between them.
"""

import asyncio
import random
from asyncio.transports import BaseTransport
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request

from chat_tui.protocol.defaults import MAX_FRAME
from chat_tui.server.realtime.gateway import Gateway
from chat_tui.server.realtime.intake import Intake
from chat_tui.server.realtime.link import Link
from chat_tui.server.realtime.stranger import Stranger

_BINARY = Opcode.BINARY
_BAD_HEAD = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

_BUFFER = memoryview(bytearray(16 * 1024))
"""What all sockets read into, one after the other: what one of them holds back is no more."""


class RealtimeSocket(WebSocketsSansIOProtocol, asyncio.BufferedProtocol):
    """Binds a `Link` to its transport, whose bytes come by an `Intake`. Subclassed by `socket_class` with the gateway
    to serve."""

    gateway: ClassVar[Gateway]

    link: Link | None = None
    is_paused = False
    _intake: Intake | None = None
    _stranger: Stranger | None = None
    _owes_pong = False

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        gateway, address = type(self).gateway, self.client[0] if self.client else ""
        deadline = self.loop.time() + gateway.limits.head_within + gateway.limits.authenticate_within
        self._stranger = Stranger(address, deadline, gateway.limits.early_frames, self.transport.abort)
        gateway.visitors.arrived(self._stranger)

    def recognised(self) -> None:
        if self._stranger is not None:
            type(self).gateway.visitors.left(self._stranger)
            self._stranger = None

    # ---- incoming

    def get_buffer(self, sizehint: int) -> memoryview:
        return _BUFFER

    def buffer_updated(self, nbytes: int) -> None:
        data = bytes(_BUFFER[:nbytes])
        if self._intake is None:
            self.data_received(data)
        else:
            self._intake.go_on(data)

    def data_received(self, data: bytes) -> None:
        """A part of the head, which uvicorn may have read before it knew what it is. One that its parser takes and ours
        does not is too long for ours, or has a body: ours has an answer to some of these; to the others this is it."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_complete:
            self.handshake_complete = self.close_sent = True
            self.transport.write(b"".join(self.conn.data_to_send()) or _BAD_HEAD)
            self.transport.close()

    def feed(self, piece: bytes) -> None:
        link = self.link
        self.conn.receive_data(piece)
        if self.conn.parser_exc is not None:
            self.handle_parser_exception()
            return
        if self._stranger is not None and self._stranger.says_too_much(len(self.conn.events)):
            self.transport.abort()
            return
        events, self.conn.events = self.conn.events, []
        for event in events:
            if isinstance(event, Frame) and event.opcode is _BINARY and event.fin:  # nearly always
                if link is not None and not self.close_sent:
                    link.received(bytes(event.data))
            else:
                self.conn.events = [event]
                self.handle_events()
        if self._owes_pong:
            self._owes_pong = False
            self.write(b"".join(self.conn.data_to_send()))

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
        gateway = type(self).gateway
        response = gateway.handshakes.answer(self.conn, event, self.server, self.loop.time())
        self.handshake_complete = True
        self.conn.send_response(response)
        self.transport.write(b"".join(self.conn.data_to_send()))
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            self.close_sent = True
            self.transport.close()
            return
        limits = gateway.limits
        self.ping_interval, self.ping_timeout = limits.ping_every, limits.pong_within
        self.close_timeout = limits.close_within
        self.link = gateway.connect(self)
        self._intake = Intake(self, self.link.outgoing, self.loop)
        first_ping = random.uniform(0, limits.ping_every)  # noqa: S311 - spreads load, hides nothing
        self.ping_timer = self.loop.call_later(first_ping, self.send_keepalive_ping)

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

    # ---- liveness

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
        if self._intake is not None:
            self._intake.hold_back(on=False)
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
        if self._stranger is not None:
            type(self).gateway.visitors.left(self._stranger)
        if self._intake is not None:
            self._intake.close()
        if self.link is not None:
            self.link.lost()


def socket_class(gateway: Gateway) -> type[RealtimeSocket]:
    """What uvicorn is to make for each WebSocket, as its ``ws`` setting."""
    return type("BoundRealtimeSocket", (RealtimeSocket,), {"gateway": gateway})


SETTINGS: dict[str, Any] = {"ws_max_size": MAX_FRAME, "ws_per_message_deflate": False}
"""Of uvicorn's Config, for the sockets this module makes (guarantees, Security 10; guarantees, Bounds 1)."""
