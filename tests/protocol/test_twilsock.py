"""The packet codec."""

import pytest

from chat_tui.protocol.twilsock import Header, HttpRequest, PacketError, Status, decode, encode, encode_json


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
