"""A channel's webhooks: what each type needs, what it keeps, and how many there are."""

from typing import Any

import msgspec
import pytest

from chat_tui.protocol.defaults import MAX_WEBHOOKS
from chat_tui.protocol.errors import BadRequest, Code, NotFound
from chat_tui.protocol.values import WebhookType
from chat_tui.server.operations.webhooks import (
    MAX_TRIGGERS,
    CreateWebhook,
    DeleteWebhook,
    FetchWebhook,
    ListWebhooks,
    UpdateWebhook,
)
from tests.server.conftest import Domain

URL = "https://example.com/hook"


async def made(domain: Domain, type_: WebhookType = WebhookType.WEBHOOK, **given: Any) -> Any:
    command = CreateWebhook(service_sid=domain.service_sid, channel="general", type=type_, **given)
    return await domain.run(command)


def configuration(webhook: Any) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(webhook.configuration)
    return found


async def test_each_type_keeps_what_it_has_use_for(domain: Domain) -> None:
    """And nothing else that was given (contract 1.3)."""
    given = {"url": URL, "filters": ("onMessageSent",), "triggers": ("help",), "flow_sid": "FW" + "0" * 32}
    kept = {type_: configuration(await made(domain, type_, **given)) for type_ in WebhookType}
    assert kept[WebhookType.WEBHOOK] == {
        "url": URL, "method": "POST", "filters": ["onMessageSent"], "retry_count": 0,
    }  # fmt: skip
    assert kept[WebhookType.TRIGGER] == {"url": URL, "method": "POST", "triggers": ["help"], "retry_count": 0}
    assert kept[WebhookType.STUDIO] == {"flow_sid": "FW" + "0" * 32}


@pytest.mark.parametrize(
    ("type_", "given", "code"),
    [
        (WebhookType.WEBHOOK, {"filters": ("x",)}, Code.BAD_PARAMETER),
        (WebhookType.TRIGGER, {"url": URL}, Code.BAD_PARAMETER),
        (WebhookType.STUDIO, {}, Code.BAD_PARAMETER),
        (WebhookType.STUDIO, {"flow_sid": "CH" + "0" * 32}, Code.BAD_WEBHOOK_FLOW),
        (WebhookType.WEBHOOK, {"url": URL, "filters": ("x",), "retry_count": 9}, Code.BAD_RETRY_COUNT),
        (WebhookType.TRIGGER, {"url": URL, "triggers": ("x",) * (MAX_TRIGGERS + 1)}, Code.TOO_MANY_TRIGGERS),
    ],
)
async def test_what_lacks_or_breaks_something_is_refused(
    type_: WebhookType, given: dict[str, Any], code: int, domain: Domain
) -> None:
    """By its own code, and nothing is made."""
    with pytest.raises(BadRequest) as raised:
        await made(domain, type_, **given)
    assert raised.value.code == code
    assert (await domain.run(ListWebhooks(domain.service_sid, "general"))).items == []


async def test_an_update_changes_what_is_given_and_ignores_what_the_type_has_no_use_for(domain: Domain) -> None:
    """The rest stays."""
    sid = domain.service_sid
    hook = await made(domain, url=URL, filters=("onMessageSent",))
    command = UpdateWebhook(service_sid=sid, channel="general", webhook=hook.sid, method="get", triggers=("x",))
    assert configuration(await domain.run(command)) == {
        "url": URL, "method": "GET", "filters": ["onMessageSent"], "retry_count": 0,
    }  # fmt: skip


async def test_there_are_so_many_and_one_goes_before_another_comes(domain: Domain) -> None:
    """A sixth is refused."""
    sid = domain.service_sid
    hooks = [await made(domain, url=URL, filters=("x",)) for _ in range(MAX_WEBHOOKS)]
    with pytest.raises(BadRequest) as raised:
        await made(domain, url=URL, filters=("x",))
    assert raised.value.code == Code.TOO_MANY_WEBHOOKS
    await domain.run(DeleteWebhook(sid, "general", hooks[0].sid))
    with pytest.raises(NotFound):
        await domain.run(FetchWebhook(sid, "general", hooks[0].sid))
    await made(domain, url=URL, filters=("x",))
