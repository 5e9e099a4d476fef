"""Which Host names this service answers for (guarantees, "Host")."""

import re

TWILIO = re.compile(r"(chat|conversations|ip-messaging|api)(?:\.[a-z0-9-]+){0,2}\.twilio\.com")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def host_name(host: str) -> str:
    """A Host header without its port, in lower case."""
    name = host.lower().strip()
    return name if name.endswith("]") else name.rpartition(":")[0] or name


def is_known(host: str, public_name: str | None) -> bool:
    """Whether a request for ``host`` is meant for this service."""
    name = host_name(host)
    return name in _LOOPBACK or name == public_name or TWILIO.fullmatch(name) is not None
