"""Where the socket of a service is, and how it is opened."""

import contextlib
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from chat_tui.client.link.endpoint import Endpoint, socket_url
from chat_tui.client.link.timing import Timing
from chat_tui.protocol.errors import TransportError
from chat_tui.protocol.proof import Impostor, Prover


@pytest.mark.parametrize(
    ("url", "socket"),
    [
        ("http://chat.example.com", "ws://chat.example.com/v3/wsconnect"),
        ("https://chat.example.com:8443/", "wss://chat.example.com:8443/v3/wsconnect"),
        ("wss://chat.example.com/elsewhere", "wss://chat.example.com/elsewhere"),
        ("http://[::1]:80", "ws://[::1]:80/v3/wsconnect"),
    ],
)
def test_a_service_has_its_socket_at_a_known_place(url: str, socket: str) -> None:
    """Unless one is named."""
    assert socket_url(url) == socket


@pytest.mark.parametrize("url", ["", "nonsense", "http://", "http://[::1", "http://x:99999", "ftp//x"])
def test_what_is_no_address_is_refused(url: str) -> None:
    """Before anything is tried."""
    with pytest.raises(TransportError, match="not a URL"):
        socket_url(url)


async def test_an_address_that_moves_is_asked_for_before_every_try() -> None:
    """It wins over the one that was given."""
    asked: list[int] = []

    async def address() -> str:
        asked.append(1)
        return f"http://there:{len(asked)}"

    endpoint = Endpoint("http://here", address=address)
    assert [await endpoint.url() for _ in range(2)] == ["ws://there:1/v3/wsconnect", "ws://there:2/v3/wsconnect"]
    assert await Endpoint("http://here").url() == "ws://here/v3/wsconnect"


async def test_a_socket_of_this_machine_goes_through_no_proxy() -> None:
    """Bounded, uncompressed, and with the times that were given."""
    opened: list[dict[str, Any]] = []

    @contextlib.asynccontextmanager
    async def connect(url: str, **how: Any) -> AsyncIterator[str]:
        opened.append(how)
        yield url

    endpoint, timing = Endpoint("http://here", connect=connect), Timing(connect_within=3.0)
    for url in ("ws://127.0.0.1:1/x", "wss://chat.example.com/x"):
        async with endpoint.open(url, timing) as socket:
            assert socket == url
    assert [how["proxy"] for how in opened] == [None, True]
    assert all((how["open_timeout"], how["compression"], how["ssl"]) == (3.0, None, None) for how in opened)
    assert all(0 < how["max_size"] < 2**26 for how in opened)


async def test_what_does_not_know_the_answer_is_not_talked_to() -> None:
    """The question goes with the handshake; without a proof in its answer there is no link."""
    challenge = Prover("one run", "00" * 32).challenge()
    asked: list[dict[str, Any]] = []

    @contextlib.asynccontextmanager
    async def connect(url: str, **how: Any) -> AsyncIterator[Any]:
        asked.append(how)
        yield SimpleNamespace(response=None, remote_address=("127.0.0.1", 1))

    endpoint = Endpoint("http://here", challenge=lambda: challenge, connect=connect)
    with pytest.raises(Impostor):
        async with endpoint.open("ws://chat.example.com/x", Timing()):
            raise AssertionError("it was talked to")
    assert [(how["additional_headers"], how["proxy"]) for how in asked] == [(challenge.headers, None)]
