"""What a service says of itself, and what is made of what makes no sense."""

from typing import Any

import pytest

from chat_tui.client import events
from chat_tui.client.link.answers import InvalidAnswer
from chat_tui.client.state.configuration import MOST_FOLLOWED, Configuration
from chat_tui.protocol.defaults import FOLLOWED_USERS
from chat_tui.protocol.errors import NotFound

SAID = {
    "identity": "alice",
    "sync_objects": {"my_user_info": "US1.info", "my_conversations": "US1.channels"},
    "links": {"users": "https://there/Users"},
    "options": {"reachability_enabled": True, "user_infos_to_subscribe": 7},
}


class World:
    def __init__(self, said: Any = SAID) -> None:
        self.said = said
        self.asked: list[tuple[str, str]] = []
        self.events: list[events.Event] = []
        self.configuration = Configuration(self.request, self.events.append)

    async def request(self, method: str, url: str, *, params: Any = None, json: Any = None) -> Any:
        self.asked.append((method, url))
        return self.said


async def test_it_is_read_and_taken_over() -> None:
    """The switch of the feature is told once (guarantees, Reachability 9)."""
    world = World()
    found = await world.configuration.read()
    await world.configuration.read()
    assert (found.identity, found.sync_objects.my_user_info) == ("alice", "US1.info")
    assert world.configuration.reachability_enabled
    assert len(world.events) == 1
    world.configuration.update({})
    assert not world.configuration.reachability_enabled
    assert len(world.events) == 2


async def test_requests_go_to_the_links_that_were_given() -> None:
    """Before there are any, nothing can be asked."""
    world = World()
    with pytest.raises(NotFound):
        await world.configuration.api("GET", "users", "bob")
    await world.configuration.read()
    await world.configuration.api("GET", "users", "bob")
    await world.configuration.api("GET", "users")
    assert world.asked[1:] == [("GET", "https://there/Users/bob"), ("GET", "https://there/Users")]


@pytest.mark.parametrize(
    ("said", "most"),
    [(7, 7), (10**9, MOST_FOLLOWED), (-1, FOLLOWED_USERS), ("x", FOLLOWED_USERS), (None, FOLLOWED_USERS)],
)
def test_how_many_may_be_followed_is_bounded(said: Any, most: int) -> None:
    """What makes no sense is the default (contract 6.3)."""
    configuration = World().configuration
    configuration.update({"user_infos_to_subscribe": said})
    assert configuration.followed_at_most == most


@pytest.mark.parametrize("said", [False, True, None, "no", 0])
def test_read_status_is_on_unless_it_is_said_to_be_off(said: Any) -> None:
    """And reachability off unless it is said to be on."""
    configuration = World().configuration
    configuration.update({"read_status_enabled": said, "reachability_enabled": "yes"})
    assert configuration.read_status_enabled is (said is not False)
    assert not configuration.reachability_enabled


@pytest.mark.parametrize("said", [None, {}, [], {**SAID, "links": 5}, {**SAID, "identity": None}])
async def test_an_answer_of_another_shape_is_refused(said: Any) -> None:
    """And nothing is taken over."""
    world = World(said)
    with pytest.raises(InvalidAnswer):
        await world.configuration.read()
    assert (world.configuration.links, world.events) == ({}, [])
