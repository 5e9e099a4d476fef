"""What a whole account is set to in Conversations: the default service, timers and webhooks (contract 2.2)."""

from typing import Any

import msgspec

from chat_tui.protocol.words import EVENTS
from chat_tui.server.operations.accounts import FetchAccount, UpdateAccount
from chat_tui.server.rest import shapes
from chat_tui.server.rest.call import Call
from chat_tui.server.rest.dialects import CONVERSATIONS, Parameters
from chat_tui.server.rest.resource import Resource, Write
from chat_tui.server.store.rows import Account

_WEBHOOK_FIELDS = {
    "Method": "method",
    "PreWebhookUrl": "pre_webhook_url",
    "PostWebhookUrl": "post_webhook_url",
    "Target": "target",
}


def represent(call: Call, account: Account) -> shapes.AccountConfiguration:
    service = account.default_service_sid or ""
    webhooks = call.at("Configuration", "Webhooks")
    return {
        "account_sid": account.sid,
        "default_chat_service_sid": service,
        "default_messaging_service_sid": None,
        "default_inactive_timer": account.default_inactive_timer,
        "default_closed_timer": account.default_closed_timer,
        "url": call.at("Configuration"),
        "links": {"service": call.at("Services", service, "Configuration"), "webhooks": webhooks},
    }


def _webhooks(call: Call, account: Account) -> shapes.AccountWebhooks:
    kept = msgspec.json.decode(account.webhooks)
    return {
        "account_sid": account.sid,
        "method": kept.get("method", "POST"),
        "filters": [call.dialect.word(EVENTS, event) for event in kept.get("filters", [])],
        "pre_webhook_url": kept.get("pre_webhook_url"),
        "post_webhook_url": kept.get("post_webhook_url"),
        "target": kept.get("target", "webhook"),
        "url": call.at("Configuration", "Webhooks"),
    }


def _given(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = {
        field: call.form[parameter][-1] or None
        for parameter, field in _WEBHOOK_FIELDS.items()
        if parameter in call.form
    }
    if "Filters" in call.form:
        found["filters"] = [call.dialect.chat_word(EVENTS, event) for event in call.form["Filters"] if event]
    return {"webhooks": found} if found else {}


RESOURCES = (
    Resource(
        path="/Configuration",
        represent=represent,
        fetch=FetchAccount,
        update=Write(
            UpdateAccount,
            Parameters(
                "DefaultInactiveTimer", "DefaultClosedTimer", named={"DefaultChatServiceSid": "default_service_sid"}
            ),
            unsupported=("DefaultMessagingServiceSid",),
        ),
        dialects=(CONVERSATIONS,),
    ),
    Resource(
        path="/Configuration/Webhooks",
        represent=_webhooks,
        fetch=FetchAccount,
        update=Write(UpdateAccount, more=_given),
        dialects=(CONVERSATIONS,),
    ),
)
