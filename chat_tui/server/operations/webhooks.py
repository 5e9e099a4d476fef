"""A channel's own webhooks: what they are to do is kept here (contract 1.3)."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from chat_tui.protocol.defaults import MAX_INT, MAX_WEBHOOK_RETRIES, MAX_WEBHOOKS
from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.errors import BadRequest, Code, NotFound
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.values import HttpMethod, WebhookType
from chat_tui.server.operations import checks
from chat_tui.server.operations.actors import Actor
from chat_tui.server.operations.lookup import find_channel, find_service
from chat_tui.server.operations.operation import Command, Rate, operation
from chat_tui.server.operations.pages import Page, PageQuery, page
from chat_tui.server.store.rows import Channel, Webhook
from chat_tui.server.store.transaction import Reader, Transaction

MAX_TRIGGERS = 5
MAX_TRIGGER = 248


class Configuration(Command):
    """What a webhook may be told; the fields of its representation."""

    url: str | UnsetType = UNSET
    method: str | UnsetType = UNSET
    filters: tuple[str, ...] | UnsetType = UNSET
    triggers: tuple[str, ...] | UnsetType = UNSET
    flow_sid: str | UnsetType = UNSET
    retry_count: int | UnsetType = UNSET
    replay_after: int | UnsetType = UNSET


class CreateWebhook(Configuration, kw_only=True):
    service_sid: str
    channel: str
    type: WebhookType


class UpdateWebhook(Configuration, kw_only=True):
    service_sid: str
    channel: str
    webhook: str


class FetchWebhook(Command):
    service_sid: str
    channel: str
    webhook: str


class ListWebhooks(Command):
    service_sid: str
    channel: str
    page: PageQuery = PageQuery()


class DeleteWebhook(Command):
    service_sid: str
    channel: str
    webhook: str


_NEEDED = {
    WebhookType.WEBHOOK: ("url", "filters"),
    WebhookType.TRIGGER: ("url", "triggers"),
    WebhookType.STUDIO: ("flow_sid",),
}
_KEPT = {
    WebhookType.WEBHOOK: ("url", "method", "filters", "retry_count", "replay_after"),
    WebhookType.TRIGGER: ("url", "method", "triggers", "retry_count", "replay_after"),
    WebhookType.STUDIO: ("flow_sid", "retry_count", "replay_after"),
}
_PARAMETERS = {"url": "Url", "filters": "Filters", "triggers": "Triggers", "flow_sid": "FlowSid"}


def _find_channel(tx: Reader, actor: Actor, service_sid: str, channel: str) -> Channel:
    return find_channel(tx, actor, find_service(tx, actor, service_sid), channel)


def _find(tx: Reader, channel: Channel, sid: str) -> Webhook:
    found = tx.one(Webhook, "webhook_by_sid", sid=sid, channel_sid=channel.sid)
    if found is None:
        raise NotFound(f"Webhook {sid} was not found", Code.WEBHOOK_NOT_FOUND)
    return found


def _checked(given: Configuration) -> dict[str, Any]:
    """The configuration that was given. Raises BadRequest naming the parameter that is wrong."""
    found = {field: getattr(given, field) for field in Configuration.__struct_fields__}
    found = {field: value for field, value in found.items() if value is not UNSET}
    if "url" in found:
        found["url"] = checks.url("Configuration.Url", found["url"], Code.WEBHOOK_URL_TOO_LONG)
    if "method" in found:
        found["method"] = checks.choice("Configuration.Method", found["method"].upper(), HttpMethod)
    for field, code in (("filters", Code.BAD_WEBHOOK_FILTER), ("triggers", Code.BAD_WEBHOOK_TRIGGER)):
        for word in found.get(field, ()):
            if len(checks.text(f"Configuration.{_PARAMETERS[field]}", word)) > MAX_TRIGGER:
                raise BadRequest(f"Configuration.{_PARAMETERS[field]}: at most {MAX_TRIGGER} characters each", code)
    if len(found.get("triggers", ())) > MAX_TRIGGERS:
        raise BadRequest(f"Configuration.Triggers: at most {MAX_TRIGGERS}", Code.TOO_MANY_TRIGGERS)
    if not 0 <= found.get("retry_count", 0) <= MAX_WEBHOOK_RETRIES:
        raise BadRequest(f"Configuration.RetryCount: must be between 0 and {MAX_WEBHOOK_RETRIES}", Code.BAD_RETRY_COUNT)
    if "flow_sid" in found and not checks.looks_like_sid(found["flow_sid"], "FW"):
        raise BadRequest("Configuration.FlowSid: must be the SID of a flow, FW…", Code.BAD_WEBHOOK_FLOW)
    if not 0 <= found.get("replay_after", 0) <= MAX_INT:
        raise BadRequest("Configuration.ReplayAfter: must be the index of a message", Code.BAD_PARAMETER)
    return found


@operation(CreateWebhook, rate=Rate.CHANNEL)
def create_webhook(tx: Transaction, actor: Actor, command: CreateWebhook) -> Webhook:
    """Raises BadRequest for a sixth webhook (50321), or one that lacks what its type needs."""
    channel = _find_channel(tx, actor, command.service_sid, command.channel)
    if tx.value("count_webhooks", channel_sid=channel.sid) >= MAX_WEBHOOKS:
        raise BadRequest(f"A channel has at most {MAX_WEBHOOKS} webhooks", Code.TOO_MANY_WEBHOOKS)
    given = _checked(command)
    for field in _NEEDED[command.type]:
        if not given.get(field):
            raise BadRequest(f"Configuration.{_PARAMETERS[field]}: is missing", Code.BAD_PARAMETER)
    if "url" in _NEEDED[command.type]:
        given.setdefault("method", HttpMethod.POST)
        given.setdefault("retry_count", 0)
    sid = new_sid(Kind.WEBHOOK)
    kept = {field: given[field] for field in _KEPT[command.type] if field in given}
    configuration = to_json(kept).decode()
    tx.run(
        "insert_webhook", sid=sid, channel_sid=channel.sid, type=command.type, configuration=configuration, now=tx.now
    )
    return _find(tx, channel, sid)


@operation(FetchWebhook, writes=False)
def fetch_webhook(tx: Reader, actor: Actor, command: FetchWebhook) -> Webhook:
    return _find(tx, _find_channel(tx, actor, command.service_sid, command.channel), command.webhook)


@operation(ListWebhooks, writes=False)
def list_webhooks(tx: Reader, actor: Actor, command: ListWebhooks) -> Page[Webhook]:
    channel = _find_channel(tx, actor, command.service_sid, command.channel)
    return page(tx, Webhook, "webhooks_page", command.page, channel_sid=channel.sid)


@operation(UpdateWebhook, rate=Rate.CHANNEL)
def update_webhook(tx: Transaction, actor: Actor, command: UpdateWebhook) -> Webhook:
    """What the type has no use for is ignored."""
    channel = _find_channel(tx, actor, command.service_sid, command.channel)
    before = _find(tx, channel, command.webhook)
    given = _checked(command)
    changed = {field: given[field] for field in _KEPT[before.type] if field in given}
    if not changed:
        return before
    configuration = to_json(msgspec.json.decode(before.configuration) | changed).decode()
    tx.run("update_webhook", sid=before.sid, configuration=configuration, now=tx.now)
    return _find(tx, channel, before.sid)


@operation(DeleteWebhook, rate=Rate.CHANNEL)
def delete_webhook(tx: Transaction, actor: Actor, command: DeleteWebhook) -> None:
    channel = _find_channel(tx, actor, command.service_sid, command.channel)
    tx.run("delete_webhook", sid=_find(tx, channel, command.webhook).sid)
