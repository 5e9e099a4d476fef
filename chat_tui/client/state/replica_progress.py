"""One Sync object as far as it is known: what an event, or an answer, makes of it. Nothing here waits.

Only the next event is ever taken (guarantees, Follow 6). Whatever else arrives says that something is missing; then the
replica asks for a replay from its position, and when a replay brings nothing, for a new snapshot. So it either is what
the service has, or knows that it is not.
"""

from enum import Enum

from chat_tui.protocol.sync import ReplayStatus


class ReplicaState(Enum):
    """CLOSED: nobody wants it. LOADING: it is to be read anew, and events mean nothing. REPLAYING: it asked for what
    came after its position. FOLLOWING: it has everything, and the next event comes by itself."""

    CLOSED = "closed"
    LOADING = "loading"
    REPLAYING = "replaying"
    FOLLOWING = "following"


class Step(Enum):
    """What the owner of a replica has to do now."""

    NOTHING = "nothing"
    APPLY = "apply"
    ASK = "ask"
    LOAD = "load"
    GONE = "gone"


class ReplicaProgress:
    """Where a replica is. Each method takes what happened and returns what is to be done.

    ``generation`` changes with everything that makes an intention obsolete: whoever waits before a step, or for an
    answer, compares it. ``failures`` counts those since it was last complete.
    """

    def __init__(self) -> None:
        self.state = ReplicaState.CLOSED
        self.id = 0
        self.generation = 0
        self.failures = 0
        self._heard = 0
        self._asked_from = 0
        self._correlation: int | None = None

    def _enter(self, state: ReplicaState, step: Step = Step.NOTHING) -> Step:
        self.state = state
        self.generation += 1
        return step

    # ---- what the owner does

    def want(self) -> Step:
        """Somebody wants it, and nothing is known of it."""
        self.failures = 0
        return self._enter(ReplicaState.LOADING, Step.LOAD)

    def adopt(self, position: int) -> None:
        """It is known from an earlier start, up to ``position``; the next link asks for the rest."""
        self.id = self._heard = position
        self._enter(ReplicaState.REPLAYING)

    def close(self) -> None:
        """Nobody wants it any more."""
        self._enter(ReplicaState.CLOSED)

    def loaded(self, position: int) -> Step:
        """A snapshot was taken over, which was read after ``position``."""
        self.id = self._heard = position
        return self._enter(ReplicaState.REPLAYING, Step.ASK)

    def asked(self, correlation: int) -> None:
        """A replay from here is asked for, under this number: answers to earlier ones no longer count."""
        self._correlation, self._asked_from = correlation, self.id
        self._enter(ReplicaState.REPLAYING)

    def resumed(self) -> Step:
        """The link is new: nothing that was asked for on the old one comes any more."""
        if self.state is ReplicaState.CLOSED:
            return Step.NOTHING
        if self.state is ReplicaState.LOADING:
            return self._enter(ReplicaState.LOADING, Step.LOAD)
        return self._enter(ReplicaState.REPLAYING, Step.ASK)

    # ---- what arrives

    def event(self, event_id: int) -> Step:
        """An event of the object; 0 for one whose id makes no sense."""
        if self.state in (ReplicaState.CLOSED, ReplicaState.LOADING):
            return Step.NOTHING
        if event_id == self.id + 1:
            self.id = event_id
            return Step.APPLY
        if 0 < event_id <= self.id:
            return Step.NOTHING
        self._heard = max(self._heard, event_id, self.id + 1)
        if self.state is ReplicaState.FOLLOWING:
            return self._enter(ReplicaState.REPLAYING, Step.ASK)
        return Step.NOTHING  # the answer to what is asked already decides

    def established(self, correlation: int | None, replay_status: str, last_event_id: int) -> Step:
        """The service has replayed what it could, up to ``last_event_id``."""
        if not self._is_current(correlation):
            return Step.NOTHING
        if replay_status == ReplayStatus.INTERRUPTED or last_event_id < self._asked_from:
            return self._retry(Step.LOAD)
        if self.id >= max(last_event_id, self._heard):
            self.failures = 0
            return self._enter(ReplicaState.FOLLOWING)
        return self._retry(Step.ASK if self.id > self._asked_from else Step.LOAD)

    def failed(self, correlation: int | None, status: object) -> Step:
        """The service refuses to let it be followed."""
        if not self._is_current(correlation or None):
            return Step.NOTHING
        if status == 404:
            return self._enter(ReplicaState.CLOSED, Step.GONE)
        return self._retry(Step.ASK)

    def canceled(self) -> Step:
        """The subscription is gone, and perhaps only an earlier one was meant to go."""
        if self.state in (ReplicaState.CLOSED, ReplicaState.LOADING):
            return Step.NOTHING
        return self._retry(Step.ASK)

    def event_failed(self) -> Step:
        """An event was taken that could not be applied: only a snapshot mends it, and until then nothing is sure."""
        self.id = 0
        return self._retry(Step.LOAD)

    def load_failed(self) -> Step:
        """The snapshot could not be read, for another reason than that the link is gone."""
        return self._retry(Step.LOAD)

    def contradicted(self) -> Step:
        """Something else the service says does not go with it."""
        return self._retry(Step.LOAD) if self.state is ReplicaState.FOLLOWING else Step.NOTHING

    def unanswered(self) -> Step:
        """Nothing came of what was asked for, for a long time."""
        return self._retry(Step.ASK)

    def removed(self) -> Step:
        """The object is gone."""
        return self._enter(ReplicaState.CLOSED, Step.GONE)

    def _is_current(self, correlation: int | None) -> bool:
        """A service that says no number is taken at its word."""
        return self.state is ReplicaState.REPLAYING and correlation in (None, self._correlation)

    def _retry(self, step: Step) -> Step:
        self.failures += 1
        return self._enter(ReplicaState.LOADING if step is Step.LOAD else ReplicaState.REPLAYING, step)
