"""What one user, or a stranger, may try: each takes a target and runs until a time, or until it is cut off."""

import base64
import contextlib
import os
import socket
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from chat_tui.protocol.twilsock import Header, HttpRequest, decode, encode, encode_json
from tests.bench.raw_socket import client_frame
from tests.support.waiting import blocking_pause

CHUNK = 64 * 1024
PING = b"\x89"
"""The first byte of one, from a server."""


class Target(NamedTuple):
    """Two tokens of one user: a renewal must bring another one."""

    url: str
    token: str
    other_token: str


def connect(target: Target) -> socket.socket:
    parts = urlsplit(target.url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5)


def upgrade(target: Target) -> socket.socket:
    """A WebSocket on which nobody has said who they are."""
    made = connect(target)
    key = base64.b64encode(os.urandom(16)).decode()
    made.sendall(
        f"GET /v3/wsconnect HTTP/1.1\r\nHost: {urlsplit(target.url).netloc}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    answer = made.recv(4096)
    if b"101" not in answer:
        made.close()
        raise ConnectionRefusedError(answer[:200])
    return made


def log_in(target: Target) -> socket.socket:
    made = upgrade(target)
    made.sendall(client_frame(encode(Header("init", "TM1", token=target.token))))
    answer = _next_answer(made)
    if b'"code":200' not in answer:
        made.close()
        raise ConnectionRefusedError(answer[:200])
    return made


def _next_answer(made: socket.socket) -> bytes:
    """What comes next but pings, the first of which may come at any moment."""
    answer = made.recv(65536)
    while answer[:1] == PING:
        answer = answer[2 + answer[1] :] or made.recv(65536)
    return answer


def request(method: str, path: str, body: Any = None, number: int = 0, **params: Any) -> bytes:
    asked = HttpRequest("aim.local", path, method, params, {"Content-Type": "application/json"})
    header = Header("message", f"TM{number}", http_request=asked, active_grant="ip_messaging")
    return client_frame(encode(header) if body is None else encode_json(header, body))


def ask(made: socket.socket, path: str) -> Any:
    """The answer to one request on a fresh connection."""
    made.sendall(request("GET", path))
    got = b""
    while True:
        got += made.recv(65536)
        size, start = got[1], 2
        if size == 126:
            size, start = int.from_bytes(got[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(got[2:10], "big"), 10
        if len(got) >= start + size:
            return decode(got[start : start + size]).json()


def big_list(made: socket.socket) -> str:
    """The SID of the list of big messages."""
    found = ask(made, "/Client/v2/Conversations/big")
    return str(ask(made, f"/v3/Lists/{found['sync_objects']['messages']}")["sid"])


def flood(made: socket.socket, data: bytes, until: float, *, reads: bool = False) -> None:
    """Write ``data`` over and over, for as long as the peer takes it."""
    made.setblocking(False)
    while time.monotonic() < until:
        try:
            made.send(data)
        except BlockingIOError:
            blocking_pause(0.002)
        if reads:
            with contextlib.suppress(BlockingIOError):
                while made.recv(CHUNK):
                    pass


def rest(until: float) -> None:
    blocking_pause(max(0.0, until - time.monotonic()))


# ---- strangers


def silent(target: Target, until: float) -> None:
    """Connections that say nothing, as many as there are descriptors for, again and again."""
    held = []
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            held.append(connect(target))
        if len(held) > 3000:
            held.pop(0).close()
        blocking_pause(0.0005)


def dripping(target: Target, until: float) -> None:
    """Heads of requests, a byte at a time."""
    held = [connect(target) for _ in range(500)]
    for one in held:
        one.sendall(b"GET / HTTP/1.1\r\nX: ")
    while time.monotonic() < until:
        for one in held:
            with contextlib.suppress(OSError):
                one.sendall(b"a")
        blocking_pause(0.05)


def connecting(target: Target, until: float) -> None:
    """Connections made and closed."""
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            connect(target).close()


def unauthenticated(target: Target, until: float) -> None:
    """Sockets opened, flooded with pings, and opened again, without a login."""
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            made = upgrade(target)
            made.sendall(b"\x89\x80\0\0\0\0" * 1000)


def bad_logins(target: Target, until: float) -> None:
    """Tokens that are none."""
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            made = upgrade(target)
            made.sendall(client_frame(encode(Header("init", "TM1", token=target.token[:-4] + "AAAA"))))
            made.recv(4096)
            made.close()


def pipelined(target: Target, until: float) -> None:
    """Requests without credentials, one behind the other, on many connections."""
    held = [connect(target) for _ in range(20)]
    data = b"GET /v2/Services HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50
    for made in held:
        made.setblocking(False)
    while time.monotonic() < until:
        for made in held:
            with contextlib.suppress(OSError):
                made.send(data)
            with contextlib.suppress(OSError):
                made.recv(CHUNK)


def chunked(target: Target, until: float) -> None:
    """Bodies without end, of which each byte is a chunk, on many connections."""
    held = [connect(target) for _ in range(50)]
    for made in held:
        made.sendall(b"POST /v2/Services HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        made.setblocking(False)
    while time.monotonic() < until:
        for made in held:
            with contextlib.suppress(OSError):
                made.send(b"1\r\na\r\n" * 2000)


def long_heads(target: Target, until: float) -> None:
    """Heads of as many lines as fit."""
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            made = connect(target)
            made.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"a:b\r\n" * 11000 + b"\r\n")
            made.recv(100)
            made.close()


def other_paths(target: Target, until: float) -> None:
    """WebSockets asked for where there is none."""
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            made = connect(target)
            made.sendall(
                b"GET /other HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
            made.close()


# ---- a user


def _flooding(data: bytes, *, reads: bool) -> Callable[[Target, float], None]:
    def attack(target: Target, until: float) -> None:
        flood(log_in(target), data * max(1, CHUNK // len(data)), until, reads=reads)

    return attack


def many_sockets(target: Target, until: float) -> None:
    """Small packets on as many connections as one user may have."""
    held = []
    for _ in range(64):
        with contextlib.suppress(OSError):
            held.append(log_in(target))
        blocking_pause(0.006)
    for made in held:
        made.setblocking(False)
    data = client_frame(encode(Header("telemetry.v1", "TM7"))) * 500
    while time.monotonic() < until:
        for made in held:
            with contextlib.suppress(OSError):
                made.send(data)


def renewing(target: Target, until: float) -> None:
    """Another token, without end."""
    tokens = (target.other_token, target.token)
    data = b"".join(client_frame(encode(Header("update", "TM2", token=tokens[at % 2]))) for at in range(200))
    flood(log_in(target), data, until, reads=True)


def renewing_on_many(target: Target, until: float) -> None:
    """The same, on many connections, and nobody reads."""
    held = [log_in(target) for _ in range(20)]
    data = client_frame(encode(Header("update", "TM2", token=target.other_token))) * 50
    for made in held:
        made.setblocking(False)
    while time.monotonic() < until:
        for made in held:
            with contextlib.suppress(OSError):
                made.send(data)


def _paging(sockets: int, *, reads: bool) -> Callable[[Target, float], None]:
    def attack(target: Target, until: float) -> None:
        held = []
        sid = ""
        for _ in range(sockets):
            made = log_in(target)
            sid = sid or big_list(made)
            held.append(made)
        data = request("GET", f"/v3/Lists/{sid}/Items", PageSize="1000") * 20
        for made in held:
            made.setblocking(False)
        while time.monotonic() < until:
            for made in held:
                with contextlib.suppress(OSError):
                    made.send(data)
                if reads:
                    with contextlib.suppress(OSError):
                        made.recv(2**20)
            blocking_pause(0 if reads else 0.01)

    return attack


def replaying(target: Target, until: float) -> None:
    """Everything from the start, again and again, and nobody reads."""
    made = log_in(target)
    sid = big_list(made)
    wanted = {"object_sid": sid, "object_type": "list", "last_event_id": 0}
    body = {"action": "establish", "requests": [wanted], "correlation_id": 1, "event_protocol_version": 4}
    flood(made, request("POST", "/v4/Subscriptions", body) * 20, until)


def subscribing(target: Target, until: float) -> None:
    """A thousand at a time to nothing."""
    requests = [{"object_sid": f"ES{at:032x}", "object_type": "list"} for at in range(1000)]
    body = {"action": "establish", "requests": requests, "correlation_id": 1, "event_protocol_version": 4}
    flood(log_in(target), request("POST", "/v4/Subscriptions", body), until, reads=True)


def cancelling(target: Target, until: float) -> None:
    """A thousand at a time that were never there."""
    requests = [{"object_sid": f"ES{at:032x}", "object_type": "list"} for at in range(1000)]
    body = {"action": "cancel", "requests": requests, "correlation_id": 1, "event_protocol_version": 4}
    flood(log_in(target), request("POST", "/v4/Subscriptions", body), until, reads=True)


def typing(target: Target, until: float) -> None:
    """Notices that somebody types, without end."""
    made = log_in(target)
    sid = ask(made, "/Client/v2/Conversations/general")["sid"]
    flood(made, request("POST", "/v1/typing", {"ChannelSid": sid}) * 50, until, reads=True)


def wide_requests(target: Target, until: float) -> None:
    """Parameters by the thousand."""
    asked = HttpRequest("aim.local", "/Client/v2/Users", "GET", {f"p{at}": "%41" * 10 for at in range(3000)})
    flood(log_in(target), client_frame(encode(Header("message", "TM1", http_request=asked))), until, reads=True)


def fragments(target: Target, until: float) -> None:
    """One message of empty fragments, which never ends."""
    made = log_in(target)
    made.sendall(b"\x02\x80\0\0\0\0")
    flood(made, b"\x00\x80\0\0\0\0" * 8000, until)


def bytes_of_a_message(target: Target, until: float) -> None:
    """One message a byte at a time, then another."""
    made = log_in(target)
    one = b"\x02\x81\0\0\0\0a" + b"\x00\x81\0\0\0\0a" * 5000 + b"\x80\x81\0\0\0\0a"
    flood(made, one, until)


ATTACKS: dict[str, Callable[[Target, float], None]] = {
    "silent connections": silent,
    "heads byte by byte": dripping,
    "connect and close": connecting,
    "pings without a login": unauthenticated,
    "bad logins": bad_logins,
    "pipelined, no credentials": pipelined,
    "chunks of a byte": chunked,
    "long heads": long_heads,
    "sockets elsewhere": other_paths,
    "packets to acknowledge, unread": _flooding(client_frame(encode(Header("ping", "TM9"))), reads=False),
    "packets to acknowledge, read": _flooding(client_frame(encode(Header("ping", "TM9"))), reads=True),
    "pings, pongs unread": _flooding(b"\x89\xfd\0\0\0\0" + b"p" * 125, reads=False),
    "empty pings": _flooding(b"\x89\x80\0\0\0\0", reads=True),
    "pongs nobody asked for": _flooding(b"\x8a\x80\0\0\0\0", reads=False),
    "empty frames": _flooding(b"\x82\x80\0\0\0\0", reads=False),
    "replies to nothing": _flooding(client_frame(encode(Header("reply", "TM7"))), reads=False),
    "telemetry": _flooding(client_frame(encode(Header("telemetry.v1", "TM7"))), reads=False),
    "unknown paths": _flooding(request("GET", "/nowhere"), reads=True),
    "typing": typing,
    "parameters by the thousand": wide_requests,
    "a message of empty fragments": fragments,
    "a message byte by byte": bytes_of_a_message,
    "telemetry on 64 sockets": many_sockets,
    "renewals without end": renewing,
    "renewals on 20 sockets, unread": renewing_on_many,
    "big pages, unread": _paging(1, reads=False),
    "big pages on 20 sockets, unread": _paging(20, reads=False),
    "big pages, read": _paging(1, reads=True),
    "big pages on 10 sockets, read": _paging(10, reads=True),
    "replays, unread": replaying,
    "subscriptions to nothing": subscribing,
    "cancelled subscriptions": cancelling,
}
