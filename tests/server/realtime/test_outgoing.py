"""The sending half of a connection: at the socket's pace, within the bounds of a connection and of a user."""

import asyncio

import msgspec
import pytest

from chat_tui.server.network.limits import Limits
from chat_tui.server.network.share import Share
from chat_tui.server.realtime.outgoing import Outgoing
from tests.support.waiting import settle

LIMITS = Limits(queued_events=4, queued_bytes=100, unsent_bytes=150, in_flight_bytes=10)


class FakeSocket:
    """Notes what is written, and what is asked of it; ``is_paused``: the kernel takes no more."""

    def __init__(self) -> None:
        self.is_paused = False
        self.written: list[bytes] = []
        self.is_aborted = False

    def write(self, frames: bytes) -> None:
        self.written.append(frames)

    def hang_up(self) -> None:
        raise AssertionError("nobody hangs up here")

    def abort(self) -> None:
        self.is_aborted = True

    def recognised(self) -> None:
        raise AssertionError("nobody logs in here")


def made(share: Share | None = None, limits: Limits = LIMITS) -> tuple[Outgoing, FakeSocket]:
    socket = FakeSocket()
    return Outgoing(socket, "TM1", share or Share(limits), limits), socket


def test_what_is_pushed_goes_out_together() -> None:
    """One write for all events of a turn; none, for none."""
    outgoing, socket = made()
    outgoing.flush()
    for frame in (b"one", b"two", b"three"):
        outgoing.push(frame)
    outgoing.flush()
    assert socket.written == [b"onetwothree"]


def test_what_is_queued_goes_out_in_its_order_once_the_socket_takes_more() -> None:
    """Nothing overtakes it, and the reading goes on then."""
    outgoing, socket = made()
    went_on: list[str] = []
    outgoing.go_on = lambda: went_on.append("on")
    socket.is_paused = True
    for frame in (b"one", b"two"):
        outgoing.push(frame)
        outgoing.flush()
    assert (socket.written, outgoing.share.unsent, went_on) == ([], 6, [])
    socket.is_paused = False
    outgoing.on_writable()
    assert (socket.written, outgoing.share.unsent, went_on) == ([b"one", b"two"], 0, ["on"])


@pytest.mark.parametrize(("frames", "is_aborted"), [([b"x"] * 4, False), ([b"x"] * 5, True), ([b"x" * 51] * 2, True)])
def test_a_connection_that_does_not_read_is_given_up(frames: list[bytes], is_aborted: bool) -> None:
    """Over the bound of events, or of their bytes."""
    outgoing, socket = made()
    socket.is_paused = True
    for frame in frames:
        outgoing.push(frame)
    outgoing.flush()
    assert socket.is_aborted is is_aborted


def test_typing_is_dropped_when_half_the_queue_is_full() -> None:
    """It is the first to go, and nothing else does."""
    outgoing, socket = made()
    socket.is_paused = True
    for frame in (b"one", b"two"):
        outgoing.push(frame)
    outgoing.flush()
    outgoing.push(b"typing", droppable=True)
    outgoing.push(b"three")
    outgoing.flush()
    socket.is_paused = False
    outgoing.on_writable()
    assert socket.written == [b"one", b"two", b"three"]


def test_the_connection_that_goes_over_its_users_bound_is_given_up() -> None:
    """All connections of a user wait for their sockets together."""
    share = Share(LIMITS)
    (one, first), (two, second) = made(share), made(share)
    for outgoing, socket in ((one, first), (two, second)):
        socket.is_paused = True
        outgoing.push(b"x" * 80)
        outgoing.flush()
    assert (first.is_aborted, second.is_aborted) == (False, True)
    two.lost()
    assert share.unsent == 80


async def test_an_answer_waits_for_the_socket_and_ends_with_it() -> None:
    """In its turn, behind what is queued; ConnectionResetError once the socket is gone."""
    outgoing, socket = made()
    socket.is_paused = True
    sending = [asyncio.ensure_future(outgoing.send(frame)) for frame in (b"one", b"two")]
    await settle()
    assert (socket.written, outgoing.can_write) == ([], False)
    socket.is_paused = False
    outgoing.on_writable()
    await asyncio.gather(*sending)
    assert (socket.written, outgoing.can_write, outgoing.share.unsent) == ([b"one", b"two"], True, 0)
    socket.is_paused = True
    late = asyncio.ensure_future(outgoing.send(b"three"))
    await settle()
    outgoing.lost()
    with pytest.raises(ConnectionResetError):
        await late
    assert (socket.written, outgoing.share.unsent) == ([b"one", b"two"], 0)


async def test_nothing_more_is_taken_in_while_there_is_no_way_out_for_it() -> None:
    """Nor while its user's requests are at their bound; whoever waits for that is told."""
    outgoing, socket = made()
    told: list[str] = []
    outgoing.go_on = lambda: told.append("on")
    assert outgoing.may_take()
    socket.is_paused = True
    assert not outgoing.may_take()
    socket.is_paused = False
    under_way: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    outgoing.share.charge(10, under_way)
    assert not outgoing.may_take()
    assert told == []
    under_way.set_result(None)
    await settle()
    assert told == ["on"]


async def test_reading_is_by_turns_and_not_before_it_can_be_written() -> None:
    """A user has so many at once; who waits for its socket leaves the turn to another."""
    limits = msgspec.structs.replace(LIMITS, reads_at_once=1)
    share = Share(limits)
    (slow, paused), (quick, _) = made(share, limits), made(share, limits)
    paused.is_paused = True
    order: list[str] = []

    async def read(outgoing: Outgoing, name: str) -> None:
        async with outgoing.reading():
            order.append(name)

    reading = [asyncio.ensure_future(read(slow, "slow")), asyncio.ensure_future(read(quick, "quick"))]
    await asyncio.wait_for(reading[1], 5)
    assert order == ["quick"]
    paused.is_paused = False
    slow.on_writable()
    await asyncio.wait_for(reading[0], 5)
    assert order == ["quick", "slow"]
