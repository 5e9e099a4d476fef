"""Addresses people type and services name: parsed, or refused in words, before anything else takes them."""

from urllib.parse import SplitResult, urlsplit

SCHEMES = ("http", "https", "ws", "wss")


def parse_address(url: str) -> SplitResult:
    """Raises ValueError that says what is wrong with it; what this returns can be connected to."""
    if not url.isprintable() or " " in url:
        raise ValueError("it holds what no URL does")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # the port is read when it is asked for
    except ValueError:
        raise ValueError("no URL is written so") from None  # Python's words may repeat a password
    if parts.scheme not in SCHEMES:
        raise ValueError("it must begin with https:// or http://")
    if not host:
        raise ValueError("it names no host")
    try:
        host.encode("idna")  # as the resolver will
    except UnicodeError:
        raise ValueError("no host has such a name") from None
    return parts
