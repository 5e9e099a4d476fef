"""Takes in what a socket reads, at the pace at which it can be answered."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Protocol

from chat_tui.server.network.share import PIECE
from chat_tui.server.realtime.outgoing import Outgoing

MOST_AFTER_CLOSE = 64 * 1024
"""Bytes of a peer that was told to go, and goes on."""


class Source(Protocol):
    """The socket that reads."""

    transport: asyncio.Transport
    close_sent: bool
    """The peer was told to go: what it still says is not listened to."""

    def feed(self, piece: bytes) -> None:
        """Parse some bytes, and do what they ask for."""


class Intake:
    """Nothing is read while writing cannot go on, while its user's requests are at their bound, or when the user's time
    slice is over: one rule, in `go_on`, for whatever frames come."""

    def __init__(
        self,
        source: Source,
        outgoing: Outgoing,
        loop: asyncio.AbstractEventLoop,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._source = source
        self._outgoing = outgoing
        outgoing.go_on = self.go_on
        self._loop = loop
        self._clock = clock
        self._rest = b""
        self._is_held_back = False
        self._after_close = 0
        self._next_turn: asyncio.TimerHandle | None = None

    def go_on(self, data: bytes = b"") -> None:
        """Take in ``data``, and before it what was held back, piece by piece as long as the link may take it."""
        if data:
            self._rest = self._rest + data if self._rest else data
        source, outgoing, clock = self._source, self._outgoing, self._clock
        if source.transport.is_closing():
            return
        share = outgoing.share
        while self._rest:
            now = clock()
            wait = share.wait(now)
            if wait and self._next_turn is None:
                self._next_turn = self._loop.call_later(wait, self._take_turn)
            if wait or not (source.close_sent or outgoing.may_take()):
                self.hold_back(on=True)
                return
            piece, self._rest = self._rest[:PIECE], self._rest[PIECE:]
            source.feed(piece)
            if source.close_sent and self._is_too_late(len(piece)):
                return
            share = outgoing.share  # a login's is another one
            share.used += clock() - now
        if self._is_held_back:  # else the next to come is held back, if need be
            self.hold_back(on=not (source.close_sent or outgoing.may_take()))

    def _is_too_late(self, size: int) -> bool:
        self._after_close += size
        if self._after_close > MOST_AFTER_CLOSE:
            self._source.transport.abort()
            return True
        return self._source.transport.is_closing()

    def _take_turn(self) -> None:
        self._next_turn = None
        self.go_on()

    def hold_back(self, *, on: bool) -> None:
        """Read no more, or again."""
        transport = self._source.transport
        if on == self._is_held_back or transport.is_closing():
            return
        self._is_held_back = on
        if on:
            transport.pause_reading()
        else:
            transport.resume_reading()

    def close(self) -> None:
        """The socket is gone."""
        self._rest = b""
        if self._next_turn is not None:
            self._next_turn.cancel()
