"""What a connection may do next."""

import pytest

from chat_tui.protocol.twilsock import Header, HttpRequest, Packet
from chat_tui.server.realtime import session as s

REQUEST = HttpRequest("aim.local", "/Client/v2/Configuration")


def opened(expires: float = 1000.0) -> s.Session:
    session = s.Session(0.0)
    session.receive(Packet(Header("init", "1", token="t")))
    session.authenticated(expires)
    return session


def test_authentication_comes_first_and_once() -> None:
    """Anything before it, and a second init, is refused."""
    session = s.Session(0.0)
    assert isinstance(session.receive(Packet(Header("message", "1", http_request=REQUEST))), s.Refuse)
    assert session.receive(Packet(Header("init", "2", token="t"))) == s.Authenticate("2", "t")
    assert isinstance(session.receive(Packet(Header("init", "3", token="t"))), s.Refuse)
    session.authenticated(1000)
    assert isinstance(session.receive(Packet(Header("init", "4", token="t"))), s.Refuse)


def test_a_notification_context_may_follow_before_the_answer_to_init() -> None:
    """twilio-chat 5 does not wait; hanging up on it cost its users four seconds. Before any init it is refused."""
    session, context = s.Session(0.0), Packet(Header("put_notification_ctx", "2"))
    assert isinstance(session.receive(context), s.Refuse)
    session.receive(Packet(Header("init", "1", token="t")))
    assert session.receive(context) == s.Acknowledge("2")


@pytest.mark.parametrize(
    ("header", "action"),
    [
        (Header("message", "1", http_request=REQUEST), s.Serve("1", REQUEST, b"")),
        (Header("update", "1", token="new"), s.Renew("1", "new")),
        (Header("put_notification_ctx", "1"), s.Acknowledge("1")),
        (Header("reply", "1"), s.Ignore()),
        (Header("telemetry.v1", "1"), s.Ignore()),
        (Header("close", "1"), s.EndCleanly()),
    ],
)
def test_an_open_session_knows_its_packets(header: Header, action: s.Action) -> None:
    """One action per packet."""
    assert opened().receive(Packet(header)) == action


def test_nothing_follows_a_farewell() -> None:
    """After ``close`` whatever comes is ignored."""
    session = opened()
    session.receive(Packet(Header("close", "1")))
    assert session.receive(Packet(Header("message", "2", http_request=REQUEST))) == s.Ignore()
    assert session.next_due() is None


def test_time_asks_for_a_warning_and_then_for_the_end() -> None:
    """180 s before the token's end, and at it; a renewal begins anew."""
    session = opened(1000)
    assert (session.next_due(), session.due(819)) == (820, None)
    assert session.due(820) == s.WarnOfExpiry()
    assert (session.due(821), session.next_due()) == (None, 1000)
    session.authenticated(5000)
    assert (session.due(1000), session.next_due()) == (None, 4820)
    session.due(4820)
    assert session.due(5000) == s.Expire()
    session.end()
    assert (session.due(5001), session.next_due()) == (None, None)


def test_who_does_not_authenticate_is_given_up() -> None:
    """Five seconds after the upgrade."""
    session = s.Session(10.0)
    assert (session.due(14.9), session.due(15.0)) == (None, s.GiveUp())
