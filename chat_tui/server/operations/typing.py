"""Typing: told to the other members, stored nowhere."""

import msgspec

from chat_tui.protocol.sync import TypingNotification
from chat_tui.server.bus import TypingPublished
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.operations.lookup import find_channel, find_service, own_seat
from chat_tui.server.operations.operation import Command, operation
from chat_tui.server.store.transaction import Reader


class NotifyTyping(Command):
    service_sid: str
    channel: str


class Typing(msgspec.Struct, frozen=True):
    """``timeout``: seconds until the indicator ends by itself (S18); ``published`` goes to the bus."""

    timeout: int
    published: tuple[TypingPublished, ...]


@operation(NotifyTyping, writes=False)
def notify_typing(tx: Reader, actor: ClientActor, command: NotifyTyping) -> Typing:
    """Everybody else in the channel hears of it for a second longer than the time-out (fact sheet 6.3)."""
    service = find_service(tx, actor, command.service_sid)
    channel = find_channel(tx, actor, service, command.channel)
    own_seat(tx, actor, channel)
    others = tuple(
        user_sid for (user_sid,) in tx.tuples("member_user_sids", channel_sid=channel.sid) if user_sid != actor.user_sid
    )
    notice = TypingNotification(channel.sid, actor.identity, service.typing_indicator_timeout + 1)
    return Typing(
        service.typing_indicator_timeout, (TypingPublished(others, msgspec.json.encode(notice)),) if others else ()
    )
