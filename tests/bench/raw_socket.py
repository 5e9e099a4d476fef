"""The realtime protocol on a bare asyncio transport, so that a benchmark measures the service and not its client."""

import asyncio
import base64
import itertools
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec

from chat_tui.protocol.twilsock import OK, Header, HttpRequest, Packet, decode, encode, encode_json

_ACK_HEAD = encode(Header("reply", "TM" + "0" * 32, status=OK))
_ACK_AT = _ACK_HEAD.index(b"0" * 32)


def client_frame(payload: bytes) -> bytes:
    """A final binary frame under the mask 0, which leaves the bytes as they are."""
    size = len(payload)
    if size < 126:
        return bytes((0x82, 0x80 | size)) + b"\0\0\0\0" + payload
    if size < 65536:
        return b"\x82\xfe" + size.to_bytes(2, "big") + b"\0\0\0\0" + payload
    return b"\x82\xff" + size.to_bytes(8, "big") + b"\0\0\0\0" + payload


class RawSocket(asyncio.Protocol):
    """``on_notification`` is given each notification's packet bytes; ``acknowledges`` answers every one of them."""

    def __init__(self, on_notification: Callable[[bytes], None] | None = None, *, acknowledges: bool = True) -> None:
        self.on_notification = on_notification
        self._acknowledges = acknowledges
        self._buffer = b""
        self._is_open = False
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answers: dict[str, asyncio.Future[Packet]] = {}
        self._ids = itertools.count()
        self._lost = asyncio.Event()
        self.transport: asyncio.Transport

    @classmethod
    async def open(
        cls,
        url: str,
        token: str,
        on_notification: Callable[[bytes], None] | None = None,
        *,
        acknowledges: bool = True,
    ) -> "RawSocket":
        parts = urlsplit(url)
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(
            lambda: cls(on_notification, acknowledges=acknowledges), parts.hostname or "", parts.port or 0
        )
        key = base64.b64encode(os.urandom(16)).decode()
        made.transport.write(
            f"GET /v3/wsconnect HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        await made._opened
        reply = await made.exchange(Header("init", token=token, capabilities=["client_update"]))
        assert reply.header.status is not None
        assert reply.header.status.code == 200, reply.header.status
        return made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        """Whoever waits for something waits in vain."""
        self._lost.set()
        waits: list[asyncio.Future[Any]] = [self._opened, *self._answers.values()]
        for waiting in waits:
            if not waiting.done():
                waiting.set_exception(ConnectionResetError("the socket is gone"))
                waiting.exception()  # seen, should nobody look

    async def closed(self) -> None:
        """Wait for the end of the connection."""
        await self._lost.wait()

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data if self._buffer else data
        if not self._is_open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._buffer = data
                return
            if not data.startswith(b"HTTP/1.1 101"):
                self._opened.set_exception(ConnectionRefusedError(data[:80].decode(errors="replace")))
                self.transport.abort()
                return
            self._is_open = True
            self._opened.set_result(None)
            data = data[end + 4 :]
        self._buffer = data[self._frames(data) :]

    def _frames(self, data: bytes) -> int:
        """Handle every whole frame. Returns how many bytes they took."""
        at, end = 0, len(data)
        acks: list[bytes] = []
        while at + 2 <= end:
            size, head = data[at + 1], 2
            if size == 126:
                size, head = int.from_bytes(data[at + 2 : at + 4], "big"), 4
            elif size == 127:
                size, head = int.from_bytes(data[at + 2 : at + 10], "big"), 10
            if at + head + size > end or (head > 2 and at + head > end):
                break
            payload = data[at + head : at + head + size]
            opcode = data[at] & 15
            at += head + size
            if opcode == 2:
                self._packet(payload, acks)
            elif opcode == 9:
                self.transport.write(bytes((0x8A, 0x80 | len(payload))) + b"\0\0\0\0" + payload)
        if acks:
            self.transport.write(b"".join(acks))
        return at

    def _packet(self, payload: bytes, acks: list[bytes]) -> None:
        start = payload.find(b'"id":"', 0, 120) + 6
        if payload.find(b'"method":"notification"', 0, 60) < 0:
            packet = decode(payload)
            answer = self._answers.pop(packet.header.id, None)
            if answer is not None:
                answer.set_result(packet)
            return
        if self._acknowledges:
            ack = _ACK_HEAD[:_ACK_AT] + payload[start + 2 : start + 34] + _ACK_HEAD[_ACK_AT + 32 :]
            acks.append(client_frame(ack))
        if self.on_notification is not None:
            self.on_notification(payload)

    async def exchange(self, header: Header, body: Any = None) -> Packet:
        """The answer to a packet with these bytes, or this JSON, as payload."""
        header.id = f"TM{next(self._ids):032x}"
        answer: asyncio.Future[Packet] = asyncio.get_running_loop().create_future()
        self._answers[header.id] = answer
        has_bytes = isinstance(body, bytes | None)
        self.transport.write(client_frame(encode(header, body or b"") if has_bytes else encode_json(header, body)))
        return await answer

    async def request(self, method: str, path: str, body: Any = None, **params: str) -> Any:
        request = HttpRequest("aim.local", path, method, params, {"Content-Type": "application/json"})
        packet = await self.exchange(Header("message", http_request=request, active_grant="ip_messaging"), body)
        status = packet.header.http_status
        assert status is not None
        assert status.code < 300, packet.payload
        return packet.json()

    async def follow_messages(self, channel: str) -> str:
        """Subscribe to a channel's messages. Returns the channel's SID."""
        found = await self.request("GET", f"/Client/v2/Conversations/{channel}")
        listing = await self.request("GET", f"/v3/Lists/{found['sync_objects']['messages']}")
        requests = [{"object_sid": listing["sid"], "object_type": "list", "last_event_id": listing["last_event_id"]}]
        body = {"action": "establish", "requests": requests, "correlation_id": 1, "event_protocol_version": 4}
        await self.request("POST", "/v4/Subscriptions", body)
        return str(found["sid"])

    async def send(self, channel: str, text: str) -> Any:
        return await self.request("POST", f"/Client/v2/Conversations/{channel}/Messages", {"body": text})


def message_text(packet: bytes) -> str | None:
    """The text of a ``list_item_added`` notification, ``None`` for any other."""
    if b'"list_item_added"' not in packet:
        return None
    event = msgspec.json.decode(decode(packet).payload)["event"]
    return str(event["item_data"]["text"])
