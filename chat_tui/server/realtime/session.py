"""What a connection may do next: a pure state machine over packets and a clock, with no socket in it."""

from enum import Enum

import msgspec

from chat_tui.protocol.defaults import AUTHENTICATE_WITHIN, WARN_BEFORE_EXPIRY
from chat_tui.protocol.twilsock import HttpRequest, Packet
from chat_tui.server.clocks import Moment


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
    """The client said that it leaves (guarantees, Reachability 3)."""


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


SHORTEST_WARNED = 4.0
"""Seconds: a token that has less left is not warned of, for its successor would hardly live longer."""

SETTLE = 2.0
"""Seconds after a login in which no warning comes."""


class Session:
    """``authenticate_within`` and ``warn_before`` in seconds. A token's end is a date, and how long it has left from
    its check on is a duration: the session ends with the earlier of the two, whichever way the clock is set."""

    def __init__(
        self, now: Moment, *, authenticate_within: float = AUTHENTICATE_WITHIN, warn_before: float = WARN_BEFORE_EXPIRY
    ) -> None:
        self.phase = Phase.NEW
        self._deadline = now.elapsed + authenticate_within
        self._warn_before = warn_before
        self._expires: float | None = None
        self._warn_with_left = 0.0

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

    def authenticated(self, expires: float, now: Moment) -> None:
        """The token, which ends at ``expires``, in seconds since 1970, was good; another one keeps the session. One
        that ends when its forerunner did gains nothing: neither time nor another warning."""
        if self.phase is Phase.ENDED or (self.phase is Phase.OPEN and expires == self._expires):
            return
        left = expires - now.wall
        self._warn_with_left = self._left_at_warning(left, is_renewal=self.phase is Phase.OPEN)
        self._deadline = now.elapsed + left
        self._expires = expires
        self.phase = Phase.OPEN

    def _left_at_warning(self, left: float, *, is_renewal: bool) -> float:
        """How much of its life a token has left when its one warning is said; 0: there is none. Half of it at most,
        so that who is always given short tokens asks for few of them; at its first a session takes the time from the
        end, as clients expect."""
        if left < SHORTEST_WARNED:
            return 0.0
        if is_renewal or left <= self._warn_before:
            return min(self._warn_before, left / 2)
        return min(self._warn_before, left - SETTLE)

    def end(self) -> None:
        self.phase = Phase.ENDED

    def next_due(self, now: Moment) -> float | None:
        """Seconds until `due` must be asked again, ``None`` for never. When a clock was set it must be asked anew."""
        if self.phase in (Phase.NEW, Phase.AUTHENTICATING):
            return max(0.0, self._deadline - now.elapsed)
        if self.phase is Phase.ENDED:
            return None
        return max(0.0, self._left(now) - self._warn_with_left)

    def due(self, now: Moment) -> Due | None:
        """What time itself asks for. A warning is said once; the rest is to be followed by `end`."""
        if self.phase is Phase.ENDED:
            return None
        if self.phase is not Phase.OPEN:
            return GiveUp() if now.elapsed >= self._deadline else None
        left = self._left(now)
        if left <= 0:
            return Expire()
        if left > self._warn_with_left:
            return None
        self._warn_with_left = 0.0
        return WarnOfExpiry()

    def _left(self, now: Moment) -> float:
        """Seconds the token has left by the clock that leaves it less."""
        assert self._expires is not None
        return min(self._deadline - now.elapsed, self._expires - now.wall)
