"""Finding rows as an actor may see them: what is not there and what must not be seen answer alike."""

import contextlib

from chat_tui.protocol.errors import BadRequest, Code, NotFound
from chat_tui.protocol.numbers import parse_whole
from chat_tui.protocol.sids import Kind, is_sid
from chat_tui.protocol.values import RoleType
from chat_tui.server.operations.access import may_see
from chat_tui.server.operations.actors import AccountActor, Actor, ClientActor
from chat_tui.server.store.rows import Channel, Member, Message, Role, Service, User
from chat_tui.server.store.transaction import Reader


def find_service(tx: Reader, actor: Actor, sid: str) -> Service:
    """The service, if it is the actor's. Raises NotFound (50050)."""
    found = tx.one(Service, "service_by_sid", sid=sid)
    foreign = found is not None and (
        (isinstance(actor, AccountActor) and found.account_sid != actor.account_sid)
        or (isinstance(actor, ClientActor) and found.sid != actor.service_sid)
    )
    if found is None or foreign:
        raise NotFound(f"Service {sid} was not found", Code.SERVICE_NOT_FOUND)
    return found


def find_user(tx: Reader, service: Service, sid_or_identity: str) -> User:
    """A user by SID or identity. Raises NotFound (50200)."""
    found = None
    if is_sid(sid_or_identity, Kind.USER):
        found = tx.one(User, "user_by_sid", sid=sid_or_identity, service_sid=service.sid)
    else:
        found = tx.one(User, "user_by_identity", service_sid=service.sid, identity=sid_or_identity)
    if found is None:
        raise NotFound(f"User {sid_or_identity} was not found", Code.USER_NOT_FOUND)
    return found


def find_channel(tx: Reader, actor: Actor, service: Service, sid_or_name: str) -> Channel:
    """A channel by SID or unique name, if the actor may see it. Raises NotFound (50300)."""
    if is_sid(sid_or_name, Kind.CHANNEL):
        found = tx.one(Channel, "channel_by_sid", sid=sid_or_name, service_sid=service.sid)
    else:
        found = tx.one(Channel, "channel_by_unique_name", service_sid=service.sid, unique_name=sid_or_name)
    if found is None or not may_see(tx, actor, found):
        raise NotFound(f"Channel {sid_or_name} was not found", Code.CHANNEL_NOT_FOUND)
    return found


def reload_channel(tx: Reader, sid: str) -> Channel:
    """A channel that is known to exist."""
    channel = tx.one(Channel, "channel_by_sid_alone", sid=sid)
    assert channel is not None
    return channel


def find_member(tx: Reader, channel: Channel, sid_or_identity: str) -> Member:
    """A member by SID or identity. Raises NotFound (50402)."""
    if is_sid(sid_or_identity, Kind.MEMBER):
        found = tx.one(Member, "member_by_sid", sid=sid_or_identity, channel_sid=channel.sid)
    else:
        found = tx.one(Member, "member_by_identity", channel_sid=channel.sid, identity=sid_or_identity)
    if found is None:
        raise NotFound(f"Member {sid_or_identity} was not found", Code.MEMBER_NOT_FOUND)
    return found


def find_message(tx: Reader, channel: Channel, sid: str) -> Message:
    """A message by SID or, on the realtime side, by index. Raises NotFound (50500)."""
    found = None
    if is_sid(sid, Kind.MESSAGE):
        found = tx.one(Message, "message_by_sid", sid=sid, channel_sid=channel.sid)
    else:
        with contextlib.suppress(ValueError):
            found = tx.one(Message, "message_by_index", idx=parse_whole(sid), channel_sid=channel.sid)
    if found is None:
        raise NotFound(f"Message {sid} was not found", Code.MESSAGE_NOT_FOUND)
    return found


def find_role(tx: Reader, service: Service, sid: str, type_: RoleType, code: Code, parameter: str = "RoleSid") -> Role:
    """A role of the right type. Raises BadRequest with ``code``."""
    found = tx.one(Role, "role_by_sid", sid=sid, service_sid=service.sid)
    if found is None or found.type is not type_:
        raise BadRequest(f"{parameter}: {sid} is not a {type_.value} role of this service", code)
    return found
