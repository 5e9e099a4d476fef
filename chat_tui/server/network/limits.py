"""Every bound on what comes in and goes out over the network, with its default."""

import msgspec

from chat_tui.protocol.defaults import (
    AUTHENTICATE_WITHIN,
    GOODBYE_WITHIN,
    PING_EVERY,
    PONG_WITHIN,
    SESSION_BURST,
    SESSION_RATE,
    WARN_BEFORE_EXPIRY,
)


class Limits(msgspec.Struct, frozen=True):
    """Times in seconds, rates per second, sizes in bytes (guarantees, Liveness; guarantees, Bounds)."""

    ping_every: float = PING_EVERY
    pong_within: float = PONG_WITHIN
    authenticate_within: float = AUTHENTICATE_WITHIN
    close_within: float = GOODBYE_WITHIN
    warn_before_expiry: float = WARN_BEFORE_EXPIRY
    upgrades_per_second: float = 200.0
    session_rate: float = SESSION_RATE
    session_burst: float = SESSION_BURST
    queued_events: int = 256
    queued_bytes: int = 1024 * 1024
    """Of live events, for one connection."""
    drain_spread: float = 2.0

    connections_per_user: int = 64
    in_flight_bytes: int = 512 * 1024
    """Of one user's requests that are not answered yet; over it nothing more is read from the user."""
    reads_at_once: int = 4
    """Of one user; the others wait for their turn."""
    unsent_bytes: int = 8 * 1024 * 1024
    """Of answers and events that wait for one user's sockets; the connection that goes over it is aborted."""
    early_frames: int = 64
    """Before the login is answered."""
    renewal_rate: float = 0.2
    renewal_burst: float = 10.0
    """Of tokens, on one connection."""

    handshake_within: float = 10.0
    """TLS."""
    head_within: float = 10.0
    """Of an HTTP request, from the connect or its first byte to its last line."""
    body_within: float = 30.0
    idle_within: float = 60.0
    """Between two requests on one HTTP connection."""
    read_within: float = 30.0
    """How long an answer may wait for an HTTP peer that does not read."""
    visitors: int = 1024
    """HTTP connections, and sockets being opened, of those who have not shown who they are; over it the one that has
    waited longest goes. As many again of those who have."""
    visitors_per_address: int = 256
    """The same for one address beyond loopback."""
