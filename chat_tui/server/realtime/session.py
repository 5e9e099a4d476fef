"""What a connection may do next: a pure state machine over packets and a clock, with no socket in it."""

from enum import Enum

import msgspec

from chat_tui.protocol.twilsock import HttpRequest, Packet


class Phase(Enum):
    NEW = "new"
    AUTHENTICATING = "authenticating"
    OPEN = "open"
    ENDED = "ended"


class Authenticate(msgspec.Struct, frozen=True):
    request_id: str
    token: str


class Renew(msgspec.Struct, frozen=True):
    """A new token for the same identity on the same socket."""

    request_id: str
    token: str


class Serve(msgspec.Struct, frozen=True):
    """Answer a tunnelled request."""

    request_id: str
    request: HttpRequest
    payload: bytes


class Acknowledge(msgspec.Struct, frozen=True):
    """Say 200 to a packet that changes nothing here."""

    request_id: str


class Refuse(msgspec.Struct, frozen=True):
    """Say no and hang up: the packet came at the wrong time."""

    request_id: str
    description: str


class EndCleanly(msgspec.Struct, frozen=True):
    """The client said that it leaves (guarantees, "Reachability over time")."""


class Ignore(msgspec.Struct, frozen=True):
    pass


class WarnOfExpiry(msgspec.Struct, frozen=True):
    pass


class Expire(msgspec.Struct, frozen=True):
    """The token ran out."""


class GiveUp(msgspec.Struct, frozen=True):
    """Nobody authenticated in time."""


Action = Authenticate | Renew | Serve | Acknowledge | Refuse | EndCleanly | Ignore
Due = WarnOfExpiry | Expire | GiveUp

_QUIET = frozenset({"reply", "telemetry.v1"})
_ACKNOWLEDGED = frozenset({"put_notification_ctx", "delete_notification_ctx", "ping"})


class Session:
    """``now`` and ``expires`` in seconds since 1970; ``authenticate_within`` and ``warn_before`` in seconds."""

    def __init__(self, now: float, *, authenticate_within: float = 5.0, warn_before: float = 180.0) -> None:
        self.phase = Phase.NEW
        self._deadline = now + authenticate_within
        self._warn_before = warn_before
        self._expires: float | None = None
        self._warned = False

    def receive(self, packet: Packet) -> Action:
        """What to do about a packet."""
        header = packet.header
        method = header.method
        if self.phase is Phase.ENDED or method in _QUIET:
            return Ignore()
        if method == "close":
            self.phase = Phase.ENDED
            return EndCleanly()
        if method == "init" and self.phase is Phase.NEW:
            self.phase = Phase.AUTHENTICATING
            return Authenticate(header.id, header.token)
        if method in _ACKNOWLEDGED and self.phase is not Phase.NEW:
            return Acknowledge(header.id)  # twilio-chat 5 does not wait for the answer to its init
        if self.phase is not Phase.OPEN:
            return Refuse(header.id, "init with a token must come first, once")
        if method == "message" and header.http_request is not None:
            return Serve(header.id, header.http_request, packet.payload)
        if method == "update":
            return Renew(header.id, header.token)
        return Refuse(header.id, f"method {method!r} is not expected here")

    def authenticated(self, expires: float) -> None:
        """The token was good; another one before ``expires`` keeps the session."""
        if self.phase is Phase.ENDED:
            return
        self.phase = Phase.OPEN
        self._expires = expires
        self._warned = False

    def end(self) -> None:
        self.phase = Phase.ENDED

    def next_due(self) -> float | None:
        """When `due` must be asked again, ``None`` when never."""
        if self.phase in (Phase.NEW, Phase.AUTHENTICATING):
            return self._deadline
        if self.phase is Phase.ENDED or self._expires is None:
            return None
        return self._expires if self._warned else self._expires - self._warn_before

    def due(self, now: float) -> Due | None:
        """What time itself asks for. A warning is said once; the rest is to be followed by `end`."""
        when = self.next_due()
        if when is None or now < when:
            return None
        if self.phase is not Phase.OPEN:
            return GiveUp()
        if self._expires is not None and now >= self._expires:
            return Expire()
        self._warned = True
        return WarnOfExpiry()
