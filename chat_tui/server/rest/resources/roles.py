"""Roles; each version has its own words for types and permissions."""

from typing import Any

import msgspec

from chat_tui.protocol.words import PERMISSIONS, ROLE_TYPES
from chat_tui.server.dates import date
from chat_tui.server.operations.roles import CreateRole, DeleteRole, FetchRole, ListRoles, UpdateRole
from chat_tui.server.rest import shapes
from chat_tui.server.rest.call import Call
from chat_tui.server.rest.dialects import Parameters
from chat_tui.server.rest.resource import Listed, Resource, Write
from chat_tui.server.store.rows import Role


def represent(call: Call, role: Role) -> shapes.Role:
    return {
        "sid": role.sid,
        "account_sid": call.actor.account_sid,
        "service_sid": role.service_sid,
        "friendly_name": role.friendly_name,
        "type": call.dialect.word(ROLE_TYPES, role.type),
        "permissions": [call.dialect.word(PERMISSIONS, word) for word in msgspec.json.decode(role.permissions)],
        "date_created": date(role.date_created),
        "date_updated": date(role.date_updated),
        "url": call.at("Services", role.service_sid, "Roles", role.sid),
    }


def _in_chat_words(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if given := [word for word in call.form.get("Permission", ()) if word]:
        found["permissions"] = [call.dialect.chat_word(PERMISSIONS, word) for word in given]
    if (type_ := call.first("Type")) is not None:
        found["type"] = call.dialect.chat_word(ROLE_TYPES, type_)
    return found


_PERMISSION = {"Permission": "permissions"}
RESOURCES = (
    Resource(
        path="/Services/{service_sid}/Roles",
        item="role",
        represent=represent,
        create=Write(CreateRole, Parameters("FriendlyName", "Type", named=_PERMISSION), _in_chat_words),
        page=Listed(ListRoles),
        fetch=FetchRole,
        update=Write(UpdateRole, Parameters(named=_PERMISSION), _in_chat_words),
        delete=DeleteRole,
    ),
)
