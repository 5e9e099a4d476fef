"""Attributes travel inside other JSON to everybody in a channel: nobody may nest them deeper than decoders stand."""

import json
from typing import Any

import pytest

from chat_tui.protocol.defaults import MAX_DEPTH
from chat_tui.protocol.twilsock import Header, HttpRequest
from tests.bench.raw_socket import RawSocket
from tests.support.service import Tenant

DEPTHS = (MAX_DEPTH + 1, 500, 988, 1100, 15_000)


def nested(depth: int, *, in_objects: bool = False) -> str:
    return '{"a":' * (depth - 1) + "{}" + "}" * (depth - 1) if in_objects else "[" * depth + "]" * depth


REST = {
    "channel": ("Channels", {}),
    "change of a channel": ("Channels/general", {}),
    "user": ("Users", {"Identity": "new"}),
    "change of a user": ("Users/alice", {}),
    "member": ("Channels/general/Members", {"Identity": "new"}),
    "change of a member": ("Channels/general/Members/alice", {}),
    "message": ("Channels/general/Messages", {"Body": "x"}),
}


@pytest.mark.parametrize("what", REST)
def test_rest_refuses_them_by_name(what: str, tenant: Tenant) -> None:
    """At 64 levels they pass, at 65 and at any other depth they are a 400 that names Attributes."""
    tenant.post(f"{tenant.path}/Channels/general/Members", Identity="alice")
    path, fields = REST[what]
    for depth in DEPTHS:
        for in_objects in (False, True) if depth < 5000 else (False,):
            form = {**fields, "Attributes": nested(depth, in_objects=in_objects)}
            answer = tenant.http.post(f"{tenant.path}/{path}", data=form)
            assert (answer.status_code, answer.json()["code"]) == (400, 50304), depth
            assert answer.json()["message"].startswith("Attributes: at most 64 levels")
    tenant.post(f"{tenant.path}/{path}", **fields, Attributes=nested(MAX_DEPTH))


CLIENT_API = {
    "a string": nested,
    "JSON itself": lambda depth: json.loads(nested(depth)) if depth < 900 else None,
}


@pytest.mark.parametrize("form", CLIENT_API)
async def test_the_client_api_refuses_them_whether_they_are_text_or_json(form: str, tenant: Tenant) -> None:
    """And the connection goes on."""
    socket = await RawSocket.open(tenant.url, tenant.token("alice"))

    async def post(path: str, fields: dict[str, Any]) -> Any:
        request = HttpRequest("aim.local", path, "POST", {}, {"Content-Type": "application/json"})
        header = Header("message", http_request=request, active_grant="ip_messaging")
        return (await socket.exchange(header, fields)).json()

    general = "/Client/v2/Conversations/general"
    for depth in DEPTHS:
        attributes: Any = CLIENT_API[form](depth)
        if attributes is None:
            continue
        for path, fields in ((f"{general}/Messages", {"body": "x"}), ("/Client/v2/Conversations", {})):
            refused = await post(path, {**fields, "attributes": attributes})
            assert (refused["status"], refused["code"]) == (400, 50304)
    sent = await post(f"{general}/Messages", {"body": "x", "attributes": {"a": [1]}})
    assert sent["index"] == 0
    socket.transport.abort()
