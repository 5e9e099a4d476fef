"""What of an object a subscriber may be told, each time asked anew together with whether it may."""

import msgspec

from chat_tui.protocol.errors import ChatError, NotFound
from chat_tui.protocol.sync import SubscriptionRequest
from chat_tui.server.operations.access import open_object
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.store.transaction import Reader
from chat_tui.server.sync import log
from chat_tui.server.sync.log import LoggedEvent
from chat_tui.server.sync.summary import summary

REPLAY_STEP = 200
REPLAY_BYTES = 256 * 1024
"""Events, and bytes of them, read from the log at a time."""


class ReplayRange(msgspec.Struct, frozen=True):
    """Where an object stood when a subscriber asked: from ``floor`` on, up to ``head``, events can be replayed.
    ``asks_again``: for what cannot, a second time."""

    head: int
    floor: int
    asks_again: bool = False


def replay_range(
    reader: Reader, actor: ClientActor, request: SubscriptionRequest, interrupted_at: int | None
) -> ReplayRange | ChatError:
    """``interrupted_at``: from where a replay was asked for in vain before."""
    try:
        found = open_object(reader, actor, request.object_sid)
    except NotFound as error:
        return error
    position, head = request.last_event_id, found.last_event_id
    if position is None or position == head:
        return ReplayRange(head, head)
    floor = log.floor(reader, found.sid)
    # Our client reads the object anew. An official SDK asks again at once, for ever: it gets what there is.
    asks_again = interrupted_at == position and not floor <= position <= head
    return ReplayRange(head, floor, asks_again)


def missed_events(reader: Reader, actor: ClientActor, object_sid: str, position: int) -> list[LoggedEvent] | None:
    """The next events after ``position``; ``None`` for whom they are no longer for."""
    try:
        open_object(reader, actor, object_sid)
    except NotFound:
        return None
    return log.read(reader, object_sid, position, REPLAY_STEP, REPLAY_BYTES)


def summarised(reader: Reader, actor: ClientActor, object_sid: str, position: int) -> list[bytes]:
    """What stands in for the events after ``position``; nothing for whom it is no longer."""
    try:
        found = open_object(reader, actor, object_sid)
    except NotFound:
        return []
    return summary(reader, found, position)
