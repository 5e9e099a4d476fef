"""Invites, which only chat has."""

from chat_tui.server.dates import date
from chat_tui.server.operations.invites import FetchInvite, InviteMember, ListInvites, RemoveInvite
from chat_tui.server.rest import shapes
from chat_tui.server.rest.call import Call
from chat_tui.server.rest.dialects import CHAT, Parameters
from chat_tui.server.rest.resource import Listed, Resource, Write
from chat_tui.server.store.rows import Invite


def represent(call: Call, invite: Invite) -> shapes.Invite:
    service_sid = call.path["service_sid"]
    return {
        "sid": invite.sid,
        "account_sid": call.actor.account_sid,
        "channel_sid": invite.channel_sid,
        "service_sid": service_sid,
        "identity": invite.identity,
        "role_sid": invite.role_sid,
        "created_by": invite.created_by,
        "date_created": date(invite.date_created),
        "date_updated": date(invite.date_updated),
        "url": call.at("Services", service_sid, "Channels", invite.channel_sid, "Invites", invite.sid),
    }


RESOURCES = (
    Resource(
        path="/Services/{service_sid}/Channels/{channel}/Invites",
        item="invite",
        represent=represent,
        create=Write(InviteMember, Parameters("Identity", "RoleSid")),
        page=Listed(ListInvites, Parameters(named={"Identity": "identities"})),
        fetch=FetchInvite,
        delete=RemoveInvite,
        dialects=CHAT,
    ),
)
