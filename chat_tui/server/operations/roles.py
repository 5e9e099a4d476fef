"""Roles: the four every service is born with."""

import msgspec

from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.values import Permission, RoleType
from chat_tui.server.store.transaction import Transaction

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
"""Fact sheet 1.6: friendly name, type, permissions."""


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
            permissions=msgspec.json.encode([Permission(word) for word in permissions.split()]).decode(),
            date_created=tx.now,
            date_updated=tx.now,
        )
