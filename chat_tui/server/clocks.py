"""Two clocks: one says dates, and anybody may set it; the other says how long something took, and nobody can
(guarantees, Liveness 9)."""

import time
from collections.abc import Callable
from typing import NamedTuple

TOLERANCE = 1.0
"""Seconds by which the clocks may differ from how they stood before it counts as a jump."""

_ELAPSED = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""The clock that goes on while the machine sleeps; elsewhere than on Linux, monotonic is the one that does."""


class Moment(NamedTuple):
    """Seconds. ``wall``: since 1970, what dates are; ``elapsed``: since some moment before the start of the process,
    the machine's sleep included, for whatever lasts."""

    wall: float
    elapsed: float


Clock = Callable[[], Moment]


def read_clocks() -> Moment:
    return Moment(time.time(), time.clock_gettime(_ELAPSED))


class ServiceClock:
    """The dates of one process: they advance with what elapses, and follow the wall clock when `correct` says so, so
    that whatever is due can be moved in the same step. Called, it tells milliseconds since 1970; any thread may."""

    def __init__(self, clock: Clock = read_clocks) -> None:
        self._clock = clock
        self._offset = self._first = self.error_of(0.0)

    def __call__(self) -> int:
        return round((self._clock().elapsed + self._offset) * 1000)

    def error_of(self, offset: float) -> float:
        now = self._clock()
        return now.wall - now.elapsed - offset

    def error(self) -> float:
        """Seconds by which the wall clock is ahead of these dates; below zero, behind."""
        return self.error_of(self._offset)

    def correct(self, seconds: float) -> None:
        """The dates are ``seconds`` later from now on."""
        self._offset += seconds

    def for_ages(self) -> int:
        """A time to judge ages by, in milliseconds since 1970: a clock that was set forward while this process ran
        makes nothing old."""
        return round((self._clock().elapsed + min(self._offset, self._first)) * 1000)


class JumpWatch:
    """Tells when what timers wait for may have come early: the wall clock was set, or the machine slept. ``timers``:
    the clock, in seconds, that timers run by."""

    def __init__(self, clock: Clock = read_clocks, timers: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._timers = timers
        self._before = self._offsets()

    def _offsets(self) -> tuple[float, float]:
        now, timers = self._clock(), self._timers()
        return now.wall - timers, now.elapsed - timers

    def jumped(self) -> bool:
        """Whether either clock moved against the timers since this last said so."""
        offsets = self._offsets()
        if all(abs(now - before) < TOLERANCE for now, before in zip(offsets, self._before, strict=True)):
            return False
        self._before = offsets
        return True
