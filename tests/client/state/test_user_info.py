"""A user's name, attributes and marks, as a map of Sync has them."""

from typing import Any

import pytest

from chat_tui.client.model import User
from chat_tui.client.state.user_info import UserInfo
from chat_tui.protocol.sync import EventType
from tests.client.state.heard import event, snapshot


class World:
    """``said``: the reasons of each update."""

    def __init__(self) -> None:
        self.user = User("bob", "bob.info")
        self.said: list[set[str]] = []
        self.now = 100.0
        self.info = UserInfo(
            self.user, lambda _, reasons: self.said.append({reason.value for reason in reasons}), lambda: self.now
        )

    async def read(self, **items: Any) -> None:
        await self.info.apply_snapshot(snapshot(**items), self._nothing)

    async def _nothing(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    def happen(self, key: str, data: Any) -> None:
        self.info.apply_event(EventType.MAP_ITEM_UPDATED, event(key, data))


async def test_everything_that_is_read_is_one_update() -> None:
    """And the user is followed from then on."""
    world = World()
    await world.read(friendlyName={"value": "Bob"}, reachability={"online": True, "notifiable": False}, other={})
    assert (world.user.friendly_name, world.user.is_online, world.user.is_notifiable) == ("Bob", True, False)
    assert world.said == [{"friendlyName", "online", "notifiable"}]
    assert world.user.is_subscribed


async def test_an_event_says_what_changed_and_nothing_says_nothing() -> None:
    """How old the marks are is known all the same."""
    world = World()
    world.happen("reachability", {"online": True, "notifiable": None})
    world.now = 200.0
    world.happen("reachability", {"online": True, "notifiable": None})
    world.happen("attributes", {"value": '{"a":1}'})
    world.happen("unheard of", {"value": 1})
    assert world.said == [{"online"}, {"attributes"}]
    assert (world.user.date_refreshed, world.user.attributes) == (200.0, '{"a":1}')


async def test_a_switched_off_feature_makes_the_marks_unknown() -> None:
    """Neither online nor offline (contract R22)."""
    world = World()
    world.happen("reachability", {"online": True, "notifiable": True})
    world.happen("reachability", {"online": None, "notifiable": None})
    assert (world.user.is_online, world.user.is_notifiable) == (None, None)


async def test_a_user_that_is_gone_is_followed_no_more() -> None:
    """What was known stays."""
    world = World()
    await world.read(friendlyName={"value": "Bob"})
    world.info.removed()
    assert (world.user.is_subscribed, world.user.friendly_name) == (False, "Bob")


@pytest.mark.parametrize(("key", "data"), [("friendlyName", []), ("reachability", "yes"), ("attributes", None)])
def test_what_makes_no_sense_is_read_as_nothing(key: str, data: Any) -> None:
    """And no news."""
    world = World()
    world.happen(key, data)
    assert (world.said, world.user.is_online, world.user.attributes) == ([], None, "{}")
