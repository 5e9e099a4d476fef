"""The realtime socket: frames no WebSocket has, packets no client sends, tokens nobody signed, commands gone wrong."""

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import msgspec

from chat_tui.protocol.twilsock import MAGIC, Header, decode, encode
from tests.doors.mutations import Mutator
from tests.doors.visit import ANSWER_WITHIN, SILENCE, Frames, Visit, frame

ENDED = -1
"""Noted for a connection that the service closed, in good order."""


def _packet(header: Any, payload: bytes = b"", *, size: str | None = None) -> bytes:
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    return MAGIC + (str(len(head)) if size is None else size).encode() + b"\r\n" + head + b"\r\n" + payload


async def _authenticated(visit: Visit, identity: str = "holder") -> Frames:
    socket = await visit.websocket()
    socket.write(frame(encode(Header("init", "TM0", token=visit.tenant.token(identity)))))
    found = await _packet_with(socket, "TM0")
    assert found is not None
    assert found.status is not None
    assert found.status.code == 200, found
    return socket


async def _packet_with(socket: Frames, *wanted: str) -> Header | None:
    """The reply to one of the packets ``wanted``, or the packet that says goodbye; ``None`` when the socket ends."""
    async with asyncio.timeout(ANSWER_WITHIN):
        while (found := await socket.read()) is not None:
            if found[0] != 2:
                continue
            header = decode(found[1]).header
            if header.method == "close" or header.id in wanted:
                return header
    return None


async def _is_alive(socket: Frames) -> bool:
    """Whether the connection still answers."""
    socket.write(frame(encode(Header("ping", "TMalive"))))
    header = await _packet_with(socket, "TMalive")
    return header is not None and header.method == "reply"


# ---- frames


def _frames(draw: Mutator) -> bytes:
    """A few frames with something wrong about them."""
    made = b""
    for _ in range(draw.randrange(1, 5)):
        payload = draw.choice([b"", b"x", b"\xff\xfe", draw.randbytes(300), b"\x00" * 126, b"\x03\xe8", b"\x00\x01bye"])
        payload = draw.choice([payload, encode(Header("ping", "TM1"))])
        kind = draw.randrange(7)
        if kind == 0:  # reserved bits and opcodes
            made += frame(payload, first=draw.randrange(256))
        elif kind == 1:  # a length that is not true
            made += frame(payload, size=draw.choice([0, 1, 126, 65536, 300_000, 2**31, 2**63 - 1, 2**63, 2**64 - 1]))
        elif kind == 2:  # control frames: too long, in pieces, in the midst of a message
            opcode = draw.choice([8, 9, 10])
            inner = frame(payload[:125], opcode) if draw.random() < 0.5 else frame(b"x" * 126, opcode)
            made += frame(b"TWIL", first=0x02) + inner + frame(b"SOCK", first=0x80)
        elif kind == 3:  # a message in pieces, never begun or never ended
            made += b"".join(frame(payload, first=draw.choice([0x00, 0x80, 0x01, 0x02])) for _ in range(3))
        elif kind == 4:  # without a mask
            made += bytes([0x82, len(payload) & 127]) + payload[:127]
        elif kind == 5:  # text, also bad UTF-8
            made += frame(payload, 1)
        else:  # a close that says nothing good
            codes = (0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535)
            made += frame(draw.choice(codes).to_bytes(2, "big") + draw.choice([b"", b"\xff", b"x" * 123]), 8)
    return draw.bytes(made) if draw.random() < 0.2 else made


async def frames(visit: Visit, count: int) -> None:
    """On fresh and on authenticated sockets: whatever follows, it is no traceback, and the socket can be let go."""

    async def send(sent: bytes) -> None:
        socket = await (visit.websocket() if visit.draw.random() < 0.7 else _authenticated(visit))
        socket.write(sent)
        try:
            async with asyncio.timeout(SILENCE):
                while await socket.read() is not None:
                    pass
            visit.note(ENDED, sent)
        except TimeoutError:
            visit.note(0, sent)
        finally:
            socket.abort()

    await visit.all((_frames(visit.draw) for _ in range(count)), send)


