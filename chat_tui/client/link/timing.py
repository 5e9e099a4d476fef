"""The times of a link, all in one place, so that a test may run them faster (guarantees, Liveness)."""

import msgspec

from chat_tui.protocol.defaults import ANSWER_WITHIN, GOODBYE_WITHIN, PING_EVERY, PONG_WITHIN


class Timing(msgspec.Struct, frozen=True):
    """Seconds."""

    connect_within: float = 10.0
    ping_every: float = PING_EVERY
    pong_within: float = PONG_WITHIN
    close_within: float = GOODBYE_WITHIN
    answer_within: float = ANSWER_WITHIN
    renew_before: float = 60.0
    """How long before its end a token is fetched anew for the next connection."""
    fetch_apart: float = 5.0
    """Between two questions to where tokens come from, at least."""
    first_try: float = 1.0
    """The most the first reconnect waits."""
    longest_wait: float = 30.0
    """The most any reconnect waits."""
    stable_after: float = 30.0
    """A link that held this long makes the next reconnect a first one."""

    longest_asked: float = 300.0
    """The most a service may ask to wait with a reconnect."""

    def scaled(self, by: float) -> "Timing":
        """All of it ``by`` times as long."""
        return Timing(**{field: getattr(self, field) * by for field in self.__struct_fields__})
