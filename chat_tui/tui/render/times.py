"""Times for the screen, in the reader's zone."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

import msgspec

from chat_tui.tui.render.safe_text import Safe

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _now() -> datetime:
    return datetime.now(UTC)


class Clock(msgspec.Struct, frozen=True):
    """``zone`` is the reader's, ``None`` the machine's."""

    now: Callable[[], datetime] = _now
    zone: tzinfo | None = None

    def local(self, date: datetime) -> datetime:
        """``date`` in the reader's zone, or in its own where that would be before the first year or after the last."""
        try:
            return date.astimezone(self.zone)
        except (OverflowError, ValueError):
            return date

    def time(self, date: datetime) -> Safe:
        """As ``12:40``."""
        return Safe(self.local(date).strftime("%H:%M"))

    def time_of(self, timestamp: float) -> Safe:
        """The same of seconds since 1970; ``--:--`` for what is no time."""
        try:
            return self.time(datetime.fromtimestamp(timestamp, UTC))
        except (OverflowError, ValueError, OSError):
            return Safe("--:--")

    def day(self, date: datetime) -> Safe:
        """As ``Friday 20 November``, with the year when it is not this one."""
        local = self.local(date)
        words = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"
        return Safe(words if local.year == self.local(self.now()).year else f"{words} {local.year}")

    def is_same_day(self, one: datetime, other: datetime) -> bool:
        return self.local(one).date() == self.local(other).date()


def age(seconds: float) -> Safe:
    """How old something is, in words, as ``40 s`` or ``3 min``."""
    if seconds < 60:
        return Safe(f"{max(0, int(seconds))} s")
    if seconds < 3600:
        return Safe(f"{int(seconds / 60)} min")
    return Safe(f"{min(9999, int(seconds / 3600))} h")
