"""A conversation made together with its participants (contract 2.2)."""

import msgspec
from msgspec import UNSET

from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.server.operations.actors import Actor
from chat_tui.server.operations.channels import CreateChannel, create_channel
from chat_tui.server.operations.lookup import find_service, reload_channel
from chat_tui.server.operations.members import AddMember, add_member
from chat_tui.server.operations.operation import Rate, operation
from chat_tui.server.store.rows import Channel
from chat_tui.server.store.transaction import Transaction

MAX_PARTICIPANTS = 10


class CreateWithParticipants(CreateChannel, kw_only=True):
    """``participants``: up to ten JSON objects, each with the parameters of a Participant in lower case."""

    participants: tuple[str, ...] = ()


class _Participant(msgspec.Struct):
    identity: str | None = None
    role_sid: str | None = None
    attributes: str | None = None
    messaging_binding: object = None


@operation(CreateWithParticipants, rate=Rate.SERVICE)
def create_with_participants(tx: Transaction, actor: Actor, command: CreateWithParticipants) -> Channel:
    """All of it or nothing. Raises BadRequest naming the participant that is wrong."""
    if len(command.participants) > MAX_PARTICIPANTS:
        raise BadRequest(f"Participant: at most {MAX_PARTICIPANTS}", Code.BAD_PARAMETER)
    wanted = [_decoded(text) for text in command.participants]
    service = find_service(tx, actor, command.service_sid)
    channel = create_channel(tx, actor, command)
    for participant in wanted:
        assert participant.identity is not None
        add_member(
            tx,
            actor,
            AddMember(
                service_sid=service.sid,
                channel=channel.sid,
                identity=participant.identity,
                role_sid=participant.role_sid or UNSET,
                attributes=participant.attributes or "{}",
            ),
        )
    return reload_channel(tx, channel.sid)


def _decoded(text: str) -> _Participant:
    try:
        participant = msgspec.json.decode(text, type=_Participant)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRequest(f"Participant: must be a JSON object; {error}", Code.BAD_PARAMETER) from None
    if participant.messaging_binding is not None:
        raise BadRequest("Participant: a messaging_binding needs a telephone network", Code.BAD_PARAMETER)
    if not participant.identity:
        raise BadRequest("Participant: identity is missing", Code.BAD_PARAMETER)
    return participant
