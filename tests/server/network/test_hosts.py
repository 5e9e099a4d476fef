"""For whom this service answers, and which pages may ask it (guarantees, Security 6)."""

import pytest

from chat_tui.server.network.hosts import host_name, is_known, is_own_page, may_connect

ALLOWED = ("https://chat.example.com",)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("LocalHost:8080", "localhost"),
        ("[::1]:80", "[::1]"),
        (" chat.example.com ", "chat.example.com"),
        ("a:b", ""),
        ("user@localhost", ""),
        ("localhost:123456", ""),
        ("[::1", ""),
        ("", ""),
    ],
)
def test_a_host_is_a_name_and_perhaps_a_port(host: str, name: str) -> None:
    """What is neither has no name."""
    assert host_name(host) == name


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("localhost", True),
        ("127.0.0.1:1", True),
        ("chat.example.com:443", True),
        ("chat.us1.twilio.com", True),
        ("api.twilio.com", True),
        ("twilio.com.evil.example", False),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
    ],
)
def test_it_answers_for_this_machine_its_public_name_and_the_apis(host: str, is_ours: bool) -> None:
    """No name that leads here by a trick of names (guarantees, Security 6)."""
    assert is_known(host, "chat.example.com") is is_ours
    assert not is_known("", None)


@pytest.mark.parametrize(
    ("origins", "may"),
    [
        ([], True),
        (["http://localhost:3000"], True),
        (["capacitor://localhost"], True),
        (["http://127.8.8.8"], True),
        (["https://chat.example.com"], True),
        (["https://chat.example.com.evil.example"], False),
        (["http://localhost.evil.example"], False),
        (["null"], False),
        (["http://localhost", "http://localhost"], False),
    ],
)
def test_pages_of_this_machine_and_those_allowed_may_connect(origins: list[str], may: bool) -> None:
    """One origin, or none at all."""
    assert may_connect(origins, ALLOWED) is may


@pytest.mark.parametrize(
    ("sites", "origins", "is_own"),
    [
        ([], [], True),
        (["none"], [], True),
        (["same-origin"], ["http://localhost:8080"], True),
        (["cross-site"], ["https://chat.example.com"], True),
        (["cross-site"], [], False),
        (["same-site"], ["http://localhost:3000"], False),
        ([], ["http://localhost:3000"], False),
        (["cross-site"], ["https://chat.example.com", "https://evil.example"], False),
    ],
)
def test_a_page_of_another_port_is_another_site(sites: list[str], origins: list[str], is_own: bool) -> None:
    """Programs send neither header; those allowed may ask from anywhere."""
    assert is_own_page("localhost:8080", sites, origins, ALLOWED) is is_own
