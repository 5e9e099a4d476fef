"""Every URL that an answer carries leads somewhere, in every version and form of request; so does what is missing."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.referees.openapi_facts import documents
from tests.referees.test_openapi import check_error
from tests.referees.world import HOLDER, PREFIXES, World
from tests.support.service import Tenant

REFUSED = {
    "/Receipts": 400,
    "/ChannelMetadata": 400,
    "/Export": 400,
    "/ConversationWithParticipants": 405,
    "/ParticipantConversations": 400,
}
"""What is documented as a link and cannot be read: a telephone network or an export that is not here, a path to be
posted to, and one that asks for an identity."""

MOST = 3000


def urls_in(body: Any) -> Iterator[str]:
    """Whatever an answer says is an address of this API."""
    if isinstance(body, list):
        for item in body:
            yield from urls_in(item)
    elif isinstance(body, dict):
        for name, value in body.items():
            if name == "links":
                yield from value.values()
            elif name in ("configuration", "webhooks"):
                continue  # addresses of somebody else's server
            elif isinstance(value, str) and (name == "url" or name.endswith("_page_url")):
                yield value
            else:
                yield from urls_in(value)


def local(url: str, base: str) -> tuple[str, dict[str, str]]:
    """Where to ask for it here, and under which name."""
    parts = urlsplit(url)
    if not parts.netloc.endswith(".twilio.com"):
        assert url.startswith(base), url
        return url, {}
    return f"{base}{parts.path}{'?' if parts.query else ''}{parts.query}", {"Host": parts.netloc}


def documented(world: World, base: str, *, by_host: bool) -> Iterator[str]:
    """Every documented GET, on this world."""
    for name, document in documents().items():
        product = PREFIXES[name]
        for operation in document.operations:
            method, _, template = operation.partition(" ")
            path = world.place(name, template)
            if method == "GET":
                place = f"https://{product[1:]}.twilio.com{path.removeprefix(product)}" if by_host else base + path
                yield place
                if path.endswith("ParticipantConversations"):
                    yield f"{place}?Identity={HOLDER}"


def expected(url: str) -> int:
    path, asked = urlsplit(url).path, urlsplit(url).query
    if "Identity=" in asked:
        return 200
    if "/Configuration/Addresses" in path or "/Receipts/" in path:
        return 400
    return next((status for end, status in REFUSED.items() if path.endswith(end)), 200)


@pytest.mark.parametrize("by_host", [False, True])
def test_every_link_leads_somewhere(by_host: bool, tenant: Tenant) -> None:
    """From every documented GET on one of everything: 200 with its own URL, or the refusal that says why."""
    world = World(tenant)
    tenant.post("/conversations/v1/Configuration", DefaultChatServiceSid=world.service)
    todo = list(documented(world, tenant.url, by_host=by_host))
    seen, wrong = set(todo), []
    while todo:
        assert len(seen) < MOST, "the links lead on and on"
        told = todo.pop()
        url, headers = local(told, tenant.url)
        answer = tenant.http.get(url, headers=headers)
        if answer.status_code != expected(url):
            wrong.append((told, answer.status_code, answer.text[:120]))
        if answer.status_code != 200:
            check_error(answer)
            continue
        body = answer.json()
        links = {link for link in urls_in(body) if world.service in link or "/Services/" not in link}
        todo += links - seen
        seen |= links
    assert not wrong, "\n".join(map(str, wrong))
    print(f"links followed: {len(seen)}")


def test_the_last_message_is_named_by_its_sid(tenant: Tenant) -> None:
    """It follows what is sent and deleted, and goes with the last one (contract U10)."""
    path = f"{tenant.path}/Channels/general"
    sent = [tenant.post(f"{path}/Messages", Body=str(number), From="bob") for number in range(2)]
    tenant.post(f"{path}/Members", Identity="bob")
    for left in (sent, sent[:1], []):
        for version in ("v1", "v2"):
            place = path.replace("v2", version)
            places = [tenant.get(place), *tenant.get(place.rpartition("/")[0])["channels"]]
            if version == "v2":
                places.append(tenant.get(f"{tenant.path}/Users/bob/Channels/general"))
            for found in places:
                expected = f"{tenant.url}/chat{place}/Messages/{left[-1]['sid']}" if left else None
                link = found["links"].get("last_message")
                assert link == (expected and expected.replace("general", left[-1]["channel_sid"]))
                assert link is None or tenant.http.get(link).json()["body"] == left[-1]["body"]
        if left:
            tenant.http.delete(f"{path}/Messages/{left[-1]['sid']}")


MISSING: tuple[tuple[str, dict[str, str], str | None], ...] = (
    ("/chat/v2/Services/ISx", {}, "/Services/ISx"),
    ("/v2/Services/ISx/Users/a%2Fb", {}, "/Services/ISx/Users/a%2Fb"),
    ("/chat/v1/Services/ISx/Channels/v1", {}, "/Services/ISx/Channels/v1"),
    ("/conversations/v1/Services/ISx/Conversations/CHx", {}, "/Services/ISx/Conversations/CHx"),
    ("/conversations/v1/Conversations/v2", {}, "/Conversations/v2"),
    ("/v2/Services/ISx", {"Host": "chat.twilio.com"}, "/Services/ISx"),
    ("/v1/Services/ISx", {"Host": "ip-messaging.twilio.com"}, "/Services/ISx"),
    ("/v1/Conversations/CHx", {"Host": "conversations.twilio.com"}, "/Conversations/CHx"),
    ("/v9/Services", {}, "/Services"),
    ("/v2", {}, "/"),
    ("/vague/Services", {}, "/vague/Services"),
    ("/chat/v2/Services?PageSize=1&x=/v2/y", {}, None),
    ("/2010-04-01/Accounts/ACx/Keys/SKx.json", {"Host": "api.twilio.com"}, "/2010-04-01/Accounts/ACx/Keys/SKx.json"),
)


@pytest.mark.parametrize(("path", "headers", "named"), MISSING)
def test_what_is_missing_is_named_without_the_version(
    path: str, headers: dict[str, str], named: str | None, tenant: Tenant
) -> None:
    """Nor the product's prefix, nor the query (contract 1.8); the oldest API's version is a part of its paths."""
    answer: httpx.Response = tenant.http.get(path, headers=headers)
    if named is None:
        assert answer.status_code == 200
        return
    body = check_error(answer)
    assert (answer.status_code, body["code"]) == (404, 20404)
    assert body["message"] == f"The requested resource {named} was not found"
