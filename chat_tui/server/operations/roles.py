"""Roles: the four every service is born with, and those it is given (contract 1.6)."""

from collections.abc import Sequence

from chat_tui.protocol.defaults import MAX_ADMIN_NAME
from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.errors import BadRequest, Code, Conflict, NotFound
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.values import Permission, RoleType
from chat_tui.server.operations import checks
from chat_tui.server.operations.actors import Actor
from chat_tui.server.operations.lookup import find_service
from chat_tui.server.operations.operation import Command, Rate, operation
from chat_tui.server.operations.pages import Page, PageQuery, page
from chat_tui.server.store.rows import Role, Service
from chat_tui.server.store.transaction import Reader, Transaction

SERVICE_ADMIN = """
    addMember createChannel deleteAnyMessage destroyChannel editAnyMessage editAnyMessageAttributes
    editAnyMemberAttributes editAnyUserInfo editChannelAttributes editChannelName inviteMember joinChannel removeMember
"""
SERVICE_USER = "createChannel editOwnUserInfo joinChannel"
CHANNEL_ADMIN = """
    addMember inviteMember removeMember deleteAnyMessage destroyChannel editAnyMessage editAnyMessageAttributes
    editAnyMemberAttributes editChannelAttributes editChannelName editNotificationLevel leaveChannel
    sendMediaMessage sendMessage
"""
CHANNEL_USER = """
    deleteOwnMessage editNotificationLevel editOwnMemberAttributes editOwnMessage editOwnMessageAttributes
    editOwnUserInfo leaveChannel sendMediaMessage sendMessage
"""

BUILT_IN = (
    ("service admin", RoleType.DEPLOYMENT, SERVICE_ADMIN),
    ("service user", RoleType.DEPLOYMENT, SERVICE_USER),
    ("channel admin", RoleType.CHANNEL, CHANNEL_ADMIN),
    ("channel user", RoleType.CHANNEL, CHANNEL_USER),
)
"""Friendly name, type, permissions (contract 1.6)."""


SERVICE_ONLY = {Permission.CREATE_CHANNEL, Permission.JOIN_CHANNEL}
CHANNEL_ONLY = {
    Permission.SEND_MESSAGE,
    Permission.SEND_MEDIA_MESSAGE,
    Permission.LEAVE_CHANNEL,
    Permission.DELETE_OWN_MESSAGE,
    Permission.EDIT_OWN_MEMBER_ATTRIBUTES,
    Permission.EDIT_NOTIFICATION_LEVEL,
}


class CreateRole(Command):
    service_sid: str
    friendly_name: str
    type: str
    permissions: tuple[str, ...]


class FetchRole(Command):
    service_sid: str
    role: str


class ListRoles(Command):
    service_sid: str
    page: PageQuery = PageQuery()


class UpdateRole(Command):
    """``permissions`` replace the whole list."""

    service_sid: str
    role: str
    permissions: tuple[str, ...]


class DeleteRole(Command):
    service_sid: str
    role: str


def built_in_sids() -> dict[str, str]:
    """Fresh SIDs for the four roles, by friendly name."""
    return {friendly_name: new_sid(Kind.ROLE) for friendly_name, _, _ in BUILT_IN}


def insert_built_in(tx: Transaction, service_sid: str, sids: dict[str, str]) -> None:
    for friendly_name, type_, permissions in BUILT_IN:
        tx.run(
            "insert_role",
            sid=sids[friendly_name],
            service_sid=service_sid,
            friendly_name=friendly_name,
            type=type_.value,
            permissions=to_json([Permission(word) for word in permissions.split()]).decode(),
            date_created=tx.now,
            date_updated=tx.now,
        )


@operation(CreateRole, rate=Rate.SERVICE)
def create_role(tx: Transaction, actor: Actor, command: CreateRole) -> Role:
    """Raises BadRequest for a type (50105) or a permission (50104) that there is not."""
    service = find_service(tx, actor, command.service_sid)
    name = checks.name("FriendlyName", command.friendly_name, limit=MAX_ADMIN_NAME)
    if not name:
        raise BadRequest("FriendlyName: is missing", Code.FRIENDLY_NAME_MISSING)
    try:
        type_ = RoleType(command.type)
    except ValueError:
        raise BadRequest("Type: must be deployment (service) or channel (conversation)", Code.BAD_ROLE_TYPE) from None
    sid = new_sid(Kind.ROLE)
    tx.run(
        "insert_role",
        sid=sid,
        service_sid=service.sid,
        friendly_name=name,
        type=type_,
        permissions=_permissions(type_, command.permissions),
        date_created=tx.now,
        date_updated=tx.now,
    )
    return _find(tx, service, sid)


def _permissions(type_: RoleType, names: Sequence[str]) -> str:
    """The stored list. A permission of the other scope is refused like one that does not exist."""
    foreign = CHANNEL_ONLY if type_ is RoleType.DEPLOYMENT else SERVICE_ONLY
    found = []
    for name in dict.fromkeys(names):
        try:
            permission = Permission(name)
        except ValueError:
            raise BadRequest(f"Permission: there is no {name}", Code.PERMISSION_NOT_FOUND) from None
        if permission in foreign:
            raise BadRequest(f"Permission: {name} is not for {type_.value} roles", Code.PERMISSION_NOT_FOUND)
        found.append(permission)
    if not found:
        raise BadRequest("Permission: is missing", Code.PERMISSION_NOT_FOUND)
    return to_json(found).decode()


def _find(tx: Reader, service: Service, sid: str) -> Role:
    found = tx.one(Role, "role_by_sid", sid=sid, service_sid=service.sid)
    if found is None:
        raise NotFound(f"Role {sid} was not found", Code.ROLE_NOT_FOUND)
    return found


@operation(FetchRole, writes=False)
def fetch_role(tx: Reader, actor: Actor, command: FetchRole) -> Role:
    return _find(tx, find_service(tx, actor, command.service_sid), command.role)


@operation(ListRoles, writes=False)
def list_roles(tx: Reader, actor: Actor, command: ListRoles) -> Page[Role]:
    service = find_service(tx, actor, command.service_sid)
    return page(tx, Role, "roles_page", command.page, service_sid=service.sid)


@operation(UpdateRole, rate=Rate.SERVICE)
def update_role(tx: Transaction, actor: Actor, command: UpdateRole) -> Role:
    """Whoever holds the role is bound by the new list from the next action on."""
    service = find_service(tx, actor, command.service_sid)
    before = _find(tx, service, command.role)
    tx.run("update_role", sid=before.sid, permissions=_permissions(before.type, command.permissions), now=tx.now)
    return _find(tx, service, before.sid)


@operation(DeleteRole, rate=Rate.SERVICE)
def delete_role(tx: Transaction, actor: Actor, command: DeleteRole) -> None:
    """Raises Conflict while somebody holds the role or the service gives it by default."""
    service = find_service(tx, actor, command.service_sid)
    role = _find(tx, service, command.role)
    if role.sid in (
        service.default_service_role_sid,
        service.default_channel_role_sid,
        service.default_channel_creator_role_sid,
    ):
        raise Conflict("The service gives this role by default: choose another default first", Code.CONFLICT)
    holders = tx.value("count_role_holders", sid=role.sid)
    if holders:
        raise Conflict(f"{holders} users or members hold this role: give them another first", Code.CONFLICT)
    tx.run("delete_role", sid=role.sid)
