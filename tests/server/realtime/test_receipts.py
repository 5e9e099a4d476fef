"""Delivery receipts over a real socket: none, for whoever may read the message."""

from urllib.parse import urlsplit

from chat_tui.protocol.twilsock import Header, HttpRequest
from tests.bench.raw_socket import RawSocket
from tests.support.service import Tenant


async def asked(socket: RawSocket, path: str) -> tuple[int, object]:
    """Status and list."""
    packet = await socket.exchange(Header("message", http_request=HttpRequest("aim.local", path, "GET", {}, {})))
    assert packet.header.http_status is not None
    return packet.header.http_status.code, packet.json().get("delivery_receipts")


async def test_receipts_are_none_for_who_may_read_the_message_and_refused_to_others(tenant: Tenant) -> None:
    """At the address that the configuration gives, with the SIDs of channel and message put in."""
    socket = await RawSocket.open(tenant.url, tenant.token("alice"))
    link = (await socket.request("GET", "/Client/v2/Configuration"))["links"]["messages_receipts"]
    den = tenant.post(f"{tenant.path}/Channels", UniqueName="den", Type="private")["sid"]
    message = tenant.post(f"{tenant.path}/Channels/den/Messages", Body="hello")["sid"]
    path = urlsplit(link.replace("%s", den, 1).replace("%s", message, 1)).path
    assert (await asked(socket, path))[0] in (403, 404)
    tenant.post(f"{tenant.path}/Channels/den/Members", Identity="alice")
    assert await asked(socket, path) == (200, [])
    assert (await asked(socket, path.replace(message, "7")))[0] == 404
    socket.transport.abort()
