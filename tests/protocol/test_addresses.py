"""Addresses: what can be connected to, and what is refused in words."""

import pytest

from chat_tui.client.link.endpoint import socket_url
from chat_tui.protocol.addresses import parse_address
from chat_tui.protocol.errors import TransportError

GOOD = ("http://x", "https://chat.example.com:8443/path", "ws://127.0.0.1:1", "wss://[::1]:2/", "http://münchen.de")
NONE = (
    "",
    "x",
    "http://",
    "http://[",
    "http://[::1",
    "http://x:y",
    "http://x:65536",
    "http://a b",
    "http://..x",
    "ftp://x",
)


@pytest.mark.parametrize("url", GOOD)
def test_what_can_be_connected_to_is_parsed(url: str) -> None:
    """Whatever its parts."""
    assert parse_address(url).hostname


@pytest.mark.parametrize("url", [*NONE, "http://x\n", "http://x\0", f"http://{'a' * 64}", "http://me:a[b]c@[x"])
def test_what_is_no_address_is_one_error(url: str) -> None:
    """Which does not repeat it: it may hold a password."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the words are looked at
        parse_address(url)
    assert "a[b]c" not in str(caught.value)
    with pytest.raises(TransportError, match="not a URL"):
        socket_url(url)
