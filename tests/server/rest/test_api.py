"""The REST face: what comes in, what refusals look like, the limits at their defaults, and the URLs it mints."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec
import pytest
from starlette.requests import Request

from chat_tui.protocol.errors import BadRequest, Forbidden
from chat_tui.server.bus import Bus
from chat_tui.server.operations.actors import AccountActor, Actor
from chat_tui.server.operations.channels import CreateChannel
from chat_tui.server.operations.dispatch import Dispatcher
from chat_tui.server.operations.members import AddMember
from chat_tui.server.operations.messages import SendMessage
from chat_tui.server.operations.operation import Command
from chat_tui.server.rest.api import RestApi
from chat_tui.server.rest.call import decode_form
from chat_tui.server.store.secrets import SecretBox
from tests.server.conftest import Domain
from tests.support.service import Tenant


def refusal(answer: httpx.Response) -> tuple[int, int]:
    """Status and code of an error that has its whole body."""
    body = answer.json()
    assert set(body) - {"details"} == {"code", "message", "more_info", "status"}
    assert body["status"] == answer.status_code
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{body['code']}"
    return answer.status_code, body["code"]


def test_every_refusal_has_the_documented_body(tenant: Tenant) -> None:
    """401, 404, 405, 421, and 400 for what is no form."""
    http, path = tenant.http, tenant.path
    assert refusal(httpx.get(tenant.url + path, trust_env=False)) == (401, 20003)
    assert refusal(http.get("/v2/Nothing")) == (404, 20404)
    assert refusal(http.get(f"{path}/Users/")) == (404, 20404)
    assert refusal(http.put(path)) == (405, 20004)
    assert refusal(http.delete(f"{path}/Users")) == (405, 20004)
    assert refusal(http.get(path, headers={"Host": "example.com"}))[0] == 421
    assert refusal(http.post(f"{path}/Users", json={"Identity": "x"})) == (400, 20001)
    assert refusal(http.post(f"{path}/Users", content=b"Identity=%ff")) == (400, 20001)
    assert refusal(http.post(f"{path}/Users", data={"Identity": "a\x00b"})) == (400, 20001)
    assert refusal(http.post(f"{path}/Users", data={"Identity": "x" * 300_000})) == (400, 20001)
    assert refusal(http.get(f"{path}/Users/%ff")) == (400, 20001)


def test_a_boolean_that_is_none_is_refused_in_words(tenant: Tenant) -> None:
    """With the remedy, not with the name of a type."""
    answer = tenant.http.post(tenant.path, data={"ReachabilityEnabled": "yes"})
    assert answer.json()["message"] == "ReachabilityEnabled: must be true or false"


def test_forms_are_read_as_helpers_send_them(tenant: Tenant) -> None:
    """Booleans in any case, nothing for null, repeated keys, nested keys; what is not known is ignored."""
    path = tenant.path
    for word, value in (("True", True), ("false", False), ("TRUE", True)):
        assert tenant.post(path, ReachabilityEnabled=word)["reachability_enabled"] is value
    changed = tenant.http.post(
        path, data={"WebhookFilters": ["onMessageSent", "onMemberAdded"], "Unknown": "x", "IsOnline": "true"}
    ).json()
    assert changed["webhook_filters"] == ["onMessageSent", "onMemberAdded"]
    nested = {"Notifications.NewMessage.Enabled": "true", "Notifications.NewMessage.Sound": "ding"}
    sounds = tenant.post(path, **nested)["notifications"]["new_message"]
    assert sounds == {"enabled": True, "badge_count_enabled": False, "sound": "ding"}
    tenant.post(path, PreWebhookUrl="https://example.com/x")
    assert tenant.post(path, PreWebhookUrl="")["pre_webhook_url"] is None
    assert tenant.post(path, Unknown="x")["friendly_name"] == "test"
    tenant.post(f"{path}/Channels/general/Members", Identity="bob", LastConsumedMessageIndex="0")
    own = f"{path}/Users/bob/Channels/general"
    assert tenant.get(own)["unread_messages_count"] == 0
    assert tenant.post(own, LastConsumedMessageIndex="")["unread_messages_count"] is None


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("TypingIndicatorTimeout", "soon"),
        ("ReachabilityEnabled", "yes"),
        ("Limits.ChannelMembers", "many"),
        ("WebhookMethod", "PUT"),
        ("PreWebhookUrl", "ftp://example.com"),
        ("PostWebhookUrl", "nonsense"),
        ("Notifications.LogEnabled", "on"),
        ("DefaultChannelRoleSid", "RL" + "0" * 32),
        ("TypingIndicatorTimeout", "9" * 40),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_changes_nothing(parameter: str, value: str, tenant: Tenant) -> None:
    """The message begins with the parameter; the rest of the form is not applied either."""
    answer = tenant.http.post(tenant.path, data={parameter: value, "FriendlyName": "changed"})
    assert refusal(answer)[0] == 400
    named = answer.json()["message"].startswith((parameter, "RoleSid"))
    assert named, answer.text
    assert tenant.get(tenant.path)["friendly_name"] == "test"


@pytest.mark.parametrize("horizon", ["-1", "1.5", "x", str(2**63), "1" * 30])
def test_a_horizon_is_a_number_that_can_be_one(horizon: str, tenant: Tenant) -> None:
    """50406, in each product's own code."""
    tenant.post(f"{tenant.path}/Channels/general/Members", Identity="bob")
    own = f"{tenant.path}/Users/bob/Channels/general"
    assert refusal(tenant.http.post(own, data={"LastConsumedMessageIndex": horizon})) == (400, 50406)
    theirs = f"/conversations/v1/Services/{tenant.service_sid}/Users/bob/Conversations/general"
    answer = tenant.http.post(theirs, data={"LastReadMessageIndex": horizon})
    assert refusal(answer) == (400, 50421)
    assert answer.json()["message"].startswith("LastReadMessageIndex")


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "yesterday", "2020-13-01"])
def test_a_date_is_one_that_can_be_written(date: str, tenant: Tenant) -> None:
    """What would be before the year 1 or after 9999 is refused like what is no date."""
    answer = tenant.http.post(f"{tenant.path}/Channels", data={"DateCreated": date})
    assert refusal(answer) == (400, 50308)


