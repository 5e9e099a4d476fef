"""Bindings: what users' devices registered for push, by service and by user. They are only read and removed here."""

import msgspec

from chat_tui.protocol.words import FIELDS
from chat_tui.server.dates import date
from chat_tui.server.operations.bindings import FetchBinding, ListBindings, RemoveBinding
from chat_tui.server.rest import shapes
from chat_tui.server.rest.call import Call
from chat_tui.server.rest.dialects import CHAT_V2, CONVERSATIONS, Parameters
from chat_tui.server.rest.resource import Listed, Resource
from chat_tui.server.store.rows import Binding

_FROM_CLIENT = ("twilio.ipmsg.", "twilio.channel.", "twilio.conversations.")
"""What an SDK puts in front of a message type."""


def _represent(call: Call, binding: Binding, *path: str) -> shapes.Binding:
    return {
        "sid": binding.sid,
        "account_sid": call.actor.account_sid,
        "service_sid": call.path["service_sid"],
        "identity": binding.identity,
        "user_sid": binding.user_sid,
        "endpoint": binding.endpoint,
        "binding_type": binding.binding_type,
        "credential_sid": binding.credential_sid,
        "message_types": [_message_type(call, word) for word in msgspec.json.decode(binding.message_types)],
        "date_created": date(binding.date_created),
        "date_updated": date(binding.date_updated),
        "url": call.at("Services", call.path["service_sid"], *path, "Bindings", binding.sid),
        "links": {"user": call.at("Services", call.path["service_sid"], "Users", binding.identity)},
    }


def _message_type(call: Call, given: str) -> str:
    for prefix in _FROM_CLIENT:
        given = given.removeprefix(prefix)
    return call.dialect.word(FIELDS, given)


def represent(call: Call, binding: Binding) -> shapes.Binding:
    return _represent(call, binding)


def _of_user(call: Call, binding: Binding) -> shapes.Binding:
    return _represent(call, binding, "Users", binding.user_sid)


RESOURCES = (
    Resource(
        path="/Services/{service_sid}/Bindings",
        item="binding",
        represent=represent,
        page=Listed(ListBindings, Parameters(named={"BindingType": "types", "Identity": "identities"})),
        fetch=FetchBinding,
        delete=RemoveBinding,
        dialects=(CHAT_V2, CONVERSATIONS),
        hidden={CHAT_V2: ("user_sid",), CONVERSATIONS: ("user_sid", "links")},
    ),
    Resource(
        path="/Services/{service_sid}/Users/{user}/Bindings",
        item="binding",
        represent=_of_user,
        page=Listed(ListBindings, Parameters(named={"BindingType": "types"})),
        fetch=FetchBinding,
        delete=RemoveBinding,
        dialects=(CHAT_V2,),
        hidden={CHAT_V2: ("links",)},
    ),
)
