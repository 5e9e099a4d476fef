"""What to send for each documented parameter, where it must show, and what deviates from the documents, by a reading of
the prose or for lack of a telephone network (contract 2.4)."""

import itertools
from typing import Any

from chat_tui.server.rest.dialects import snake
from tests.referees.openapi_facts import Operation, Shape
from tests.referees.world import FLOW, MESSAGING, World

# ---- deviations: the tests read them; nothing else may differ from the documents

TELEPHONE_OPERATIONS = ("/Configuration/Addresses", "/Receipts")
"""Paths that answer 400: they mean nothing without a telephone network."""

TELEPHONE_PARAMETERS = {
    "MessagingServiceSid",
    "DefaultMessagingServiceSid",
    "Bindings.Email.Address",
    "Bindings.Email.Name",
    "MessagingBinding.Address",
    "MessagingBinding.ProxyAddress",
    "MessagingBinding.ProjectedAddress",
    "ContentSid",
    "ContentVariables",
    "Address",
}
"""Parameters that are refused by name: a telephone network, mail or a content store would be needed."""

NOT_YET = {"MediaSid": "no media are stored yet: refused as not found (50507)"}

NOT_SHOWN = {
    "Certificate": "a secret is never returned",
    "PrivateKey": "a secret is never returned",
    "ApiKey": "a secret is never returned",
    "Secret": "a secret is never returned",
    "Subject": "no representation has it; SDKs see it on the message",
    "MediaSid": NOT_YET["MediaSid"],
}

REFUSED = {
    (
        "Participants/{Sid}",
        "Identity",
    ): "a participant keeps its identity; only the telephone makes one without",
}

WORDS_BESIDE = {
    ("binding_type", "twilsock"): "Conversations' documents have it, and a device is the same in both",
    ("conversation_state", "initializing"): "the document of the conversation itself has it",
}
"""Words a property may be that its document does not list."""

WORDS_NEVER = {
    ("status", "not_participating"): "a user's channels are those one is in, or invited to",
    ("status", "notParticipating"): "the same in v2's document",
}
"""Words a document lists that a property never is."""

PAGE_SIZES = (1, 1000)
"""The least and the most of every list: the prose's, where descriptions say 50 or 100 (contract S69, U14, 9.6)."""


# ---- samples

_counter = itertools.count(1)


def unique(prefix: str) -> str:
    return f"{prefix}-{next(_counter)}"


FIXED: dict[str, Any] = {
    "Attributes": '{"sampled":true}',
    "ReadStatusEnabled": "false",
    "Permission": ["sendMessage"],
    "NotificationLevel": "muted",
    "Configuration.FlowSid": FLOW,
    "Configuration.Triggers": ["help"],
    "Configuration.Filters": ["onMessageSent"],
    "Configuration.RetryCount": "2",
    "Filters": ["onMessageSent"],
    "WebhookFilters": ["onMessageSent"],
    "Method": "GET",
    "WebhookMethod": "GET",
    "State": "inactive",
    "Timers.Inactive": "PT5M",
    "Timers.Closed": "PT20M",
    "DefaultInactiveTimer": "PT5M",
    "DefaultClosedTimer": "PT20M",
    "Participant": ['{"identity": "somebody"}'],
    "MessagingServiceSid": MESSAGING,
    "DefaultMessagingServiceSid": MESSAGING,
    "MediaSid": "ME" + "0" * 32,
    "PreWebhookRetryCount": "2",
    "PostWebhookRetryCount": "3",
    "LastConsumedMessageIndex": "1",
    "LastReadMessageIndex": "1",
    "Configuration.ReplayAfter": "1",
    "TypingIndicatorTimeout": "7",
    "ConsumptionReportInterval": "9",
    "Sandbox": "true",
}
"""What is the same everywhere."""

UNIQUE = {"UniqueName": "unique", "FriendlyName": "friendly", "Identity": "identity"}
"""What no two may share, and how it begins."""


