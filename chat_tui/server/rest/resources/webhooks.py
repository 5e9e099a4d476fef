"""A channel's own webhooks; Conversations calls their type a target."""

from typing import Any

import msgspec

from chat_tui.protocol.defaults import MAX_WEBHOOKS
from chat_tui.protocol.errors import Code
from chat_tui.protocol.values import WebhookType
from chat_tui.protocol.words import EVENTS
from chat_tui.server.dates import date
from chat_tui.server.operations.checks import choice
from chat_tui.server.operations.webhooks import (
    CreateWebhook,
    DeleteWebhook,
    FetchWebhook,
    ListWebhooks,
    UpdateWebhook,
)
from chat_tui.server.rest import shapes
from chat_tui.server.rest.call import Call
from chat_tui.server.rest.dialects import CHAT_V2, CONVERSATIONS, DEFAULT_SERVICE, Parameters
from chat_tui.server.rest.resource import Listed, Resource, Write
from chat_tui.server.store.rows import Webhook


def represent(call: Call, webhook: Webhook) -> shapes.Webhook | shapes.ConversationWebhook:
    service_sid = call.path["service_sid"]
    path = ("Services", service_sid, "Channels", webhook.channel_sid, "Webhooks", webhook.sid)
    sids: shapes.WebhookSids = {
        "sid": webhook.sid,
        "account_sid": call.actor.account_sid,
        "service_sid": service_sid,
        "channel_sid": webhook.channel_sid,
    }
    settings: shapes.WebhookSettings = {
        "configuration": _configuration(call, msgspec.json.decode(webhook.configuration)),
        "date_created": date(webhook.date_created),
        "date_updated": date(webhook.date_updated),
        "url": call.at(*path),
    }
    if call.dialect.is_chat:
        return {**sids, "type": webhook.type, **settings}
    return {**sids, "target": webhook.type, **settings}


def _configuration(call: Call, kept: Any) -> shapes.WebhookConfiguration:
    """Triggers are shown as filters (contract 1.4); a method is written as each product does."""
    if "triggers" in kept:
        kept["filters"] = kept.pop("triggers")
    elif "filters" in kept:
        kept["filters"] = [call.dialect.word(EVENTS, event) for event in kept["filters"]]
    if not call.dialect.is_chat:
        kept.pop("retry_count", None)
        if "method" in kept:
            kept["method"] = kept["method"].lower()
    found: shapes.WebhookConfiguration = kept
    return found


def _more(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if filters := [event for event in call.form.get("Configuration.Filters", ()) if event]:
        found["filters"] = [call.dialect.chat_word(EVENTS, event) for event in filters]
    parameter = "Type" if call.dialect.is_chat else "Target"
    if (type_ := call.first(parameter)) is not None:
        found["type"] = choice(parameter, type_, WebhookType, Code.BAD_WEBHOOK_TYPE)
    return found


_CONFIGURATION = {
    "Configuration.Url": "url",
    "Configuration.Method": "method",
    "Configuration.Filters": "filters",
    "Configuration.Triggers": "triggers",
    "Configuration.FlowSid": "flow_sid",
    "Configuration.RetryCount": "retry_count",
}
RESOURCES = (
    Resource(
        path="/Services/{service_sid}/Channels/{channel}/Webhooks",
        item="webhook",
        represent=represent,
        create=Write(
            CreateWebhook,
            Parameters(
                chat={"Type": "type"},
                conversations={"Target": "type", "Configuration.ReplayAfter": "replay_after"},
                named=_CONFIGURATION,
            ),
            _more,
        ),
        page=Listed(ListWebhooks, size=MAX_WEBHOOKS),
        fetch=FetchWebhook,
        update=Write(UpdateWebhook, Parameters(named=_CONFIGURATION), _more),
        delete=DeleteWebhook,
        dialects=(CHAT_V2, CONVERSATIONS, DEFAULT_SERVICE),
        hidden={DEFAULT_SERVICE: ("service_sid",)},
    ),
)
