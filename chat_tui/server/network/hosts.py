"""Which Host names this service answers for, and which web pages may ask it (guarantees, Security 6)."""

import re
from collections.abc import Collection, Sequence

TWILIO = re.compile(r"(chat|conversations|ip-messaging|api)(?:\.[a-z0-9-]+){0,2}\.twilio\.com")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:@/\\\[\]]+)(?::[0-9]{1,5})?")
_LOCAL_ORIGIN = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?", re.ASCII
)


def host_name(host: str) -> str:
    """A Host header without its port, in lower case; nothing when it is none."""
    found = _HOST.fullmatch(host.lower().strip())
    return "" if found is None else found[1]


def is_known(host: str, public_name: str | None) -> bool:
    """Whether a request for ``host`` is meant for this service."""
    name = host_name(host)
    return name in _LOOPBACK or (name == public_name and bool(name)) or TWILIO.fullmatch(name) is not None


def may_connect(origins: Sequence[str], allowed: Collection[str]) -> bool:
    """Whether a page from these ``Origin`` headers, one or none, may open a realtime socket, for which it needs a
    token: pages of this machine may, and those of ``allowed``."""
    return len(origins) <= 1 and all(
        origin in allowed or _LOCAL_ORIGIN.fullmatch(origin.lower()) is not None for origin in origins
    )


def is_own_page(host: str, sites: Sequence[str], origins: Sequence[str], allowed: Collection[str]) -> bool:
    """Whether a request for ``host`` with these ``Sec-Fetch-Site`` and ``Origin`` headers comes from no web page, from
    one of this very host, or from one of ``allowed``.

    A browser sends the credentials that it remembers whoever makes it send a request, so another site's page could
    act as its user. Programs that are no browser send neither header; for an address that was typed, a browser says
    ``none``. Pages of other ports of this machine are not ours.
    """
    if origins and all(origin in allowed for origin in origins):
        return True
    own = [origin.partition("://")[2].lower() == host.lower() for origin in origins]
    return all(own) and all(site in ("same-origin", "none") for site in sites)