def sample(world: World, path: str, name: str, shape: Shape) -> Any:
    """A valid value that is not the default one."""
    if name == "Type":
        return _type(path, shape)
    if name == "Target":
        return "flex" if "Configuration" in path else "webhook"
    if name in UNIQUE:
        return unique(UNIQUE[name])
    return FIXED.get(name) or _place(world, path).get(name) or _of_shape(name, shape)


def _type(path: str, shape: Shape) -> str:
    if path.rstrip("}").endswith(("/Roles", "/Roles/{Sid")):
        return "channel" if "channel" in shape.enum else "conversation"
    return "apn" if "/Credentials" in path else "webhook" if path.endswith("/Webhooks") else "private"


def _place(world: World, path: str) -> dict[str, str]:
    """What there is in this world."""
    return {
        "RoleSid": world.service_role if "/Users" in path else world.role,
        "DefaultServiceRoleSid": world.service_role,
        "DefaultChatServiceRoleSid": world.service_role,
        "DefaultChannelRoleSid": world.role,
        "DefaultConversationRoleSid": world.role,
        "DefaultChannelCreatorRoleSid": world.role,
        "DefaultConversationCreatorRoleSid": world.role,
        "DefaultChatServiceSid": world.service,
    }


def _of_shape(name: str, shape: Shape) -> str:
    if shape.type == "boolean":
        return "true"
    if shape.type == "integer":
        return "77"
    if shape.format == "date-time" or name.endswith("Timestamp"):
        return "2020-02-03T04:05:06Z"
    if name.endswith("Url"):
        return f"https://example.com/{next(_counter)}"
    if name.endswith("Method"):
        return "get" if shape.enum and "get" in shape.enum else "GET"
    return unique("text")


def required(world: World, path: str, operation: Operation) -> dict[str, Any]:
    """What an operation asks for at least."""
    form = {name: sample(world, path, name, shape) for name, shape in operation.form.items() if shape.required}
    if "/Webhooks" in path and ("Type" in form or "Target" in form):
        form |= {"Configuration.Url": "https://example.com/hook", "Configuration.Filters": ["onMessageSent"]}
    if path.endswith("/Participants"):
        form["Identity"] = unique("identity")
    return form


def query(path: str) -> dict[str, str] | None:
    """What a list asks for at least."""
    return {"Identity": "holder"} if path.endswith("ParticipantConversations") else None


def with_parameter(world: World, path: str, operation: Operation, name: str) -> dict[str, Any]:
    """A form with what is asked for at least, and ``name``."""
    form = required(world, path, operation) | {name: sample(world, path, name, operation.form[name])}
    if name.startswith("Timers."):
        form["State"] = "active"
    kind = "Type" if "Type" in form else "Target"
    if "/Webhooks" in path and kind in form:
        if name == "Configuration.Triggers":
            form |= {kind: "trigger"}
        if name == "Configuration.FlowSid":
            form |= {kind: "studio"}
    return form


_SHOWN_AT = {
    "Timers.Inactive": ("timers", "date_inactive"),
    "Timers.Closed": ("timers", "date_closed"),
    "Permission": ("permissions",),
    "Configuration.Triggers": ("configuration", "filters"),
}


def shown(name: str, body: dict[str, Any]) -> Any:
    """What a representation shows for a parameter."""
    value: Any = body
    for key in _SHOWN_AT.get(name, tuple(snake(part) for part in name.split("."))):
        value = value.get(key, "absent") if isinstance(value, dict) else "absent"
    return value


ON_MEMBER = ("LastConsumptionTimestamp", "LastReadTimestamp")
"""Parameters of a User Channel that show on its member."""

WEBHOOK_FOR = {"Configuration.Triggers": 1, "Configuration.FlowSid": 2}
"""Which of a world's webhooks has a use for a parameter."""


def is_same(sent: Any, value: Any, name: str) -> bool:
    """Whether a representation's value is what was sent in a form."""
    if name.startswith("Timers."):
        return isinstance(value, str) and value.endswith("Z")
    if isinstance(value, bool):
        return str(value).lower() == str(sent).lower()
    if isinstance(value, list):
        return bool(value == (sent if isinstance(sent, list) else [sent]))
    return str(value).lower() == str(sent).lower()