# ---- packets


def _packets(draw: Mutator, count: int) -> Iterator[bytes]:
    request = {"host": "aim", "path": "/Client/v2/Configuration", "method": "GET", "params": {}, "headers": {}}
    good: list[dict[str, Any]] = [
        {"method": "init", "id": "TM1", "payload_size": 0, "token": "x", "capabilities": ["client_update"]},
        {"method": "message", "id": "TM1", "payload_size": 0, "http_request": request, "active_grant": "ip_messaging"},
        {"method": "update", "id": "TM1", "payload_size": 0, "token": "x"},
        {"method": "put_notification_ctx", "id": "TM1", "payload_size": 0},
        {"method": "telemetry.v1", "id": "TM1", "payload_size": 0},
        {"method": "reply", "id": "TM1", "payload_size": 0, "status": {"code": 200, "status": "OK"}},
        {"method": "close", "id": "TM1", "payload_size": 0},
    ]
    for _ in range(count):
        header = draw.choice(good)
        header = draw.fields(header)
        if isinstance(header.get("http_request"), dict) and draw.random() < 0.7:
            header["http_request"] = draw.fields(header["http_request"])
        payload = draw.choice([b"", b"x", draw.json(draw.value())])
        if draw.random() < 0.7:
            header["payload_size"] = len(payload)
        head = draw.json(header)
        chance = draw.random()
        if chance < 0.1:
            yield draw.bytes(_packet(head, payload))
        elif chance < 0.25:
            yield _packet(head, payload, size=draw.choice([draw.number(), "", "-1", str(len(head) + 1), "0" * 12]))
        elif chance < 0.3:
            yield draw.choice(
                [b"", MAGIC, b"\r\n", b"TWILSOCK V2.0 1\r\n", MAGIC + b"2\r\n{}\r\n", MAGIC + "٢\r\n{}\r\n".encode()]
            )
        else:
            yield _packet(head, payload)


async def packets(visit: Visit, count: int) -> None:
    """Each ends its connection in good order, or leaves it as it was."""

    async def send(sent: bytes) -> None:
        socket = await (visit.websocket() if visit.draw.random() < 0.3 else _authenticated(visit))
        try:
            socket.write(frame(sent) + frame(encode(Header("ping", "TMalive"))))
            answer = await _packet_with(socket, "TM1", "TMalive")
            if answer is not None and answer.id == "TMalive":  # what needs no answer, or gets it later
                async with asyncio.timeout(SILENCE):
                    answer = await _packet_with(socket, "TM1")
            status = ENDED if answer is None or answer.status is None else answer.status.code
            if answer is not None and answer.http_status is not None:
                status = answer.http_status.code
            visit.note(status, sent, may_be=range(100, 500))
        except TimeoutError:
            visit.note(0, sent)
        finally:
            socket.abort()

    await visit.all(_packets(visit.draw, count), send)


# ---- tokens


