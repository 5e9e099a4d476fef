"""Challenge and response: a local service proves that it knows a secret of its data directory before anybody tells it
one. What has taken the port of a service that died knows none, and what it is sent says nothing it could use
(guarantees, Security 7)."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any

import msgspec

from chat_tui.protocol.errors import Code, TransportError

CHALLENGE = "Chat-Tui-Challenge"
"""Header of a request, an upgrade to a WebSocket among them: 32 fresh bytes in hexadecimal."""

PROOF = "Chat-Tui-Proof"
"""Header of its answer."""

HEALTH = "/health"
"""Where a challenge is answered without credentials."""

WITHIN = 2.0
"""Seconds an answer may take."""

MAX_HEAD = 8 * 1024
"""Bytes of the head of an answer."""

if TYPE_CHECKING:
    from ssl import SSLContext

_PURPOSE = "chat_tui: a local service proves itself, 1"
_NONCE = re.compile(r"[0-9a-f]{64}")


class Impostor(TransportError):
    """What answers is not the local service."""

    def __init__(self) -> None:
        super().__init__("something else than the local service answers at its address", Code.UNAVAILABLE)


class Prover(msgspec.Struct, frozen=True):
    """``instance`` names one run of a service; ``key`` is known to it and to whoever may read its ``service.json``,
    and is used for nothing else."""

    instance: str
    key: str

    def proof(self, nonce: str, address: Any) -> str:
        """The answer to ``nonce``. ``address`` is the service's end of the connection: an answer that somebody fetches
        from the service at its own address is none at theirs."""
        host, port = address[:2]
        said = "\n".join((_PURPOSE, self.instance, nonce, _numeric(host), str(port)))
        return hmac.new(bytes.fromhex(self.key), said.encode(), hashlib.sha256).hexdigest()

    def headers(self, nonces: Sequence[str], address: Any) -> dict[str, str]:
        """What a service adds to its answer to a request with these challenges: nothing, unless there is one."""
        if len(nonces) != 1 or not _NONCE.fullmatch(nonces[0]):
            return {}
        return {PROOF: self.proof(nonces[0], address)}

    def challenge(self) -> "Challenge":
        return Challenge(self)

    def __repr__(self) -> str:
        return f"Prover(instance={self.instance!r})"


class Challenge:
    """One question, to be asked once."""

    def __init__(self, prover: Prover) -> None:
        self._prover = prover
        self._nonce = secrets.token_hex(32)

    @property
    def headers(self) -> dict[str, str]:
        """What to add to a request."""
        return {CHALLENGE: self._nonce}

    @property
    def request(self) -> bytes:
        """A whole request that asks nothing else."""
        return f"HEAD {HEALTH} HTTP/1.1\r\nHost: localhost\r\n{CHALLENGE}: {self._nonce}\r\n\r\n".encode()

    def check(self, proofs: Sequence[str], address: Any) -> None:
        """Raises Impostor unless ``proofs``, the headers of the answer, are the one that only the service at
        ``address``, the other end of the connection, can give."""
        expected = self._prover.proof(self._nonce, address).encode()
        if len(proofs) != 1 or not hmac.compare_digest(proofs[0].encode(errors="replace"), expected):
            raise Impostor

    def check_head(self, head: bytes, address: Any) -> None:
        """The same for the answer to `request`, as it came, and nothing after it."""
        lines = head.decode("latin-1").split("\r\n")
        if lines[-2:] != ["", ""] or "" in lines[:-2]:
            raise Impostor
        fields = [line.partition(":") for line in lines[1:-2]]
        self.check([value.strip() for name, _, value in fields if name.lower() == PROOF.lower()], address)


Challenges = Callable[[], Challenge]


def tls_context() -> "SSLContext":
    """For a connection on which a proof is asked for: whoever gives it needs no certificate to be believed, which would
    be for the name that others know the service by."""
    import ssl  # only for services that listen beyond this machine

    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _numeric(host: str) -> str:
    """An address in one form: without a zone, and an IPv4 one that IPv6 wraps as itself."""
    found = ip_address(host.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)
