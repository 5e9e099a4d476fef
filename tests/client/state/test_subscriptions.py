"""Requests for subscriptions: from where each object is, in batches, and only for those still concerned."""

from typing import Any

from chat_tui.client.state.replica import Replica
from chat_tui.client.state.subscriptions import SubscriptionRequests
from chat_tui.protocol.defaults import MAX_SUBSCRIPTIONS


class Asked:
    """The bodies of the requests."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []

    async def request(self, method: str, url: str, *, params: dict[str, Any] | None = None, json: Any = None) -> Any:
        self.bodies.append(json)


def loaded(number: int) -> Replica:
    replica = Replica(f"name-{number}")
    replica.sid = f"MP{number}"
    replica.progress.want()
    replica.progress.loaded(number)
    return replica


async def test_each_is_asked_for_from_where_it_is() -> None:
    """Those that wait for a replay, in batches, each batch under a number of its own."""
    asked, closed = Asked(), loaded(0)
    closed.progress.close()
    replicas = [closed, *(loaded(number) for number in range(1, MAX_SUBSCRIPTIONS + 3))]
    wanted = await SubscriptionRequests(asked.request).establish(replicas)
    assert wanted == replicas[1:]
    assert [len(body.requests) for body in asked.bodies] == [MAX_SUBSCRIPTIONS, 2]
    assert [body.correlation_id for body in asked.bodies] == [1, 2]
    assert [(one.object_sid, one.last_event_id) for one in asked.bodies[0].requests][:2] == [("MP1", 1), ("MP2", 2)]


async def test_only_what_is_still_unwanted_is_cancelled() -> None:
    """Somebody may want it again by then."""
    asked, one, other = Asked(), loaded(1), loaded(2)
    await SubscriptionRequests(asked.request).cancel([one, other], lambda replica: replica is other)
    assert [[request.object_sid for request in body.requests] for body in asked.bodies] == [["MP2"]]
    assert asked.bodies[0].action == "cancel"
