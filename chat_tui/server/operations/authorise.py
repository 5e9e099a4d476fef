"""The one place that says whether an actor may do something (fact sheet 1.6): deny by default."""

import msgspec

from chat_tui.protocol.errors import Code, Forbidden
from chat_tui.protocol.values import Permission
from chat_tui.server.operations.actors import Actor, ClientActor
from chat_tui.server.store.rows import Channel, Member, Role, User
from chat_tui.server.store.transaction import Reader

_decode_permissions = msgspec.json.Decoder(list[str]).decode


def may(tx: Reader, actor: Actor, permission: Permission, channel: Channel | None = None) -> bool:
    """Whether the actor's service role, or its role in ``channel``, holds ``permission``."""
    if not isinstance(actor, ClientActor):
        return True
    user = tx.one(User, "user_by_sid", sid=actor.user_sid, service_sid=actor.service_sid)
    if user is None:
        return False
    roles = [actor.role_sid or user.role_sid]
    if channel is not None:
        member = tx.one(Member, "member_of_user", channel_sid=channel.sid, user_sid=user.sid)
        roles += [member.role_sid] if member is not None else []
    return any(permission in _permissions(tx, actor.service_sid, sid) for sid in roles)


def _permissions(tx: Reader, service_sid: str, role_sid: str) -> list[str]:
    role = tx.one(Role, "role_by_sid", sid=role_sid, service_sid=service_sid)
    return [] if role is None else _decode_permissions(role.permissions)


def authorise(
    tx: Reader,
    actor: Actor,
    permission: Permission,
    channel: Channel | None = None,
    *,
    or_any: Permission | None = None,
) -> None:
    """Raises Forbidden (50107) unless the actor may. ``or_any``: what allows the same on anybody's allows it too."""
    if not may(tx, actor, permission, channel) and (or_any is None or not may(tx, actor, or_any, channel)):
        raise Forbidden(f"Your role does not allow {permission.value}", Code.USER_UNAUTHORIZED)
