"""A replica is what the service had at its position, whatever the order in which things come, and knows when it is not
complete."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from chat_tui.client.state.replica_progress import ReplicaProgress, ReplicaState, Step

SEED = 20261121
RUNS, MANY_RUNS = 300, 10_000


class Service:
    """One object, its log, and what is on its way to the one who follows it. ``states`` by position."""

    def __init__(self) -> None:
        self.states: list[dict[int, int]] = [{}]
        self.floor = 0
        self.is_followed = False
        self.wire: list[tuple[Any, ...]] = []

    @property
    def head(self) -> int:
        return len(self.states) - 1

    def happen(self) -> None:
        event_id = self.head + 1
        self.states.append({**self.states[-1], event_id % 5: event_id})
        if self.is_followed:
            self.wire.append(("event", event_id))

    def prune(self, floor: int) -> None:
        self.floor = max(self.floor, min(floor, self.head))

    def establish(self, position: int, correlation: int) -> None:
        self.is_followed = True
        if not self.floor <= position <= self.head:
            self.wire.append(("established", correlation, "interrupted", self.head))
            return
        self.wire += [("event", event_id) for event_id in range(position + 1, self.head + 1)]
        self.wire.append(("established", correlation, "completed", self.head))

    def cancel(self) -> None:
        self.is_followed = False


class Follower:
    """Does what a replica says is to be done, each step when it is told to go on."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.at = ReplicaProgress()
        self.state: dict[int, int] = {}
        self.requests: list[Callable[[], None]] = []
        self.answers: list[Callable[[], None]] = []
        self.correlation = 0

    def do(self, step: Step) -> None:
        if step is Step.LOAD:
            generation = self.at.generation
            self.requests.append(lambda: self._read(generation))
        elif step is Step.ASK:
            self.correlation += 1
            self.at.asked(self.correlation)
            position, correlation = self.at.id, self.correlation
            self.requests.append(lambda: self.service.establish(position, correlation))

    def _read(self, generation: int) -> None:
        position = self.service.head
        self.answers.append(lambda: self._take(generation, position))

    def _take(self, generation: int, position: int) -> None:
        if self.at.generation != generation:
            return
        self.state = dict(self.service.states[position])
        self.do(self.at.loaded(position))

    def hear(self, message: tuple[Any, ...]) -> None:
        if message[0] == "event":
            step = self.at.event(message[1])
            if step is Step.APPLY:
                self.state[message[1] % 5] = message[1]
            else:
                self.do(step)
        elif message[0] == "established":
            self.do(self.at.established(*message[1:]))
        else:
            self.do(self.at.failed(message[1], message[2]))
        self.check()

    def check(self) -> None:
        if self.at.state in (ReplicaState.REPLAYING, ReplicaState.FOLLOWING):
            assert self.state == self.service.states[self.at.id], "a gap went unnoticed"

    def lose_link(self) -> None:
        self.service.cancel()
        self.service.wire.clear()
        self.requests.clear()
        self.answers.clear()
        self.do(self.at.resumed())