def test_urls_are_minted_in_the_form_of_the_request(tenant: Tenant) -> None:
    """By Host: the name that was asked; by prefix or bare: the received origin and the product."""
    sid = tenant.service_sid
    for host in ("chat.twilio.com", "ip-messaging.twilio.com", "chat.dublin.ie1.twilio.com"):
        found = tenant.http.get(f"/v2/Services/{sid}", headers={"Host": host}).json()
        assert found["url"] == f"https://{host}/v2/Services/{sid}"
        assert found["links"]["users"] == f"https://{host}/v2/Services/{sid}/Users"
    assert tenant.get(f"/v2/Services/{sid}")["url"] == f"{tenant.url}/chat/v2/Services/{sid}"
    for number in range(3):
        tenant.post(f"{tenant.path}/Users", Identity=f"user {number}/ü")
    theirs = f"/conversations/v1/Services/{sid}/Users"
    page = tenant.get(f"{theirs}?PageSize=2&Page=0&Anything=%C3%BC")
    following = page["meta"]["next_page_url"]
    assert following.startswith(f"{tenant.url}{theirs}?Anything=%C3%BC&PageSize=2&Page=1&PageToken=")
    second = tenant.http.get(following).json()
    assert [user["identity"] for user in second["users"]] == ["user 2/ü"]
    assert tenant.http.get(second["meta"]["previous_page_url"]).json()["users"] == page["users"]
    assert tenant.get(f"{theirs}/user%202%2F%C3%BC")["identity"] == "user 2/ü"


def test_names_without_a_service_mean_the_accounts_default_one(tenant: Tenant) -> None:
    """The twins of Conversations: the same objects, their URLs without the service."""
    tenant.post("/conversations/v1/Configuration", DefaultChatServiceSid=tenant.service_sid)
    made = tenant.post("/conversations/v1/Conversations", UniqueName="twin")
    assert made["url"] == f"{tenant.url}/conversations/v1/Conversations/{made['sid']}"
    assert made["chat_service_sid"] == tenant.service_sid
    channel = tenant.get(f"{tenant.path}/Channels/twin")
    assert (channel["sid"], channel["type"]) == (made["sid"], "private")


