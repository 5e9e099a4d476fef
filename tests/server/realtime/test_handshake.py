"""Which upgrades become realtime sockets."""

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from chat_tui.protocol.proof import CHALLENGE, PROOF, Prover
from chat_tui.protocol.twilsock import PATH
from chat_tui.server.realtime.handshake import Handshakes

GOOD = {
    "Host": "localhost:1",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


def answered(
    *more: tuple[str, str], path: str = PATH, admits: bool = True, prover: Prover | None = None, without: str = ""
) -> Response:
    handshakes = Handshakes(
        admits=lambda now: admits, public_name="chat.example", origins={"https://a.example"}, prover=prover
    )
    headers = Headers([*((name, value) for name, value in GOOD.items() if name != without), *more])
    return handshakes.answer(ServerProtocol(), Request(path, headers), ("127.0.0.1", 1), 0.0)


@pytest.mark.parametrize("path", [PATH, f"{PATH}?token=x"])
@pytest.mark.parametrize("more", [(), (("Origin", "https://a.example"),), (("Origin", "http://localhost:3000"),)])
def test_a_good_one_is_let_in(path: str, more: tuple[tuple[str, str], ...]) -> None:
    """From a program, from an allowed page, and from one of this machine."""
    assert answered(*more, path=path).status_code == 101


@pytest.mark.parametrize(
    ("more", "path", "without", "status"),
    [
        ((), "/", "", 403),
        ((), PATH + "/more", "", 403),
        ((), PATH, "Host", 421),
        ((("Host", "elsewhere.example"),), PATH, "Host", 421),
        ((("Host", "localhost"),), PATH, "", 421),
        ((("Origin", "https://b.example"),), PATH, "", 403),
        ((("Origin", "https://a.example"), ("Origin", "https://a.example")), PATH, "", 403),
        ((), PATH, "Upgrade", 426),
        ((), PATH, "Sec-WebSocket-Key", 400),
    ],
)
def test_another_is_told_why_not(more: tuple[tuple[str, str], ...], path: str, without: str, status: int) -> None:
    """Another path, host or page, a header that is given twice, or no upgrade at all."""
    assert answered(*more, path=path, without=without).status_code == status


def test_one_too_many_is_told_when_to_come_back() -> None:
    """503, with Retry-After."""
    response = answered(admits=False)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")


def test_who_asks_is_shown_whose_service_this_is() -> None:
    """A local client, before it says who it is; who does not ask is shown nothing."""
    prover = Prover("a" * 32, "b" * 64)
    nonce = "c" * 64
    asked, plain = answered((CHALLENGE, nonce), prover=prover), answered(prover=prover)
    assert asked.headers[PROOF] == prover.proof(nonce, ("127.0.0.1", 1))
    assert PROOF not in plain.headers
