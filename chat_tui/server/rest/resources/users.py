"""Users: a single one carries its reachability, a list never does (contract R13, R16, 9.1)."""

from chat_tui.protocol.values import Reachability
from chat_tui.server.dates import date
from chat_tui.server.operations.users import CreateUser, DeleteUser, FetchUser, ListUsers, UpdateUser, UserView
from chat_tui.server.reachability.rules import UNKNOWN, visible_reachability
from chat_tui.server.rest import shapes
from chat_tui.server.rest.call import Call
from chat_tui.server.rest.dialects import CHAT_V2, CONVERSATIONS, DEFAULT_SERVICE, Parameters
from chat_tui.server.rest.resource import Listed, Resource, Write
from chat_tui.server.store.rows import User

_UPDATE = ("RoleSid", "Attributes", "FriendlyName")


def _represent(call: Call, user: User, reachability: Reachability) -> shapes.User:
    path = ("Services", user.service_sid, "Users", user.sid)
    links = {"user_channels": call.at(*path, "Channels")}
    if call.dialect is CHAT_V2:
        links["user_bindings"] = call.at(*path, "Bindings")
    return {
        "sid": user.sid,
        "account_sid": call.actor.account_sid,
        "service_sid": user.service_sid,
        "role_sid": user.role_sid,
        "identity": user.identity,
        "attributes": user.attributes,
        "is_online": reachability.online,
        "is_notifiable": reachability.notifiable,
        "friendly_name": user.friendly_name,
        "joined_channels_count": user.joined_channels_count,
        "date_created": date(user.date_created),
        "date_updated": date(user.date_updated),
        "links": links,
        "url": call.at(*path),
    }


def represent(call: Call, view: UserView) -> shapes.User:
    return _represent(call, view.user, visible_reachability(view.service, view.user))


def _listed(call: Call, user: User) -> shapes.User:
    return _represent(call, user, UNKNOWN)


RESOURCES = (
    Resource(
        path="/Services/{service_sid}/Users",
        item="user",
        represent=represent,
        listed=_listed,
        create=Write(CreateUser, Parameters("Identity", *_UPDATE)),
        page=Listed(ListUsers),
        fetch=FetchUser,
        update=Write(UpdateUser, Parameters(*_UPDATE)),
        delete=DeleteUser,
        hidden={CONVERSATIONS: ("joined_channels_count",), DEFAULT_SERVICE: ("joined_channels_count",)},
    ),
)