def test_the_default_rates_refuse_with_the_time_to_wait(tenant: Tenant) -> None:
    """150 changes of a channel pass in a burst; then 429 with its code and Retry-After, in the channel only."""
    path = f"{tenant.path}/Channels/general/Messages"
    answers = [tenant.http.post(path, data={"Body": str(number)}) for number in range(160)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 8 <= len(refused) <= 10
    assert refusal(refused[0]) == (429, 50063)
    assert 1 <= int(refused[0].headers["retry-after"]) <= 5
    tenant.post(f"{tenant.path}/Users", Identity="bob")


async def test_the_default_limits_of_members_and_channels(domain: Domain) -> None:
    """100 members a channel (50403), 250 channels a user (50208)."""
    sid = domain.service_sid
    for number in range(100):
        await domain.run(AddMember(sid, "general", f"user-{number}"))
    with pytest.raises(Forbidden) as refused:
        await domain.run(AddMember(sid, "general", "one too many"))
    assert refused.value.code == 50403
    for number in range(249):  # user-0 is in general already
        await domain.run(CreateChannel(sid, unique_name=f"channel-{number}"))
        await domain.run(AddMember(sid, f"channel-{number}", "user-0"))
    await domain.run(CreateChannel(sid, unique_name="one too many"))
    with pytest.raises(Forbidden) as refused:
        await domain.run(AddMember(sid, "one too many", "user-0"))
    assert refused.value.code == 50208


class Seen(Dispatcher):
    """Remembers who asked for what."""

    def __init__(self) -> None:
        super().__init__(None, Bus())  # type: ignore[arg-type]
        self.asked: list[tuple[Actor, Command]] = []

    async def run(self, actor: Actor, command: Command) -> Any:
        self.asked.append((actor, command))
        raise BadRequest("seen")


class Everybody:
    """Lets anybody in."""

    async def account(self, authorization: str | None) -> AccountActor:
        return AccountActor("AC" + "0" * 32)


@pytest.fixture
def seen() -> Seen:
    return Seen()


class Owner:
    """Lets anybody in as the owner of a domain."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain

    async def account(self, authorization: str | None) -> AccountActor:
        return self._domain.account


@pytest.fixture
async def rest(domain: Domain) -> AsyncIterator[httpx.AsyncClient]:
    """The face of a domain, in this process."""
    api = RestApi(domain.core.dispatcher, Owner(domain), domain.core.box)  # type: ignore[arg-type]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await (await api(Request(scope, receive)))(scope, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http:
        yield http


async def test_pages_are_walked_by_their_urls_to_any_depth(domain: Domain, rest: httpx.AsyncClient) -> None:
    """Forth and back over 80 pages: numbers, filters and sizes as they were; ``null`` at both ends."""
    sid = domain.service_sid
    wanted = [f"n {number}/&" for number in range(80)]
    for name in (*wanted[:40], "somebody else", *wanted[40:]):
        await domain.run(AddMember(sid, "general", name))
    asked = urlencode({"Identity": wanted, "PageSize": 1}, doseq=True)
    url: str | None = f"/v2/Services/{sid}/Channels/general/Members?{asked}"
    forth, back = [], []
    while url is not None:
        meta = (found := (await rest.get(url)).json())["meta"]
        forth.append((meta["page"], [member["identity"] for member in found["members"]]))
        assert (meta["page_size"], meta["key"]) == (1, "members")
        assert meta["first_page_url"].count("Identity=") == meta["url"].count("Identity=") == 80
        url = meta["next_page_url"]
    assert forth == [(number, [name]) for number, name in enumerate(wanted)]
    url = meta["url"]
    while url is not None:
        meta = (found := (await rest.get(url)).json())["meta"]
        back.append((meta["page"], [member["identity"] for member in found["members"]]))
        url = meta["previous_page_url"]
    assert back == forth[::-1]


async def test_a_token_of_an_earlier_version_still_leads_on(domain: Domain, rest: httpx.AsyncClient) -> None:
    """They held the positions of all pages passed; the last one counts."""
    for number in range(6):
        await domain.run(SendMessage(domain.service_sid, "general", str(number)))
    path = f"/v2/Services/{domain.service_sid}/Channels/general/Messages"

    async def read(held: object) -> httpx.Response:
        signed = domain.core.box.sign(msgspec.msgpack.encode(held))
        token = base64.urlsafe_b64encode(signed).rstrip(b"=").decode()
        return await rest.get(path, params={"PageSize": 2, "Page": 2, "PageToken": token})

    page = (await read((1, 3))).json()
    assert [message["index"] for message in page["messages"]] == [4, 5]
    before = (await rest.get(page["meta"]["previous_page_url"])).json()
    assert [message["index"] for message in before["messages"]] == [2, 3]
    for nonsense in ((), "x", [1.5], {"after": "x"}, None):
        assert refusal(await read(nonsense)) == (400, 20001)


@pytest.mark.parametrize(("header", "wanted"), [(None, False), ("true", True), ("False", False), ("TRUE", True)])
async def test_the_wish_for_webhooks_reaches_the_operation(
    header: str | None, wanted: bool, seen: Seen, tmp_path: Path
) -> None:
    """``X-Twilio-Webhook-Enabled`` is part of who acts (contract 1.1)."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        api = RestApi(seen, Everybody(), SecretBox(tmp_path / "key"))  # type: ignore[arg-type]
        await (await api(Request(scope, receive)))(scope, receive, send)

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        headers = {} if header is None else {"X-Twilio-Webhook-Enabled": header}
        async with asyncio.timeout(5):
            await http.post("/v2/Services/IS1/Channels/CH1/Messages", data={"Body": "x"}, headers=headers)
    actor, _ = seen.asked[0]
    assert isinstance(actor, AccountActor)
    assert actor.wants_webhooks is wanted


def test_a_form_gathers_repeated_keys() -> None:
    """In their order; a key without a value is an empty one."""
    assert decode_form(b"a=1&b=%C3%BC&a=2&c=&d") == {"a": ["1", "2"], "b": ["ü"], "c": [""], "d": [""]}
    with pytest.raises(BadRequest):
        decode_form(b"&".join(b"a=1" for _ in range(201)))