def _part(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _tokens(draw: Mutator, visit: Visit, count: int) -> Iterator[str]:
    """Signed with the right key, so that every check behind the signature is reached, or with none."""
    process = visit.tenant.process
    for _ in range(count):
        now = int(time.time())
        head: dict[str, Any] = {"typ": "JWT", "alg": "HS256", "cty": "twilio-fpa;v=1"}
        claims: dict[str, Any] = {"iss": process.api_key_sid, "sub": process.account_sid, "exp": now + 60, "nbf": now}
        claims |= {
            "jti": "x",
            "iat": now,
            "grants": {"identity": "x", "chat": {"service_sid": visit.tenant.service_sid}},
        }
        kind = draw.randrange(8)
        if kind == 0:
            head = draw.fields(head) | draw.choice([{}, {"alg": "none"}, {"kid": 5}, {"crit": ["x"]}, {"b64": False}])
        elif kind == 1:
            claims = draw.fields(claims)
        elif kind == 2:
            claims["grants"] = draw.fields(claims["grants"])
        elif kind == 3:
            claims["grants"]["chat"] = draw.fields(claims["grants"]["chat"] | {"deployment_role_sid": None})
        elif kind == 4:
            claims |= {draw.choice(["exp", "nbf", "iat", "aud", "jti", "iss", "sub"]): draw.value()}
        elif kind == 5:
            claims["grants"]["identity"] = draw.text()
        signed = _part(draw.json(head)) + b"." + _part(draw.json(claims))
        mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
            signed, process.api_key_secret.encode()
        )
        token = (signed + b"." + _part(mac)).decode()
        if kind == 6:
            token = draw.choice(
                [token[:-5], token + ".x", token.replace(".", ".."), "", ".", "..", "a.b.c", "ü.ü.ü", " "]
            )
        elif kind == 7:
            token = draw.bytes(token.encode()).decode("latin-1")
        yield token[:250_000]


async def tokens(visit: Visit, count: int) -> None:
    """In an init, and in the renewal of an open session: each is answered, and not with a fault of ours."""

    async def send(token: str) -> None:
        renews = visit.draw.random() < 0.3
        socket = await (_authenticated(visit, "x") if renews else visit.websocket())
        try:
            socket.write(frame(encode(Header("update" if renews else "init", "TM1", token=token))))
            answer = await _packet_with(socket, "TM1")
            if answer is None or answer.status is None:
                visit.fault("no answer", token)
            else:
                visit.note(answer.status.code, token, may_be=range(100, 500))
        finally:
            socket.abort()

    await visit.all(_tokens(visit.draw, visit, count), send)


# ---- commands


class Command(msgspec.Struct):
    method: str
    path: str
    params: dict[str, Any]
    headers: dict[str, Any]
    payload: bytes


GOOD: dict[str, dict[str, Any]] = {
    "POST /Client/v2/UserConversations/{channel}": {"last_read_message_index": 1, "notification_level": "muted"},
    "POST /Client/v2/Conversations": {"friendly_name": "x", "type": "public", "attributes": {"a": 1}},
    "POST /Client/v2/Conversations/{channel}": {"friendly_name": "x", "attributes": {}},
    "POST /Client/v2/Conversations/{channel}/Participants": {"identity": "guest", "attributes": {}},
    "POST /Client/v2/Conversations/{channel}/Participants/{member}": {"attributes": {}, "role_sid": "RL"},
    "POST /Client/v2/Conversations/{channel}/Invites": {"identity": "another"},
    "POST /Client/v2/Conversations/{channel}/Messages": {"body": "text", "attributes": {}, "subject": "x"},
    "POST /Client/v2/Conversations/{channel}/Messages/{message}": {"body": "text", "attributes": {}},
    "POST /Client/v2/Users/{user}": {"friendly_name": "x", "attributes": {}},
    "POST /v1/typing": {"ChannelSid": "general"},
    "POST /v1/registrations": {
        "channel_type": "fcm",
        "data": {"registration_id": "x"},
        "message_types": ["new_message"],
    },
    "POST /v4/Subscriptions": {
        "action": "establish",
        "requests": [{"object_sid": "ES" + "0" * 32, "object_type": "map", "last_event_id": 0}],
        "correlation_id": 1,
        "event_protocol_version": 4,
    },
}
READS = (
    "GET /Client/v2/Configuration",
    "GET /Client/v2/UserConversations",
    "GET /Client/v2/UserConversations/{channel}",
    "GET /Client/v2/Conversations",
    "GET /Client/v2/Conversations/{channel}",
    "GET /Client/v2/Users",
    "GET /Client/v2/Users/{user}",
    "DELETE /Client/v2/Conversations/{channel}/Invites/{invite}",
    "DELETE /Client/v2/Conversations/{channel}/Messages/nothing",
    "DELETE /v1/registrations/{registration}",
)
SYNC = (
    "GET /v3/Maps/{user}.info",
    "GET /v3/Maps/{user}.channels/Items",
    "GET /v3/Lists/{channel}.messages",
    "GET /v3/Lists/{channel}.messages/Items",
    "GET /v3/Maps/{channel}.roster/Items",
    "GET /v3/Documents/{channel}.channel",
    "POST /v4/Subscriptions",
)
_PARAMS = ["PageSize", "PageToken", "From", "Order", "Key", "Index", "Include", "ConversationSid", "ChannelSid"]
_TYPES = ["application/json", "application/x-www-form-urlencoded", "text/plain", "", "multipart/form-data"]


