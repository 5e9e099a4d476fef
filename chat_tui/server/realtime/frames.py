"""Packets as the bytes of WebSocket frames, encoded once for all who get them."""

import itertools

from chat_tui.protocol.twilsock import NOTIFICATION_SYNC, Header, encode

_ids = itertools.count(1)


def ws_frame(packet: bytes) -> bytes:
    """An unmasked, final, binary frame around ``packet`` (RFC 6455, 5.2)."""
    size = len(packet)
    if size < 126:
        return b"\x82" + size.to_bytes(1, "big") + packet
    if size < 65536:
        return b"\x82\x7e" + size.to_bytes(2, "big") + packet
    return b"\x82\x7f" + size.to_bytes(8, "big") + packet


def notification_frame(payload: bytes, message_type: str = NOTIFICATION_SYNC) -> bytes:
    """A frame with a notification."""
    return ws_frame(encode(Header("notification", f"TM{next(_ids):032x}", message_type=message_type), payload))
