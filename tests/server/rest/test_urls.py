"""Which product a request speaks, by its Host or by its path, and in which form its answer's addresses are."""

import pytest

from chat_tui.server.rest.urls import Misdirected, Product, Urls, target


@pytest.mark.parametrize(
    ("host", "path", "product", "rest", "base"),
    [
        ("chat.twilio.com", "/v2/Services", Product.CHAT, "/v2/Services", "https://chat.twilio.com"),
        ("ip-messaging.twilio.com", "/v1/x", Product.CHAT, "/v1/x", "https://ip-messaging.twilio.com"),
        ("conversations.ie1.twilio.com:443", "/v1/x", Product.CONVERSATIONS, "/v1/x",
         "https://conversations.ie1.twilio.com"),
        ("localhost:1", "/conversations/v1/x", Product.CONVERSATIONS, "/v1/x", "http://localhost:1/conversations"),
        ("localhost:1", "/api/2010-04-01/x", Product.API, "/2010-04-01/x", "http://localhost:1/api"),
        ("localhost:1", "/v2/Services", Product.CHAT, "/v2/Services", "http://localhost:1/chat"),
        ("localhost:1", "/chatter/x", Product.CHAT, "/chatter/x", "http://localhost:1/chat"),
    ],
)  # fmt: skip
def test_the_host_says_it_or_the_path_does(host: str, path: str, product: Product, rest: str, base: str) -> None:
    """A bare path means chat (contract 1.1)."""
    found = target(host, path)
    assert (found.product, found.path, found.urls.base) == (product, rest, base)


def test_a_public_name_is_answered_for_and_a_foreign_one_is_not() -> None:
    """With 421."""
    found = target("chat.example.com", "/chat/v2/x", scheme="https", public_name="chat.example.com")
    assert found.urls.base == "https://chat.example.com/chat"
    with pytest.raises(Misdirected) as raised:
        target("evil.example", "/chat/v2/x", public_name="chat.example.com")
    assert raised.value.status == 421


@pytest.mark.parametrize(
    ("path", "resource"),
    [("/v2/Services/IS1", "/Services/IS1"), ("/v2", "/"), ("/v22x/y", "/v22x/y")],
)
def test_a_refusal_names_the_path_without_its_version(path: str, resource: str) -> None:
    """Which is a part of the older API's (contract 1.8)."""
    assert target("localhost", f"/chat{path}").resource == resource
    assert target("localhost", "/api/2010-04-01/x").resource == "/2010-04-01/x"


def test_segments_are_encoded() -> None:
    """Whatever they hold."""
    assert Urls("http://x").of("a/b", "c d", "é") == "http://x/a%2Fb/c%20d/%C3%A9"
