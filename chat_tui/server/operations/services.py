"""Services: the tenants that scope everything (contract S1, S2)."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from chat_tui.protocol.defaults import MAX_WEBHOOK_RETRIES, TYPING_TIMEOUT
from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.values import HttpMethod, RoleType
from chat_tui.server.changes import ServiceDeleted
from chat_tui.server.operations import checks, deletion, horizons, roles
from chat_tui.server.operations.actors import AccountActor, Actor
from chat_tui.server.operations.lookup import find_role, find_service
from chat_tui.server.operations.operation import Command, gives_nothing, operation
from chat_tui.server.operations.pages import Page, PageQuery, page
from chat_tui.server.reachability import tracker
from chat_tui.server.store.rows import Service
from chat_tui.server.store.transaction import Reader, Transaction

CHANNEL_MEMBERS_LIMIT = 100
USER_CHANNELS_LIMIT = 250
"""Of a fresh service (contract S64)."""

MAX_LIMIT = 1000

NOTIFICATIONS: dict[str, Any] = {
    "log_enabled": False,
    "added_to_channel": {"enabled": False},
    "invited_to_channel": {"enabled": False},
    "new_message": {"enabled": False, "badge_count_enabled": False},
    "removed_from_channel": {"enabled": False},
}
"""Of a fresh service (contract S68)."""


class CreateService(Command):
    account_sid: str
    friendly_name: str


class FetchService(Command):
    service_sid: str


class ListServices(Command):
    account_sid: str
    page: PageQuery = PageQuery()


class UpdateService(Command):
    """What an update may give (contract S30–S60); ``notifications`` and ``webhooks`` (chat v1's) hold only what
    changes, in the shape of the representation."""

    service_sid: str
    friendly_name: str | UnsetType = UNSET
    default_service_role_sid: str | UnsetType = UNSET
    default_channel_role_sid: str | UnsetType = UNSET
    default_channel_creator_role_sid: str | UnsetType = UNSET
    read_status_enabled: bool | UnsetType = UNSET
    reachability_enabled: bool | UnsetType = UNSET
    typing_indicator_timeout: int | UnsetType = UNSET
    consumption_report_interval: int | UnsetType = UNSET
    channel_members_limit: int | UnsetType = UNSET
    user_channels_limit: int | UnsetType = UNSET
    pre_webhook_url: str | UnsetType | None = UNSET
    post_webhook_url: str | UnsetType | None = UNSET
    webhook_method: str | UnsetType = UNSET
    webhook_filters: list[str] | UnsetType = UNSET
    pre_webhook_retry_count: int | UnsetType = UNSET
    post_webhook_retry_count: int | UnsetType = UNSET
    media_compatibility_message: str | UnsetType = UNSET
    notifications: dict[str, Any] | UnsetType = UNSET
    webhooks: dict[str, Any] | UnsetType = UNSET


class DeleteService(Command):
    service_sid: str


@operation(CreateService)
def create_service(tx: Transaction, actor: Actor, command: CreateService) -> Service:
    """A service with its four roles. Raises BadRequest for the name."""
    if not command.friendly_name:
        raise BadRequest("FriendlyName: is missing", Code.FRIENDLY_NAME_MISSING)
    name = checks.name("FriendlyName", command.friendly_name)
    sids = roles.built_in_sids()
    service = Service(
        sid=new_sid(Kind.SERVICE),
        account_sid=command.account_sid,
        friendly_name=name,
        default_service_role_sid=sids["service user"],
        default_channel_role_sid=sids["channel user"],
        default_channel_creator_role_sid=sids["channel admin"],
        read_status_enabled=True,
        reachability_enabled=False,
        reachability_epoch=0,
        typing_indicator_timeout=TYPING_TIMEOUT,
        consumption_report_interval=0,
        channel_members_limit=CHANNEL_MEMBERS_LIMIT,
        user_channels_limit=USER_CHANNELS_LIMIT,
        pre_webhook_url=None,
        post_webhook_url=None,
        webhook_method="POST",
        webhook_filters="[]",
        pre_webhook_retry_count=0,
        post_webhook_retry_count=0,
        notifications=to_json(NOTIFICATIONS).decode(),
        media_compatibility_message="",
        date_created=tx.now,
        date_updated=tx.now,
        webhooks="{}",
    )
    tx.run("insert_service", **msgspec.structs.asdict(service))
    roles.insert_built_in(tx, service.sid, sids)
    return service


@operation(FetchService, writes=False, clients=())
def fetch_service(tx: Reader, actor: Actor, command: FetchService) -> Service:
    return find_service(tx, actor, command.service_sid)


@operation(ListServices, writes=False)
def list_services(tx: Reader, actor: Actor, command: ListServices) -> Page[Service]:
    """Those of the account (contract S5)."""
    account = actor.account_sid if isinstance(actor, AccountActor) else command.account_sid
    return page(tx, Service, "services_page", command.page, account_sid=account)


@operation(UpdateService)
def update_service(tx: Transaction, actor: Actor, command: UpdateService) -> Service:
    """Change what is given (contract S6, S30–S60). Raises BadRequest naming the parameter that is out of bounds."""
    before = find_service(tx, actor, command.service_sid)
    if gives_nothing(command):
        return before
    _check_update(tx, before, command)
    given = {
        field: value
        for field, value in msgspec.structs.asdict(command).items()
        if value is not UNSET and field != "service_sid"
    }
    if "webhook_filters" in given:
        given["webhook_filters"] = to_json(given["webhook_filters"]).decode()
    for field in ("notifications", "webhooks"):
        if field in given:
            merged = _merged(msgspec.json.decode(getattr(before, field)), given[field])
            given[field] = to_json(merged).decode()
    switched = given.get("reachability_enabled", before.reachability_enabled) != before.reachability_enabled
    if switched and given["reachability_enabled"]:
        # Who was online before is unknown again (contract R15).
        given["reachability_epoch"] = before.reachability_epoch + 1
    after = msgspec.structs.replace(before, **given, date_updated=tx.now)
    tx.run("update_service", **msgspec.structs.asdict(after))
    if switched:
        tracker.switch(tx, before, after)
    if before.read_status_enabled and not after.read_status_enabled:
        horizons.forget(tx, after)
    return after


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        merged[key] = _merged(old.get(key, {}), value) if isinstance(value, dict) else value
    return merged


def _check_update(tx: Reader, service: Service, command: UpdateService) -> None:
    if command.friendly_name is not UNSET:
        checks.name("FriendlyName", command.friendly_name)
    for sid, parameter, type_, code in (
        (command.default_service_role_sid, "DefaultServiceRoleSid", RoleType.DEPLOYMENT, Code.BAD_DEPLOYMENT_ROLE),
        (command.default_channel_role_sid, "DefaultChannelRoleSid", RoleType.CHANNEL, Code.BAD_CHANNEL_ROLE),
        (
            command.default_channel_creator_role_sid,
            "DefaultChannelCreatorRoleSid",
            RoleType.CHANNEL,
            Code.BAD_CREATOR_ROLE,
        ),
    ):
        if sid is not UNSET:
            find_role(tx, service, sid, type_, code, parameter)
    for field, parameter, lowest, highest, code in (
        ("typing_indicator_timeout", "TypingIndicatorTimeout", 1, 3600, Code.BAD_TYPING_TIMEOUT),
        ("consumption_report_interval", "ConsumptionReportInterval", 0, 3600, Code.BAD_CONSUMPTION_INTERVAL),
        ("channel_members_limit", "Limits.ChannelMembers", 1, MAX_LIMIT, Code.BAD_CHANNEL_MEMBERS_LIMIT),
        ("user_channels_limit", "Limits.UserChannels", 1, MAX_LIMIT, Code.BAD_USER_CHANNELS_LIMIT),
        ("pre_webhook_retry_count", "PreWebhookRetryCount", 0, MAX_WEBHOOK_RETRIES, Code.BAD_RETRY_COUNT),
        ("post_webhook_retry_count", "PostWebhookRetryCount", 0, MAX_WEBHOOK_RETRIES, Code.BAD_RETRY_COUNT),
    ):
        value = getattr(command, field)
        if value is not UNSET and not lowest <= value <= highest:
            raise BadRequest(f"{parameter}: must be between {lowest} and {highest}", code)
    _check_webhooks(command)


def _check_webhooks(command: UpdateService) -> None:
    """Those of the service itself (contract S8). Raises BadRequest."""
    if command.webhook_method is not UNSET:
        checks.choice("WebhookMethod", command.webhook_method, HttpMethod, Code.BAD_WEBHOOK_METHOD)
    for field, parameter in (("pre_webhook_url", "PreWebhookUrl"), ("post_webhook_url", "PostWebhookUrl")):
        if url := getattr(command, field) or None:
            checks.url(parameter, url)
    for event, webhook in ({} if command.webhooks is UNSET else command.webhooks).items():
        name = "Webhooks." + "".join(part.capitalize() for part in event.split("_"))
        if webhook.get("url"):
            checks.url(f"{name}.Url", webhook["url"])
        if "method" in webhook:
            checks.choice(f"{name}.Method", webhook["method"], HttpMethod, Code.BAD_WEBHOOK_METHOD)


@operation(DeleteService)
def delete_service(tx: Transaction, actor: Actor, command: DeleteService) -> None:
    """Nobody finds it, or anything in it, from now on, and whoever is connected is told."""
    service = find_service(tx, actor, command.service_sid)
    tx.record(ServiceDeleted(service))
    deletion.mark_service_deleted(tx, service)
