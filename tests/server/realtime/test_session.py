"""What a connection may do next."""

import random

import pytest

from chat_tui.protocol.twilsock import Header, HttpRequest, Packet
from chat_tui.server.clocks import Moment
from chat_tui.server.realtime.session import (
    Acknowledge,
    Action,
    Authenticate,
    EndCleanly,
    Expire,
    GiveUp,
    Ignore,
    Refuse,
    Renew,
    Serve,
    Session,
    WarnOfExpiry,
)

REQUEST = HttpRequest("aim.local", "/Client/v2/Configuration")


def at(seconds: float) -> Moment:
    """Clocks that agree."""
    return Moment(seconds, seconds + 77)


def opened(expires: float = 1000.0) -> Session:
    session = Session(at(0))
    session.receive(Packet(Header("init", "1", token="t")))
    session.authenticated(expires, at(0))
    return session


def test_authentication_comes_first_and_once() -> None:
    """Anything before it, and a second init, is refused."""
    session = Session(at(0))
    assert isinstance(session.receive(Packet(Header("message", "1", http_request=REQUEST))), Refuse)
    assert session.receive(Packet(Header("init", "2", token="t"))) == Authenticate("2", "t")
    assert isinstance(session.receive(Packet(Header("init", "3", token="t"))), Refuse)
    session.authenticated(1000, at(0))
    assert isinstance(session.receive(Packet(Header("init", "4", token="t"))), Refuse)


def test_a_notification_context_may_follow_before_the_answer_to_init() -> None:
    """twilio-chat 5 does not wait; hanging up on it cost its users four seconds. Before any init it is refused."""
    session, context = Session(at(0)), Packet(Header("put_notification_ctx", "2"))
    assert isinstance(session.receive(context), Refuse)
    session.receive(Packet(Header("init", "1", token="t")))
    assert session.receive(context) == Acknowledge("2")


@pytest.mark.parametrize(
    ("header", "action"),
    [
        (Header("message", "1", http_request=REQUEST), Serve("1", REQUEST, b"")),
        (Header("update", "1", token="new"), Renew("1", "new")),
        (Header("put_notification_ctx", "1"), Acknowledge("1")),
        (Header("reply", "1"), Ignore()),
        (Header("telemetry.v1", "1"), Ignore()),
        (Header("close", "1"), EndCleanly()),
    ],
)
def test_an_open_session_knows_its_packets(header: Header, action: Action) -> None:
    """One action per packet."""
    assert opened().receive(Packet(header)) == action


def test_nothing_follows_a_farewell() -> None:
    """After ``close`` whatever comes is ignored."""
    session = opened()
    session.receive(Packet(Header("close", "1")))
    assert session.receive(Packet(Header("message", "2", http_request=REQUEST))) == Ignore()
    assert session.next_due(at(0)) is None


def test_time_asks_for_a_warning_and_then_for_the_end() -> None:
    """180 s before the token's end, and at it; a renewal begins anew."""
    session = opened(1000)
    assert (session.next_due(at(0)), session.due(at(819))) == (820, None)
    assert session.due(at(820)) == WarnOfExpiry()
    assert (session.due(at(821)), session.next_due(at(821))) == (None, 179)
    session.authenticated(5000, at(900))
    assert (session.due(at(1000)), session.next_due(at(1000))) == (None, 3820)
    session.due(at(4820))
    assert session.due(at(5000)) == Expire()
    session.end()
    assert (session.due(at(5001)), session.next_due(at(5001))) == (None, None)


def test_who_does_not_authenticate_is_given_up() -> None:
    """Five seconds after the upgrade, however the clock is set (guarantees, Liveness 4)."""
    session = Session(Moment(10, 50))
    for wall in (10, -(10**9), 10**9):
        assert (session.due(Moment(wall, 54.9)), session.due(Moment(wall, 55))) == (None, GiveUp())


LIVES = [1, 2, 3, 3.9, 4, 5, 10, 59, 60, 179, 180, 180.01, 181, 183, 200, 359, 360, 361, 3600, 86_400]


@pytest.mark.parametrize("life", LIVES)
def test_a_token_is_warned_of_once_and_neither_at_the_start_nor_after_a_renewal(life: float) -> None:
    """In time to renew it: 180 s before its end, or with half of its life left; one of a few seconds not at all."""
    session, now, warned, renewals = opened(life), 0.0, [], 0
    while renewals < 5:
        wait = session.next_due(at(now))
        assert wait is not None
        now += wait
        due = session.due(at(now))
        if isinstance(due, Expire):
            break
        assert due == WarnOfExpiry()
        warned.append(now)
        assert session.due(at(now)) is None
        session.authenticated(now + life, at(now))
        renewals += 1
    gaps = [after - before for before, after in zip([0.0, *warned], warned, strict=False)]
    assert all(gap >= 2 for gap in gaps)
    assert len(warned) == (0 if life < 4 else 5)
    if life > 182:
        assert warned[0] == pytest.approx(life - 180)
    assert all(gap >= min(life / 2, life - 180 if life > 360 else life) - 1e-6 for gap in gaps[1:])


@pytest.mark.parametrize("life", LIVES)
def test_the_same_token_again_gains_neither_time_nor_a_warning(life: float) -> None:
    """An endless loop of renewals would be one of warnings; nor does a clock that was set back give it more time."""
    session, warnings = opened(life), 0
    for step in range(2_000):
        elapsed = life * step / 1_000
        wall = elapsed - (DAY if step > 500 else 0)
        session.authenticated(life, Moment(wall, elapsed + 77))
        due = session.due(Moment(wall, elapsed + 77))
        assert isinstance(due, Expire) == (elapsed >= life)
        warnings += isinstance(due, WarnOfExpiry)
    assert warnings == (life >= 4)


def test_two_tokens_in_turn_are_not_warned_of_for_ever() -> None:
    """Each renewal is another token, and no news."""
    session, now, warnings = opened(600), 0.0, 0
    while (wait := session.next_due(at(now))) is not None:
        now += wait
        due = session.due(at(now))
        if isinstance(due, Expire):
            break
        warnings += 1
        session.authenticated(600 + warnings % 2, at(now))
    assert warnings < 10


DAY = 86_400
JUMPS = [sign * size for size in (1, 3600, DAY, 3650 * DAY) for sign in (1, -1)]


@pytest.mark.parametrize("jump", JUMPS)
def test_a_token_ends_with_the_earlier_of_its_date_and_its_life(jump: int) -> None:
    """The clock set back prolongs nothing; set forward past the end, it ends at the next look."""
    dice = random.Random(jump)
    for _ in range(200):
        life, when = dice.uniform(1, DAY), dice.random()
        session, elapsed = opened(life), 0.0
        elapsed = life * when
        left = min(life - elapsed, life - elapsed - jump)
        wait = session.next_due(Moment(elapsed + jump, elapsed + 77))
        assert wait is not None
        assert wait <= max(0.0, left)
        due = session.due(Moment(elapsed + jump, elapsed + 77))
        assert isinstance(due, Expire) == (left <= 0)
        assert isinstance(session.due(Moment(life + jump, life + 77.001)), Expire)
