"""The realtime socket's packets: ``TWILSOCK V3.0 <n>``, a JSON header of n bytes, a payload (contract 7.2)."""

import re
from typing import Any

import msgspec

from chat_tui.protocol import untrusted
from chat_tui.protocol.encoding import to_json

MAGIC = b"TWILSOCK V3.0 "
CRLF = b"\r\n"
PATH = "/v3/wsconnect"

NOTIFICATION_SYNC = "twilio.sync.event"
NOTIFICATION_TYPING = "twilio.ipmsg.typing_indicator"


class PacketError(ValueError):
    """The bytes are no packet; the message says which part is wrong."""


class Status(msgspec.Struct, omit_defaults=True):
    """How a request fared; ``errorCode`` is a Twilio code."""

    code: int
    status: str = "OK"
    errorCode: int = 0  # noqa: N815 - the wire's name
    description: str = ""


OK = Status(200)


class HttpStatus(msgspec.Struct):
    code: int
    status: str = "OK"


class HttpRequest(msgspec.Struct, omit_defaults=True):
    """A request tunnelled inside a ``message`` packet."""

    host: str
    path: str
    method: str = "GET"
    params: dict[str, Any] = {}
    headers: dict[str, Any] = {}


class Header(msgspec.Struct, omit_defaults=True):
    """The JSON header of every packet; which fields are used depends on ``method``.

    ``init``: token, metadata, registrations, capabilities. ``reply``: status, for a tunnelled request also
    http_status and http_headers. ``message``: http_request. ``notification``: message_type. ``update``: token.
    ``client_update``: client_update_type. ``close``: status.
    """

    method: str
    id: str = ""
    payload_size: int = 0
    payload_type: str = ""
    token: str = ""
    continuation_token: str | None = None
    status: Status | None = None
    http_request: HttpRequest | None = None
    http_status: HttpStatus | None = None
    http_headers: dict[str, str] | None = None
    message_type: str = ""
    client_update_type: str = ""
    active_grant: str = ""
    capabilities: list[str] | None = None
    offline_storage: dict[str, Any] | None = None
    init_registrations: list[Any] | None = None
    metadata: dict[str, Any] | None = None
    registrations: list[Any] | None = None


class Packet(msgspec.Struct, frozen=True):
    header: Header
    payload: bytes = b""

    def json(self) -> Any:
        """The payload as JSON, ``None`` when empty. Raises PacketError when it is not JSON."""
        if not self.payload:
            return None
        try:
            return untrusted.decode(self.payload)
        except untrusted.Malformed as error:
            raise PacketError(f"payload: {error}") from None


_decoder = msgspec.json.Decoder(Header)


def encode(header: Header, payload: bytes = b"") -> bytes:
    """One packet as the bytes of one binary WebSocket message. Sets ``payload_size`` and ``payload_type``."""
    header.payload_size = len(payload)
    if payload and not header.payload_type:
        header.payload_type = "application/json"
    head = to_json(header)
    # SDKs read payload_size from every header, so a zero is sent too.
    if not payload:
        head = head[:-1] + b',"payload_size":0}'
    return b"%s%d\r\n%s\r\n%s" % (MAGIC, len(head), head, payload)


def encode_json(header: Header, body: Any) -> bytes:
    """One packet whose payload is ``body`` as JSON."""
    return encode(header, to_json(body))


_begins_as_reply = re.compile(rb'TWILSOCK V3\.0 [0-9]{1,10}\r\n\{(?:"id":"[^"\\]*",)?"method":"reply"[,}]').match


def is_reply(frame: bytes) -> bool:
    """Whether the packet's own header begins as replies are written, for less than `decode` costs: SDKs acknowledge
    every event so. What stands elsewhere, in a nested field or in the payload, says nothing."""
    return _begins_as_reply(frame) is not None


def decode(frame: bytes, *, leniently: bool = False) -> Packet:
    """The packet in ``frame``. Raises PacketError when the framing, the sizes or the header are wrong; ``leniently``,
    only when it does not say what kind of packet it is."""
    if not frame.startswith(MAGIC):
        raise PacketError("the frame does not start with TWILSOCK V3.0")
    end = frame.find(CRLF, len(MAGIC), len(MAGIC) + 12)
    digits = frame[len(MAGIC) : end]
    if end < 0 or not digits.isdigit():
        raise PacketError("header size: a number of bytes is expected")
    start = end + 2
    stop = start + int(digits)
    if frame[stop : stop + 2] != CRLF:
        raise PacketError("header size: it does not match the header")
    payload = frame[stop + 2 :]
    try:
        header = _decoder.decode(frame[start:stop])
        if header.payload_size != len(payload) and not leniently:
            raise PacketError("payload_size: it does not match the payload")
    except PacketError:
        raise
    except (ValueError, RecursionError) as error:
        if not leniently:
            raise PacketError(f"header: {error}") from None
        header = _salvaged(frame[start:stop])
    return Packet(header, payload)


def _salvaged(head: bytes) -> Header:
    try:
        header: Header = untrusted.decode(head, Header)
    except untrusted.Malformed as error:
        raise PacketError(f"header: {error}") from None
    return header
