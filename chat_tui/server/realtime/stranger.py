"""Somebody on a socket who has not said yet who they are: a visitor, with little time and few words."""

from collections.abc import Callable


class Stranger:
    """See `network.visitors.Visitor`. ``deadline`` by the loop's clock; ``most_frames``: until the login is answered;
    ``abort`` closes the socket."""

    is_busy = False

    def __init__(self, address: str, deadline: float, most_frames: int, abort: Callable[[], None]) -> None:
        self.address = address
        self._deadline = deadline
        self._left = most_frames
        self._abort = abort

    def is_late(self, now: float) -> bool:
        return now >= self._deadline

    def turn_away(self) -> None:
        self._abort()

    def says_too_much(self, frames: int) -> bool:
        """Whether with so many frames more there is more than a login."""
        self._left -= frames
        return self._left < 0
