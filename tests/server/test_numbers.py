"""What is no plain number is a 400 at every door that takes one: REST's, the Client API's, and Sync's."""

from typing import Any

import pytest

from tests.bench.raw_socket import RawSocket
from tests.protocol.test_numbers import BAD_TEXTS
from tests.support.service import Tenant

PRESENT = [text for text in BAD_TEXTS if text]
JSON = [1.0, 1e1, 0.5, 2**63, -(2**63) - 1, 10**30, True, "1e1", "x", [1], {}]


@pytest.mark.parametrize("parameter", ["PageSize", "Page"])
@pytest.mark.parametrize("resource", ["", "/Channels", "/Channels/general/Messages", "/Users"])
def test_queries(tenant: Tenant, parameter: str, resource: str) -> None:
    """Of every list."""
    path = f"{tenant.path}{resource}" if resource else "/v2/Services"
    for text in PRESENT[:: 1 if resource == "/Users" else 5]:
        answer = tenant.http.get(path, params={parameter: text})
        assert answer.status_code == 400, (text, answer.text)
        assert parameter in answer.json()["message"]


def test_forms(tenant: Tenant) -> None:
    """Settings of a service, and horizons of both kinds."""
    tenant.post(f"{tenant.path}/Channels/general/Members", Identity="counts")
    places = [
        (tenant.path, "TypingIndicatorTimeout"),
        (tenant.path, "ConsumptionReportInterval"),
        (tenant.path, "Limits.ChannelMembers"),
        (f"{tenant.path}/Channels/general/Members/counts", "LastConsumedMessageIndex"),
        (f"{tenant.path}/Users/counts/Channels/{tenant.get(f'{tenant.path}/Channels/general')['sid']}", None),
    ]
    for path, parameter in places:
        name = parameter or "LastConsumedMessageIndex"
        for text in PRESENT[:: 1 if parameter == "TypingIndicatorTimeout" else 4]:
            answer = tenant.http.post(path, data={name: text})
            assert answer.status_code == 400, (name, text, answer.text)
            assert name in answer.json()["message"]


async def refused(socket: RawSocket, method: str, path: str, body: Any = None, **params: Any) -> None:
    with pytest.raises(AssertionError, match=r'"status":400'):
        await socket.request(method, path, body, **params)


async def test_the_client_api_and_sync(tenant: Tenant) -> None:
    """Pages, tokens, positions, horizons, and what is subscribed to."""
    socket = await RawSocket.open(tenant.url, tenant.token("alice"))
    found = await socket.request("GET", "/Client/v2/Conversations/general")
    listing = f"/v3/Lists/{found['sync_objects']['messages']}/Items"
    for text in PRESENT:
        for parameter in ("PageSize", "PageToken"):
            await refused(socket, "GET", "/Client/v2/UserConversations", **{parameter: text.replace("%", "")})
        for parameter, value in (("PageSize", text), ("From", text), ("Index", text)):
            await refused(socket, "GET", listing, **{parameter: value})
        for token in (f"na{text}.1", f"nd10.{text}", f"p{text}"):
            await refused(socket, "GET", listing, PageToken=token)
    for given in JSON:
        path = f"/Client/v2/UserConversations/{found['sid']}"
        await refused(socket, "POST", path, {"last_consumed_message_index": given})
        for field in ({"last_event_id": given}, {"last_event_id": 1, "object_type": given}):
            wanted = {"object_sid": "ES1", "object_type": "list", **field}
            body = {"action": "establish", "requests": [wanted], "correlation_id": 1, "event_protocol_version": 4}
            await refused(socket, "POST", "/v4/Subscriptions", body)
    await socket.request("GET", listing, PageSize="10", From="0")
    socket.transport.abort()


@pytest.mark.parametrize(
    "date", ["1" * 5000, "1" * 16, "2026-01-01T00:00:00." + "1" * 5000, "2026-W01-1", "٢٠٢٦-01-01"]
)
def test_a_date_is_written_with_its_separators(tenant: Tenant, date: str) -> None:
    """Digits alone are none, however many there are."""
    answer = tenant.http.post(f"{tenant.path}/Channels/general/Messages", data={"Body": "x", "DateCreated": date})
    assert (answer.status_code, answer.json()["code"]) == (400, 50308)
