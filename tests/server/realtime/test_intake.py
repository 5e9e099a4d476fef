"""What a socket reads is taken in at the pace at which it can be answered."""

import asyncio
from typing import Any

import pytest

from chat_tui.server.network.limits import Limits
from chat_tui.server.network.share import PART, PIECE, SLICE, Share
from chat_tui.server.realtime.intake import MOST_AFTER_CLOSE, Intake
from chat_tui.server.realtime.outgoing import Outgoing
from tests.server.realtime.test_outgoing import FakeSocket
from tests.support.waiting import settle

LIMITS = Limits(in_flight_bytes=10)


class FakeTransport(asyncio.Transport):
    """Notes whether it reads, and whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = True
        self.is_aborted = False

    def pause_reading(self) -> None:
        self.reads = False

    def resume_reading(self) -> None:
        self.reads = True

    def is_closing(self) -> bool:
        return self.is_aborted

    def abort(self) -> None:
        self.is_aborted = True


class Source:
    """A socket whose pieces are kept; each takes ``cost`` seconds of a clock that only it moves."""

    def __init__(self, *, cost: float = 0.0) -> None:
        self.transport: asyncio.Transport = FakeTransport()
        self.close_sent = False
        self.pieces: list[bytes] = []
        self.now = 100.0
        self._cost = cost

    def feed(self, piece: bytes) -> None:
        self.pieces.append(piece)
        self.now += self._cost


class FakeLoop:
    """Keeps what is to be called later."""

    def __init__(self) -> None:
        self.later: list[tuple[float, Any]] = []

    def call_later(self, delay: float, callback: Any) -> "FakeLoop":
        self.later.append((delay, callback))
        return self

    def cancel(self) -> None:
        self.later.clear()


class Made:
    """An intake with everything around it."""

    def __init__(self, *, cost: float = 0.0) -> None:
        self.source = Source(cost=cost)
        self.socket = FakeSocket()
        self.outgoing = Outgoing(self.socket, "TM1", Share(LIMITS), LIMITS)
        self.loop = FakeLoop()
        loop: Any = self.loop
        self.intake = Intake(self.source, self.outgoing, loop, clock=lambda: self.source.now)

    @property
    def reads(self) -> bool:
        assert isinstance(self.source.transport, FakeTransport)
        return self.source.transport.reads


def test_it_is_parsed_piece_by_piece() -> None:
    """In order, whole, and none larger than a slice suffices for."""
    made, data = Made(), bytes(range(256)) * 10
    made.intake.go_on(data)
    assert b"".join(made.source.pieces) == data
    assert max(map(len, made.source.pieces)) == PIECE
    assert made.reads


def test_who_has_used_up_a_slice_waits_for_the_next_turn() -> None:
    """What was read is held back, and so is what comes; it goes on when the time has come round."""
    made = Made(cost=4 * SLICE)
    made.intake.go_on(b"x" * 3 * PIECE)
    for count in (1, 2):
        assert (len(made.source.pieces), made.reads) == (count, False)
        [(delay, turn)] = made.loop.later
        assert delay == pytest.approx((4 * SLICE - 4 * SLICE * PART) / PART)
        made.loop.later.clear()
        made.source.now += delay
        turn()
    assert (len(made.source.pieces), made.loop.later) == (3, [])


def test_nothing_is_read_while_the_socket_takes_nothing() -> None:
    """It goes on as soon as it does."""
    made = Made()
    made.socket.is_paused = True
    made.intake.go_on(b"one")
    assert (made.source.pieces, made.reads) == ([], False)
    made.socket.is_paused = False
    made.intake.go_on()
    assert (made.source.pieces, made.reads) == ([b"one"], True)


async def test_nothing_is_read_while_the_users_requests_are_at_their_bound() -> None:
    """By whichever connection they came; it goes on by itself once there is room."""
    made = Made()
    under_way: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    made.outgoing.share.charge(10, under_way)
    made.intake.go_on(b"one")
    made.intake.go_on(b"two")
    assert (made.source.pieces, made.reads) == ([], False)
    under_way.set_result(None)
    await settle()
    assert (made.source.pieces, made.reads) == ([b"onetwo"], True)


def test_who_was_told_to_go_may_say_goodbye_and_not_much_more() -> None:
    """Its close is heard though nothing can be written; a flood is the end."""
    made = Made()
    made.source.close_sent = made.socket.is_paused = True
    made.intake.go_on(b"x" * MOST_AFTER_CLOSE)
    assert not made.source.transport.is_closing()
    made.intake.go_on(b"x")
    assert made.source.transport.is_closing()


def test_a_socket_that_is_gone_takes_nothing_in() -> None:
    """Neither what was held back, nor at its next turn."""
    made = Made(cost=4 * SLICE)
    made.intake.go_on(b"x" * 2 * PIECE)
    made.intake.close()
    assert made.loop.later == []
    made.source.now += 10
    made.intake.go_on()
    assert len(made.source.pieces) == 1
