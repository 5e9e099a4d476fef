"""The declared table: what a connected user may give with each command, beside what names the thing. Nothing here is
derived from the service."""

from chat_tui.server.operations.bindings import RegisterBinding, RemoveBinding
from chat_tui.server.operations.channels import CreateChannel, DeleteChannel, FetchChannel, ListChannels, UpdateChannel
from chat_tui.server.operations.invites import InviteMember, RemoveInvite
from chat_tui.server.operations.members import AddMember, FetchMember, ListMembers, RemoveMember, UpdateMember
from chat_tui.server.operations.messages import DeleteMessage, FetchMessage, ListMessages, SendMessage, UpdateMessage
from chat_tui.server.operations.operation import Command
from chat_tui.server.operations.services import FetchService
from chat_tui.server.operations.typing import NotifyTyping
from chat_tui.server.operations.user_channels import (
    FetchUserChannel,
    LeaveUserChannel,
    ListUserChannels,
    UpdateUserChannel,
)
from chat_tui.server.operations.users import FetchUser, ListChannelUsers, UpdateUser

CLIENTS_MAY_GIVE: dict[type[Command], tuple[str, ...]] = {
    FetchService: (),
    CreateChannel: ("friendly_name", "unique_name", "attributes", "type"),
    FetchChannel: (),
    ListChannels: ("page",),
    UpdateChannel: ("friendly_name", "unique_name", "attributes"),
    DeleteChannel: (),
    AddMember: ("identity", "attributes"),
    FetchMember: (),
    ListMembers: ("identities", "page"),
    UpdateMember: ("attributes",),
    RemoveMember: (),
    InviteMember: ("identity",),
    RemoveInvite: (),
    SendMessage: ("body", "attributes", "mutation_id", "subject"),
    FetchMessage: (),
    ListMessages: ("order", "page"),
    UpdateMessage: ("body", "attributes"),
    DeleteMessage: (),
    FetchUser: (),
    ListChannelUsers: ("page",),
    UpdateUser: ("friendly_name", "attributes"),
    FetchUserChannel: (),
    ListUserChannels: ("page",),
    UpdateUserChannel: ("notification_level", "last_consumed_message_index"),
    LeaveUserChannel: (),
    RegisterBinding: ("binding_type", "endpoint", "address", "message_types"),
    RemoveBinding: ("binding", "endpoint"),
    NotifyTyping: (),
}
"""A command that is not here is for account credentials only."""
