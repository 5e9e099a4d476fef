"""Members, which Conversations calls participants."""

from chat_tui.server.dates import date, date_or_none
from chat_tui.server.operations.members import AddMember, FetchMember, ListMembers, RemoveMember, UpdateMember
from chat_tui.server.rest import shapes
from chat_tui.server.rest.call import Call
from chat_tui.server.rest.dialects import CHAT_V1, CHAT_V2, DEFAULT_SERVICE, Parameters
from chat_tui.server.rest.resource import Listed, Resource, Write
from chat_tui.server.store.rows import Member

_LATER = ("Attributes", "LastConsumptionTimestamp", "DateCreated", "DateUpdated")
_UNSUPPORTED = ("MessagingBinding.Address", "MessagingBinding.ProxyAddress", "MessagingBinding.ProjectedAddress")


def represent(call: Call, member: Member) -> shapes.Member:
    service_sid = call.path["service_sid"]
    return {
        "sid": member.sid,
        "account_sid": call.actor.account_sid,
        "channel_sid": member.channel_sid,
        "service_sid": service_sid,
        "identity": member.identity,
        "role_sid": member.role_sid,
        "last_consumed_message_index": member.last_consumed_message_index,
        "last_consumption_timestamp": date_or_none(member.last_consumption_timestamp),
        "date_created": date(member.date_created),
        "date_updated": date(member.date_updated),
        "attributes": member.attributes,
        "messaging_binding": None,
        "url": call.at("Services", service_sid, "Channels", member.channel_sid, "Members", member.sid),
    }


RESOURCES = (
    Resource(
        path="/Services/{service_sid}/Channels/{channel}/Members",
        item="member",
        represent=represent,
        create=Write(
            AddMember,
            Parameters("Identity", "RoleSid", later=(*_LATER, "LastConsumedMessageIndex")),
            unsupported=_UNSUPPORTED,
        ),
        page=Listed(ListMembers, Parameters(named={"Identity": "identities"})),
        fetch=FetchMember,
        update=Write(
            UpdateMember,
            Parameters("RoleSid", "LastConsumedMessageIndex", later=_LATER, conversations={"Identity": "identity"}),
            unsupported=_UNSUPPORTED,
        ),
        delete=RemoveMember,
        hidden={
            CHAT_V1: ("attributes", "messaging_binding"),
            CHAT_V2: ("messaging_binding",),
            DEFAULT_SERVICE: ("service_sid",),
        },
    ),
)