class Run:
    """One story, told by a seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.service = Service()
        self.follower = Follower(self.service)

    def tell(self) -> None:
        self.follower.do(self.follower.at.want())
        acts = [self._happen, self._happen, self._deliver, self._deliver, self._deliver, self._request, self._answer]
        rare = [self._prune, self._lose_link, self._cancel, self._duplicate, self._swap, self._drop, self._unread]
        for _ in range(self.rng.randint(10, 120)):
            self.rng.choice(acts if self.rng.random() < 0.8 else rare)()
            self.follower.check()
        self.finish()

    def _happen(self) -> None:
        self.service.happen()

    def _deliver(self) -> None:
        if self.service.wire:
            self.follower.hear(self.service.wire.pop(0))

    def _request(self) -> None:
        if self.follower.requests:
            self.follower.requests.pop(0)()

    def _answer(self) -> None:
        if self.follower.answers:
            self.follower.answers.pop(0)()

    def _prune(self) -> None:
        self.service.prune(self.rng.randint(0, self.service.head))

    def _lose_link(self) -> None:
        self.follower.lose_link()

    def _cancel(self) -> None:
        """Let go, and wanted again: the snapshot is a new one."""
        self.follower.at.close()
        self.follower.requests.append(self.service.cancel)
        self.follower.do(self.follower.at.want())

    def _duplicate(self) -> None:
        if self.service.wire:
            self.service.wire.insert(0, self.rng.choice(self.service.wire))

    def _swap(self) -> None:
        self.rng.shuffle(self.service.wire)

    def _drop(self) -> None:
        if self.service.wire:
            self.service.wire.pop(self.rng.randrange(len(self.service.wire)))

    def _unread(self) -> None:
        """The next event comes as one that cannot be read, or the service answers that it cannot now."""
        if self.service.wire and self.rng.random() < 0.5:
            message = self.service.wire.pop(0)
            self.follower.hear(("event", 0) if message[0] == "event" else ("failed", message[1], 500))

    def finish(self) -> None:
        """Nothing goes wrong any more, and one more event happens, which shows what was lost on the way."""
        self._quiet()
        self.service.happen()
        self._quiet()
        at = self.follower.at
        assert at.state is ReplicaState.FOLLOWING, at.state
        assert (at.id, self.follower.state) == (self.service.head, self.service.states[-1])

    def _quiet(self) -> None:
        for _ in range(1000):
            self._request()
            self._answer()
            self._deliver()
            if self.service.wire or self.follower.requests or self.follower.answers:
                continue
            if self.follower.at.state is not ReplicaState.REPLAYING:
                return
            self.follower.do(self.follower.at.unanswered())
        raise AssertionError("it never comes to rest")


def tell(runs: int) -> None:
    for number in range(runs):
        try:
            Run(SEED + number).tell()
        except AssertionError as error:
            raise AssertionError(f"seed {SEED + number}: {error}") from error


def test_it_is_what_the_service_has_after_any_story() -> None:
    """Snapshots, replays, live events, duplicates, reordering, losses, interruptions, cancellations, new links."""
    tell(RUNS)


@pytest.mark.slow
def test_it_is_what_the_service_has_after_many_stories() -> None:
    """The same, many times."""
    tell(MANY_RUNS)


def following(position: int) -> ReplicaProgress:
    at = ReplicaProgress()
    at.want()
    at.loaded(position)
    at.asked(1)
    at.established(1, "completed", position)
    return at


def test_an_event_in_flight_does_not_swallow_the_replay() -> None:
    """While it asks for 6 to 8, a 9 that was on its way is left out, and comes with the replay."""
    at = following(5)
    assert at.event(8) is Step.ASK
    at.asked(2)
    assert at.event(9) is Step.NOTHING
    assert [at.event(event_id) for event_id in (6, 7, 8, 9)] == [Step.APPLY] * 4
    assert at.established(2, "completed", 9) is Step.NOTHING
    assert (at.state, at.id) == (ReplicaState.FOLLOWING, 9)


def test_what_a_replay_cannot_give_is_read_anew() -> None:
    """A log that ends too late, and one that is behind, are no reason to believe that nothing is missing."""
    for established in ((2, "completed", 9), (2, "interrupted", 9), (2, "completed", 3)):
        at = following(5)
        at.event(8)
        at.asked(2)
        assert at.established(*established) is Step.LOAD


def test_an_answer_to_an_earlier_question_says_nothing() -> None:
    """Neither that it is complete nor that it failed."""
    at = following(5)
    at.event(8)
    at.asked(2)
    assert at.established(1, "completed", 5) is Step.NOTHING
    assert at.failed(1, 404) is Step.NOTHING
    assert at.state is ReplicaState.REPLAYING
    assert at.failed(2, 404) is Step.GONE
