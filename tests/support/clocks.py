"""Two clocks that a test moves."""

from chat_tui.server.clocks import Moment


class FakeClock:
    """Called, it tells the `Moment`. ``timers``: what timers run by, which stand still while the machine sleeps."""

    def __init__(self, wall: float = 1_700_000_000.0) -> None:
        self.wall = wall
        self.elapsed = 5_000.0
        self.timers = 5_000.0

    def __call__(self) -> Moment:
        return Moment(self.wall, self.elapsed)

    def pass_(self, seconds: float) -> None:
        """Time passes."""
        self.sleep(seconds)
        self.timers += seconds

    def sleep(self, seconds: float) -> None:
        """Time passes while the machine sleeps."""
        self.wall += seconds
        self.elapsed += seconds

    def set(self, seconds: float) -> None:
        """Somebody sets the wall clock, that much later."""
        self.wall += seconds