def _commands(draw: Mutator, visit: Visit, routes: list[str], count: int) -> Iterator[Command]:
    world = visit.world
    names = {name: getattr(world, name) for name in ("channel", "user", "member", "message", "invite")}
    for number in range(count):
        route = routes[number % len(routes)]
        method, _, path = route.partition(" ")
        segments = path.format_map({"registration": "BS" + "0" * 32} | names).split("/")
        if draw.random() < 0.25:
            segments[draw.randrange(len(segments))] = draw.text()
        path = "/".join(segments)
        if draw.random() < 0.1:
            path = draw.choice(
                [path + "/", "/" + path, path.replace("/", "//"), path + "?a=b", draw.text(), path.lower()]
            )
        fields = draw.fields(GOOD[route]) if route in GOOD else {}
        if isinstance(fields.get("requests"), list) and draw.random() < 0.7:
            fields["requests"] = [draw.fields(one) for one in GOOD[route]["requests"]] * draw.choice([1, 1, 3, 1001])
        payload = draw.json(fields) if route in GOOD else draw.choice([b"", b"", draw.json(draw.value())])
        if draw.random() < 0.1:
            payload = draw.choice(
                [draw.json(draw.value()), b"a=%ff&b", b"\xff\xfe", b"&" * 5000, b"%00=%00", b"x" * 200_000]
            )
        params = {name: draw.value() for name in draw.sample(_PARAMS, draw.randrange(4))}
        headers = {"Content-Type": draw.choice(_TYPES) if draw.random() < 0.3 else _TYPES[0]}
        if draw.random() < 0.3:
            headers |= {draw.choice(["X-Twilio-Mutation-Id", "If-Match", draw.text()]): draw.value()}
        yield Command(
            draw.choice([method] * 9 + ["PUT", "", "get", draw.text()]), path, params, headers, payload[:240_000]
        )


async def _command_door(visit: Visit, routes: list[str], count: int) -> None:
    """Each is answered by a status of its own, on connections that stay; what is no packet ends one, in words."""
    idle: list[Frames] = []

    async def send(command: Command) -> None:
        socket = idle.pop() if idle else await _authenticated(visit)
        request: dict[str, Any] = {"host": "aim", "path": command.path, "method": command.method}
        request |= {"params": command.params, "headers": command.headers}
        header = {"method": "message", "id": "TM1", "http_request": request, "payload_size": len(command.payload)}
        socket.write(frame(_packet(visit.draw.json(header, may_break=False), command.payload)))
        answer = await _packet_with(socket, "TM1")
        if answer is None or answer.http_status is None:
            visit.note(ENDED, command)
            socket.abort()
            return
        visit.note(answer.http_status.code, command, may_be=range(100, 500))
        idle.append(socket)

    await visit.all(_commands(visit.draw, visit, routes, count), send)
    for socket in idle:
        if not await _is_alive(socket):
            visit.fault("a connection that no longer answers", "what went before")
        socket.abort()


async def client_api(visit: Visit, count: int) -> None:
    await _command_door(visit, [*(route for route in GOOD if "/v4/" not in route), *READS], count)


async def sync_api(visit: Visit, count: int) -> None:
    await _command_door(visit, list(SYNC), count)
