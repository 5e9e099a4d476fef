"""The shell around an HTTP connection: uvicorn's protocol, with a deadline for each thing a peer has to do (guarantees,
Bounds 7).

Leans on uvicorn's inner names, as `realtime.socket` does.
"""

import asyncio
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from chat_tui.server.network.limits import Limits
from chat_tui.server.network.share import PIECE, Share
from chat_tui.server.network.visitors import KNOWN, Visitors

STRANGER_SECONDS = 0.002
"""What a request without credentials takes, with what it makes others wait: some 250 a second are answered."""

MAX_REQUEST_HEAD = 16 * 1024

TAKEN_IN_TIME = 64 * 1024
"""Bytes of an answer that a peer must have taken within `Limits.read_within`, however long the answer is."""


class HttpConnection(H11Protocol):
    """Subclassed by `http_class` with what it is bounded by. A byte now and then moves no deadline: it belongs to the
    head, the body or the pause that is under way."""

    visitors: ClassVar[Visitors]
    limits: ClassVar[Limits]
    strangers: ClassVar[Share]
    """The time of all who have not shown who they are: between two of their requests it must come round again."""

    address = ""
    deadline: float | None = None
    is_busy = False
    _is_known = False
    _rest = b""
    _next_turn: asyncio.TimerHandle | None = None
    _unsent = 0
    _stage: tuple[str, int] = ("", 0)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self._enter("head")
        self.visitors.arrived(self)

    def data_received(self, data: bytes) -> None:
        self._rest = self._rest + data if self._rest else data
        self._go_on()

    def _go_on(self) -> None:
        """Take in what was read. Strangers share their time: what they send is read piece by piece, in turn, so that
        no number of chunks, or of lines, keeps others waiting."""
        share, clock = self.strangers, self.loop.time
        while self._rest and not self.transport.is_closing():
            if self._is_known:
                self._take(len(self._rest))
                return
            now = clock()
            wait = share.wait(now) if self._stage != ("head", id(None)) else 0.0  # a first request is heard at once
            if wait:
                self.transport.pause_reading()
                if self._next_turn is None:
                    self._next_turn = self.loop.call_later(wait, self._take_turn)
                return
            self._take(PIECE)
            share.used += clock() - now

    def _take(self, size: int) -> None:
        piece, self._rest = self._rest[:size], self._rest[size:]
        super().data_received(piece)
        self._look()

    def _take_turn(self) -> None:
        self._next_turn = None
        self._go_on()
        if self._next_turn is None and not self.flow.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()

    def on_response_complete(self) -> None:
        self._is_known = bool(self.cycle.scope["state"].get(KNOWN))
        if self._is_known:
            self.visitors.recognised(self)
            self._next_request()
            return
        wait = self.strangers.queue(self.loop.time(), STRANGER_SECONDS)
        if wait:
            self.is_busy = False
            self.loop.call_later(wait, self._next_request)
        else:
            self._next_request()

    def _next_request(self) -> None:
        super().on_response_complete()
        self._look()

    def _look(self) -> None:
        """What the peer is at now."""
        if self.transport.is_closing():
            self._enter("end")
            return
        theirs = self.conn.their_state
        if theirs is h11.SEND_BODY:
            self._enter("body")
        elif theirs is not h11.IDLE:
            self._enter("answer")
        elif self.conn.trailing_data[0] or self.cycle is None:
            self._enter("head")
        else:
            self._enter("idle")

    def _enter(self, stage: str) -> None:
        entered = (stage, id(self.cycle))
        if entered == self._stage:
            return
        self._stage = entered
        self.is_busy = stage == "answer"
        if stage == "answer":
            self.deadline = None
            return
        within = {
            "head": self.limits.head_within,
            "body": self.limits.body_within,
            "idle": self.limits.idle_within,
            "end": self.limits.close_within,
        }
        self._unsent = self.transport.get_write_buffer_size()
        patience = max(within[stage], self.limits.read_within) if self._unsent else within[stage]
        self.deadline = self.loop.time() + patience

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP. An answer that is under way to what came before it is given up: uvicorn would send
        both, and fail."""
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.deadline is None:
            self._await_reader(self.loop.time())

    def _await_reader(self, now: float) -> None:
        self._unsent = self.transport.get_write_buffer_size()
        self.deadline = now + self.limits.read_within

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stage[0] == "answer":
            self.deadline = None

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self.visitors.left(self)
        self._rest = b""  # nothing may be said before the upgrade is answered
        super().handle_websocket_upgrade(event)

    def is_late(self, now: float) -> bool:
        if self.deadline is None or now < self.deadline:
            return False
        if self._unsent - self.transport.get_write_buffer_size() < TAKEN_IN_TIME:
            return True
        self._await_reader(now)
        return False

    def turn_away(self) -> None:
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.visitors.left(self)
        self._rest = b""
        if self._next_turn is not None:
            self._next_turn.cancel()
        super().connection_lost(exc)


def http_class(visitors: Visitors, limits: Limits) -> type[HttpConnection]:
    """What uvicorn is to make for each connection, as its ``http`` setting."""
    bound = {"visitors": visitors, "limits": limits, "strangers": Share(limits)}
    return type("BoundHttpConnection", (HttpConnection,), bound)
