"""Who is known and who is followed: at most so many, the one followed longest goes first."""

from typing import Any

import pytest

from chat_tui.client import events
from chat_tui.client.model import Channel, Member
from chat_tui.client.state.people import People
from chat_tui.client.state.replica import Replica
from chat_tui.client.state.replicas import Replicas
from chat_tui.client.state.user_info import UserInfo
from chat_tui.protocol.errors import Code, Forbidden, NotFound, TransportError
from chat_tui.protocol.values import ChannelStatus

GENERAL = Channel("CH1", ChannelStatus.JOINED)
CAROL = {
    "identity": "carol",
    "friendly_name": "Carol",
    "is_online": True,
    "is_notifiable": None,
    "sync_objects": {"user_info_map": "carol.info"},
}


class FakeReplicas(Replicas):
    """Follows everything but what is ``refused``; ``closed`` are the names of what is let go."""

    def __init__(self) -> None:
        self.refused: set[str] = set()
        self.closed: list[str] = []
        self.error: Exception | None = None

    async def open(self, *replicas: Replica, skip_refused: bool = False) -> list[Replica]:
        if self.error is not None:
            raise self.error
        found = [replica for replica in replicas if replica.name not in self.refused]
        for replica in found:
            assert isinstance(replica, UserInfo)
            replica.user.is_subscribed = True
        return found

    async def close(self, *replicas: Replica) -> None:
        self.closed += [replica.name for replica in replicas]


class World:
    """``users``: how the service describes them, by identity."""

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {"carol": CAROL}
        self.asked: list[str] = []
        self.events: list[events.Event] = []
        self.replicas = FakeReplicas()
        self.people = People(self.api, self.replicas, self.events.append, lambda: 1000.0)

    async def api(self, method: str, link: str, path: str = "", **parts: Any) -> Any:
        self.asked.append(path or str(parts["params"]["ConversationSid"]))
        if not path:
            return {"users": [*self.users.values(), {"friendly_name": "nobody"}], "meta": {}}
        if path not in self.users:
            raise NotFound("no such user", Code.USER_NOT_FOUND)
        return self.users[path]

    def told(self) -> list[tuple[str, str]]:
        """Events as their kinds and whom they are about."""
        return [(type(event).__name__, event.user.identity) for event in self.events]  # type: ignore[attr-defined]


@pytest.fixture
def world() -> World:
    return World()


def member(identity: str, place: str | None = None) -> Member:
    return Member(f"MB-{identity}", identity, f"{identity}.info" if place is None else place)


async def test_who_is_asked_for_is_followed_from_then_on(world: World) -> None:
    """The service is asked once."""
    carol = await world.people.get("carol")
    assert await world.people.get("carol") is carol
    assert world.asked == ["carol"]
    assert world.people.followed() == [carol]
    assert world.told() == [("UserSubscribed", "carol")]
    with pytest.raises(NotFound):
        await world.people.get("nobody")


async def test_oneself_is_asked_for_nowhere(world: World) -> None:
    """And counts for no one among those who are followed."""
    own = await world.people.follow_own("alice", "alice.info", lambda: None)
    await world.people.follow_members([member("alice"), member("bob")])
    assert await world.people.get("alice") is own
    assert [user.identity for user in world.people.followed()] == ["bob"]
    assert world.asked == []


async def test_over_the_limit_the_one_followed_longest_goes(world: World) -> None:
    """Whoever comes is in (contract 6.3)."""
    world.people.limit = 2
    for identity in ("a", "b", "c"):
        await world.people.follow_members([member(identity)])
    assert [user.identity for user in world.people.followed()] == ["b", "c"]
    assert world.replicas.closed == ["a.info"]
    assert ("UserUnsubscribed", "a") in world.told()
    known = world.people.known("a")
    assert known is not None
    assert not known.is_subscribed


async def test_of_many_members_as_many_are_followed_as_may_be(world: World) -> None:
    """In the order of the roster; those without an identity or a place are passed over."""
    world.people.limit = 2
    await world.people.follow_members([member(""), member("a", ""), member("b"), member("c"), member("d")])
    assert [user.identity for user in world.people.followed()] == ["b", "c"]


async def test_one_who_was_deleted_and_made_anew_is_followed_at_the_new_place(world: World) -> None:
    """The roster says where that is."""
    await world.people.follow_members([member("bob", "old.info")])
    await world.people.follow_members([member("bob", "new.info")])
    assert world.replicas.closed == ["old.info"]
    assert [user.info_map for user in world.people.followed()] == ["new.info"]


async def test_who_may_not_be_followed_is_left_out_and_the_others_are_not(world: World) -> None:
    """A link that is gone says so, and leaves nobody half followed."""
    world.replicas.refused = {"bob.info"}
    await world.people.follow_members([member("bob"), member("carol")])
    assert [user.identity for user in world.people.followed()] == ["carol"]
    world.replicas.error = TransportError("gone", Code.UNAVAILABLE)
    with pytest.raises(TransportError):
        await world.people.follow_members([member("dan")])
    assert [user.identity for user in world.people.followed()] == ["carol"]


async def test_descriptors_bring_those_up_to_date_who_are_not_followed(world: World) -> None:
    """Of those who are, the events tell more; a user without an identity is nobody."""
    bob = {"identity": "bob", "friendly_name": "from the list", "is_online": True}
    await world.people.follow_members([member("bob")])
    world.users["bob"] = bob
    found = await world.people.descriptors(GENERAL)
    assert {descriptor.identity for descriptor in found} == {"bob", "carol"}
    known = {identity: world.people.known(identity) for identity in ("bob", "carol")}
    assert known["bob"] is not None
    assert known["carol"] is not None
    assert known["bob"].friendly_name is None
    assert (known["carol"].friendly_name, known["carol"].is_online, known["carol"].date_refreshed) == (
        "Carol", True, 1000.0,
    )  # fmt: skip


async def test_followed_users_are_known_again_after_a_start(world: World) -> None:
    """Rows that do not fit are passed over."""
    await world.people.follow_own("alice", "alice.info", lambda: None)
    await world.people.follow_members([member("bob")])
    rows = dict(world.people.to_rows())
    again = World()
    adopted: list[str] = []
    again.replicas.adopt = lambda replica, sid, position: adopted.append(replica.name)  # type: ignore[method-assign]
    again.people.restore({**rows, "user mallory": rows["user bob"]})
    again.people.restore_own("alice", lambda: None)
    assert [user.identity for user in again.people.followed()] == ["bob"]
    assert set(adopted) == {"alice.info", "bob.info"}
    assert again.people.known("mallory") is None


async def test_a_refusal_to_describe_is_the_callers(world: World) -> None:
    """It changes nothing of who is followed."""

    async def refuse(*_: Any, **__: Any) -> Any:
        raise Forbidden("no", Code.FORBIDDEN)

    people = People(refuse, world.replicas, world.events.append)
    with pytest.raises(Forbidden):
        await people.get("carol")
    assert people.followed() == []
