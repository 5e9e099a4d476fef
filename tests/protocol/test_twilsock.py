"""The packet codec."""

import itertools
from typing import Any

import msgspec
import pytest

from chat_tui.protocol.twilsock import (
    MAGIC,
    Header,
    HttpRequest,
    PacketError,
    Status,
    decode,
    encode,
    encode_json,
    is_reply,
)


def test_a_packet_comes_back_as_it_went() -> None:
    """Header, sizes and payload."""
    request = HttpRequest("aim.local", "/Client/v2/Configuration", "GET", {"a": "b"})
    packet = decode(encode_json(Header("message", "TM1", http_request=request), {"body": "Ä"}))
    assert (packet.header.method, packet.header.id, packet.header.http_request) == ("message", "TM1", request)
    assert packet.json() == {"body": "Ä"}


def test_a_packet_without_payload_says_so() -> None:
    """SDKs read payload_size from every header."""
    frame = encode(Header("reply", "TM1", status=Status(200)))
    assert b'"payload_size":0' in frame
    assert decode(frame).json() is None


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"TWILSOCK V3.0 x\r\n{}\r\n",
        b"TWILSOCK V3.0 999999999999999\r\n{}\r\n",
        b"TWILSOCK V3.0 2\r\n{}",
        b"TWILSOCK V3.0 3\r\n{}\r\n",
        b"TWILSOCK V3.0 2\r\n{}\r\n",
        b"TWILSOCK V3.0 5\r\n[1,2]\r\n",
        b'TWILSOCK V3.0 35\r\n{"method":"close","payload_size":9}\r\nshort',
        b"TWILSOCK V3.0 -1\r\n{}\r\n",
    ],
)
def test_anything_else_is_refused(frame: bytes) -> None:
    """With a PacketError, never another exception."""
    with pytest.raises(PacketError):
        decode(frame)


def written(fields: dict[str, Any], payload: bytes = b"") -> bytes:
    """A packet whose header's fields stand in this order."""
    head = msgspec.json.encode(fields | {"payload_size": len(payload)})
    return b"%s%d\r\n%s\r\n%s" % (MAGIC, len(head), head, payload)


def test_an_acknowledgement_is_known_as_sdks_write_it() -> None:
    """``id`` first, as all of them do, or ``method`` first, as ours does."""
    status = {"code": 200, "status": "OK"}
    assert is_reply(written({"id": "TM1", "method": "reply", "payload_type": "application/json", "status": status}))
    assert is_reply(written({"method": "reply", "id": "TM1", "status": status}))
    assert is_reply(encode(Header("reply", "TM1", status=Status(200))))


def test_what_a_request_says_of_replies_makes_it_none() -> None:
    """The words in the body, the path, a parameter, a header or the id, at every place in the packet: 1,400 packets."""
    lies: tuple[Any, ...] = (
        "reply",
        {"method": "reply"},
        '"method":"reply"',
        '\r\n{"method":"reply",',
        '{"method":"reply"}',
    )
    request = {"host": "h", "path": "/p", "method": "POST", "params": {}, "headers": {}}
    tried = 0
    for lie, where, place in itertools.product(
        lies, ("method", "path", "params", "headers", "id", "type", "body"), range(8)
    ):
        said = lie if isinstance(lie, str) else msgspec.json.encode(lie).decode()
        nested = {"method": lie, '"method"': said, "x": [lie, {"id": "TM1", "method": "reply"}]}
        for named in ("message", "update", "init", "close", "telemetry.v1"):
            fields: dict[str, Any] = {"id": "TM1", "method": named, "http_request": dict(request)}
            payload = b"{}"
            if where in ("params", "headers"):
                fields["http_request"][where] = nested
            elif where in ("path", "method"):
                fields["http_request"][where] = said
            elif where == "body":
                payload = msgspec.json.encode(nested)
            else:
                fields["id" if where == "id" else "payload_type"] = said
            keys = list(fields)
            order = keys[place % len(keys) :] + keys[: place % len(keys)]
            frame = written(
                {"metadata": nested} | fields if place > 4 else {key: fields[key] for key in order}, payload
            )
            assert decode(frame).header.method == named
            assert not is_reply(frame), frame
            tried += 1
    assert tried == 5 * 7 * 8 * 5
