"""Typing: told to the other members, stored nowhere."""

from collections.abc import Callable

import msgspec

from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.sync_shapes import TypingNotification
from chat_tui.server.bus import TypingPublished
from chat_tui.server.operations.access import own_seat
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.operations.lookup import find_channel, find_service
from chat_tui.server.operations.operation import Command, operation
from chat_tui.server.store.transaction import Reader

PACE = 3.0
"""Seconds."""

MAX_NOTICES = 10_000
"""Notices remembered before old ones are forgotten."""


class NotifyTyping(Command):
    service_sid: str
    channel: str


class Typing(msgspec.Struct, frozen=True):
    """``channel_sid``: where, by whichever name it was given; ``timeout``: seconds until the indicator ends by itself
    (contract S18); ``published`` goes to the bus."""

    channel_sid: str
    timeout: int
    published: tuple[TypingPublished, ...]


class TypingPace:
    """One notice per user and channel within ``min(3 s, the time-out)``; the others are dropped without a word
    (guarantees, Bounds 3)."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._told: dict[tuple[str, str], float] = {}

    def allows(self, actor: ClientActor, channel_sid: str, timeout: float) -> bool:
        now, key = self._clock(), (actor.user_sid, channel_sid)
        if now - self._told.get(key, -PACE) < min(PACE, timeout):
            return False
        if len(self._told) > MAX_NOTICES:
            self._told = {known: at for known, at in self._told.items() if now - at < PACE}
        self._told[key] = now
        return True


@operation(NotifyTyping, writes=False, clients=())
def notify_typing(tx: Reader, actor: ClientActor, command: NotifyTyping) -> Typing:
    """Everybody else in the channel hears of it for a second longer than the time-out (contract 6.3)."""
    service = find_service(tx, actor, command.service_sid)
    channel = find_channel(tx, actor, service, command.channel)
    own_seat(tx, actor, channel)
    others = tuple(
        user_sid for (user_sid,) in tx.tuples("member_user_sids", channel_sid=channel.sid) if user_sid != actor.user_sid
    )
    notice = TypingNotification(channel.sid, actor.identity, service.typing_indicator_timeout + 1)
    told = (TypingPublished(others, to_json(notice)),) if others else ()
    return Typing(channel.sid, service.typing_indicator_timeout, told)
