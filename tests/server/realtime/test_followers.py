"""Who follows what: one subscription per connection and object, within the bounds of a connection and of a user."""

import contextlib
from collections.abc import AsyncIterator

import pytest

from chat_tui.protocol.sync import ObjectType, SubscriptionRequest
from chat_tui.server.network.limits import Limits
from chat_tui.server.network.share import Share
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.realtime import followers
from chat_tui.server.realtime.followers import Followers


class Connection:
    """A subscriber that is told nothing; ``share``: its user's."""

    def __init__(self, user_sid: str, share: Share) -> None:
        self.actor = ClientActor("IS1", "bob", user_sid)
        self.share = share

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        yield

    def push(self, frame: bytes, *, droppable: bool = False) -> None:
        pass

    def flush(self) -> None:
        pass

    async def send(self, frame: bytes) -> None:
        pass


def asks(number: int, after: int | None = None) -> SubscriptionRequest:
    return SubscriptionRequest(f"ES{number}", ObjectType.LIST, after)


def admitted(made: Followers, user_sid: str = "US1", share: Share | None = None) -> Connection:
    connection = Connection(user_sid, share or Share(Limits()))
    made.admit(connection)
    return connection


def test_a_connection_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking again for what is followed already is not one more; what is cancelled makes room."""
    monkeypatch.setattr(followers, "MAX_PER_CONNECTION", 2)
    made = Followers()
    one = admitted(made)
    assert [made.follow(one, asks(number)) is not None for number in (1, 2, 3, 1)] == [True, True, False, True]
    made.drop(one, "ES1")
    assert made.follow(one, asks(3)) is not None
    assert one.share.subscriptions == 2


def test_a_user_has_a_bound_over_all_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user's is another; whoever goes makes room."""
    monkeypatch.setattr(followers, "MAX_PER_USER", 2)
    made, share = Followers(), Share(Limits())
    one, two, other = admitted(made, share=share), admitted(made, share=share), admitted(made, "US2")
    assert made.follow(one, asks(1)) is not None
    assert made.follow(two, asks(1)) is not None
    assert made.follow(two, asks(2)) is None
    assert made.follow(other, asks(2)) is not None
    made.dismiss(one)
    assert made.follow(two, asks(2)) is not None


def test_a_newer_subscription_takes_the_place_of_an_older() -> None:
    """The older one is not current any more, so that its replay ends; what was asked for in vain is remembered."""
    made = Followers()
    one = admitted(made)
    first = made.follow(one, asks(1, after=7))
    assert first is not None
    first.interrupted_at = 7
    second = made.follow(one, asks(1, after=9))
    assert second is not None
    assert (made.is_current(first), made.is_current(second)) == (False, True)
    assert (second.interrupted_at, second.position) == (7, 9)
    made.drop_if_current(first)
    assert made.of_object("ES1") == [second]


def test_who_went_follows_nothing() -> None:
    """Nothing is kept of a connection that was dismissed, nor of an object that nobody follows."""
    made = Followers()
    one, two = admitted(made), admitted(made)
    for connection in (one, two):
        made.follow(connection, asks(1))
    assert set(made.of_user("US1")) == {one, two}
    made.dismiss(one)
    assert (made.is_there(one), made.is_there(two)) == (False, True)
    assert [found.subscriber for found in made.of_object("ES1")] == [two]
    made.dismiss(two)
    assert (made.by_object, list(made.of_user("US1"))) == ({}, [])
