"""A service in memory, behind a socket in memory: true answers, which a test may turn into lies."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qsl, unquote

from chat_tui.protocol.tokens import encode_token
from chat_tui.protocol.twilsock import Header, HttpStatus, Packet, Status, decode, encode

DATE = "2026-11-20T12:00:00.000Z"
API = "https://aim.fake.invalid/Client/v2"
SERVICE = "IS" + "0" * 32
RAW = "@raw@"
"""Text that begins so stands for the JSON behind it, which no encoder would write."""

_RAW = re.compile(rf'"{RAW}(?:[^"\\]|\\.)*"')

Lie = Callable[[str, Any], Any]
"""Given the kind of an answer and the true one, the one that is told."""


def sid(kind: str, number: int) -> str:
    return f"{kind}{number:032x}"


def token(identity: str = "alice") -> str:
    return encode_token(
        account_sid=sid("AC", 1),
        key_sid=sid("SK", 1),
        key_secret="k" * 32,
        identity=identity,
        service_sid=SERVICE,
        lifetime=3600,
    )


def to_bytes(value: Any) -> bytes:
    """JSON, with what is RAW in it as it is."""
    if isinstance(value, bytes):
        return value
    return _RAW.sub(lambda found: json.loads(found[0]).removeprefix(RAW), json.dumps(value)).encode()


class Object:
    """A Sync object: what it shows, and the events that led there."""

    def __init__(self, number: int, kind: str, name: str, items: dict[Any, Any]) -> None:
        self.sid = sid({"map": "MP", "list": "ES", "document": "ET"}[kind], number)
        self.kind = kind
        self.name = name
        self.items = items
        self.log: list[dict[str, Any]] = []
        self.floor = 0
        """Events up to this id cannot be replayed."""

    @property
    def head(self) -> int:
        return self.floor + len(self.log)

    def add(self, event_type: str, **event: Any) -> dict[str, Any]:
        event |= {"id": self.head + 1, f"{self.kind}_sid": self.sid}
        self.log.append({"event_type": event_type, "event": event})
        return self.log[-1]

    def forget_log(self) -> None:
        self.floor, self.log = self.head, []

    def after(self, position: int) -> list[dict[str, Any]]:
        return [event for event in self.log if event["event"]["id"] > position]


class FakeSocket:
    """The client's end of a link."""

    def __init__(self, service: "FakeService") -> None:
        self._service = service
        self._incoming: asyncio.Queue[Any] = asyncio.Queue()
        self.followed: set[str] = set()
        self.is_open = True

    async def send(self, message: bytes) -> None:
        if not self.is_open:
            raise ConnectionResetError("closed")
        await asyncio.sleep(0)
        self._service.on_packet(self, decode(message))

    async def close(self) -> None:
        self.drop()

    def drop(self) -> None:
        self.is_open = False
        self._incoming.put_nowait(None)

    def push(self, frame: bytes) -> None:
        harm = self._service.harm
        for told in [frame] if harm is None else harm(frame):
            if self.is_open:
                self._incoming.put_nowait(told)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (frame := await self._incoming.get()) is not None:
            yield frame


class Views:
    """How a service shows what there is."""

    def __init__(self, objects: dict[str, Object], channels: dict[str, dict[str, Any]]) -> None:
        self.objects = objects
        self.channels = channels

    def unread(self, channel: str) -> int | None:
        horizon = self.channels[channel]["horizon"]
        messages = self.objects[f"{channel}.messages"].items
        return None if horizon is None else sum(index > horizon for index in messages)

    def own_item(self, channel: str) -> dict[str, Any]:
        found = self.channels[channel]
        return {
            "status": found["status"],
            "lastConsumedMessageIndex": found["horizon"],
            "notificationLevel": "default",
            "invitedBy": None,
        }

    def document(self, channel: str) -> dict[str, Any]:
        messages = self.objects[f"{channel}.messages"].items
        last = max(messages, default=None)
        return {
            "friendlyName": self.channels[channel]["name"],
            "uniqueName": self.channels[channel]["name"],
            "attributes": {"a": [1]},
            "createdBy": "bob",
            "dateCreated": DATE,
            "dateUpdated": DATE,
            "lastMessage": None if last is None else {"index": last, "timestamp": DATE},
            "messagesCount": len(messages),
            "membersCount": 2,
        }

    def described(self, channel: str) -> dict[str, Any]:
        found, messages = self.channels[channel], self.objects[f"{channel}.messages"].items
        return {
            "sid": channel,
            "status": found["status"],
            "type": "public",
            "unique_name": found["name"],
            "friendly_name": found["name"],
            "attributes": '{"a":[1]}',
            "created_by": "bob",
            "date_created": DATE,
            "date_updated": DATE,
            "notification_level": "default",
            "last_consumed_message_index": found["horizon"],
            "last_message_index": max(messages, default=None),
            "messages_count": len(messages),
            "participants_count": 2,
            "unread_messages_count": self.unread(channel),
        }

    def user(self, identity: str) -> dict[str, Any]:
        return {
            "identity": identity,
            "friendly_name": identity.title(),
            "attributes": "{}",
            "is_online": True,
            "is_notifiable": None,
            "sync_objects": {"user_info_map": f"{identity}.info"},
        }

    def configuration(self) -> dict[str, Any]:
        links = {"my_conversations": "Mine", "conversations": "Conversations", "users": "Users"}
        return {
            "identity": "alice",
            "sync_objects": {"my_user_info": "alice.info", "my_conversations": "alice.channels"},
            "links": {name: f"{API}/{path}" for name, path in links.items()}
            | {"typing": "https://aim.fake.invalid/v1/typing", "current_user": f"{API}/Users/alice"},
            "options": {"reachability_enabled": True, "read_status_enabled": True, "user_infos_to_subscribe": 100},
        }

    def describe_object(self, found: Object) -> tuple[str, int, Any]:
        body: dict[str, Any] = {"sid": found.sid, "unique_name": found.name, "last_event_id": found.head}
        if found.kind == "document":
            body["data"] = self.document(found.name.removesuffix(".channel"))
        elif found.kind == "map":
            body["items"] = _map_items(found)
        return f"{found.kind} {found.name.rpartition('.')[2]}", 200, body

    def items(self, name: str, params: dict[str, Any]) -> dict[str, Any]:
        if self.objects[name].kind == "map":
            return {"items": _map_items(self.objects[name]), "meta": {"next_token": None}}
        newest = int(params.get("From", 10**9))
        size = int(params.get("PageSize", 50))
        found = [index for index in sorted(self.objects[name].items, reverse=True) if index <= newest]
        items = [{"index": index, "data": self.objects[name].items[index]} for index in found[:size]]
        return {"items": items, "meta": {"next_token": "more" if len(found) > size else None}}


class FakeService:
    """``lie`` changes what is answered, ``harm`` the frames; ``asked`` are the kinds of the answers given."""

    def __init__(self) -> None:
        self.lie: Lie | None = None
        self.harm: Callable[[bytes], list[Any]] | None = None
        self.asked: list[str] = []
        self.samples: dict[str, Any] = {}
        self.objects: dict[str, Object] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self.views = Views(self.objects, self.channels)
        self.sockets: list[FakeSocket] = []
        self.mutations: dict[str, dict[str, Any]] = {}
        self._numbers = iter(range(1, 1_000_000))
        self._object("map", "alice.info", {"friendlyName": {"value": "Alice"}, "attributes": {"value": "{}"}})
        bob = {"friendlyName": {"value": "Bob"}, "reachability": {"online": True, "notifiable": None}}
        self._object("map", "bob.info", bob)
        self._object("map", "alice.channels", {})
        for name in ("general", "side"):
            self.join(name)

    def _object(self, kind: str, name: str, items: dict[Any, Any]) -> Object:
        self.objects[name] = Object(next(self._numbers), kind, name, items)
        return self.objects[name]

    # ---- what happens

    def join(self, name: str, status: str = "joined") -> str:
        """Alice is in a new channel."""
        channel = sid("CH", next(self._numbers))
        self.channels[channel] = {"name": name, "status": status, "horizon": None, "count": 0, "last": None}
        self._object("document", f"{channel}.channel", {})
        self._object("list", f"{channel}.messages", {})
        members = {"MB1": {"identity": "alice", "userInfo": "alice.info"}, "MB2": {"identity": "bob"}}
        members["MB2"]["userInfo"] = "bob.info"
        self._object("map", f"{channel}.roster", members)
        item = self.views.own_item(channel)
        self.objects["alice.channels"].items[channel] = item
        self._publish("alice.channels", "map_item_added", item_key=channel, item_data=item)
        return channel

    def leave(self, channel: str) -> None:
        del self.channels[channel], self.objects["alice.channels"].items[channel]
        self._publish("alice.channels", "map_item_removed", item_key=channel)

    def post(self, channel: str, body: str, author: str = "bob") -> dict[str, Any]:
        found = self.channels[channel]
        index = found["next"] = found.get("next", -1) + 1
        item = {"sid": sid("IM", next(self._numbers)), "author": author, "text": body, "timestamp": DATE}
        self.objects[f"{channel}.messages"].items[index] = item
        self._publish(f"{channel}.messages", "list_item_added", item_index=index, item_data=item)
        self._changed(channel)
        return {"sid": item["sid"], "index": index}

    def delete(self, channel: str, index: int) -> None:
        item = self.objects[f"{channel}.messages"].items.pop(index)
        self._publish(f"{channel}.messages", "list_item_removed", item_index=index, item_data=item)
        self._changed(channel)

    def read_up_to(self, channel: str, index: int | None) -> None:
        self.channels[channel]["horizon"] = index
        item = self.objects["alice.channels"].items[channel] = self.views.own_item(channel)
        self._publish("alice.channels", "map_item_updated", item_key=channel, item_data=item)

    def _changed(self, channel: str) -> None:
        self._publish(f"{channel}.channel", "document_updated", document_data=self.views.document(channel))

    def _publish(self, name: str, event_type: str, **event: Any) -> None:
        found = self.objects[name]
        told = found.add(event_type, **event)
        for socket in self.sockets:
            if found.sid in socket.followed:
                self._notify(socket, event_type, told)

    def drop(self) -> None:
        """Every link breaks."""
        for socket in self.sockets:
            socket.drop()
        self.sockets.clear()

    # ---- the wire

    @contextlib.asynccontextmanager
    async def connect(self, *_: Any, **__: Any) -> AsyncIterator[FakeSocket]:
        socket = FakeSocket(self)
        self.sockets.append(socket)
        try:
            yield socket
        finally:
            socket.is_open = False
            if socket in self.sockets:
                self.sockets.remove(socket)

    def _told(self, kind: str, body: Any) -> bytes:
        self.asked.append(kind)
        self.samples.setdefault(kind, body)
        if self.lie is not None:
            body = self.lie(kind, body)
        return to_bytes(body)

    def _notify(self, socket: FakeSocket, event_type: str, body: Any) -> None:
        header = Header("notification", "TM1", message_type="twilio.sync.event")
        socket.push(encode(header, self._told(event_type, body)))

    def notice(self, method: str, kind: str, body: Any, **header: Any) -> None:
        """Something the service says by itself, to everybody."""
        for socket in list(self.sockets):
            socket.push(encode(Header(method, "TM2", **header), self._told(kind, body)))

    def on_packet(self, socket: FakeSocket, packet: Packet) -> None:
        header = packet.header
        if header.method in ("init", "update"):
            socket.push(self._frame(header.id, "init", {"method": "reply", "status": {"code": 200, "status": "OK"}}))
        elif header.method == "message" and header.http_request is not None:
            request = header.http_request
            form = "form" in str(request.headers)
            fields = dict(parse_qsl(packet.payload.decode())) if form else packet.json()
            parts = [unquote(part) for part in request.path.strip("/").split("/")]
            if request.method == "GET":
                answered = self._get(parts, request.params)
            else:
                answered = self._post(socket, parts, fields, request.headers)
            kind, status, body = answered or ("refusal", 404, {"code": 20404, "message": "not found"})
            reply = Header("reply", header.id, status=Status(200), http_status=HttpStatus(status))
            socket.push(encode(reply, self._told(kind, body)))

    def _frame(self, packet_id: str, kind: str, head: dict[str, Any]) -> bytes:
        """A packet whose header is told, and may be a lie."""
        encoded = self._told(kind, {**head, "id": packet_id, "payload_size": 0})
        return b"TWILSOCK V3.0 %d\r\n%s\r\n" % (len(encoded), encoded)

    def _get(self, parts: list[str], params: dict[str, Any]) -> tuple[str, int, Any] | None:
        meta = {"next_token": None}
        match parts:
            case [_, _, "Configuration"]:
                return "configuration", 200, self.views.configuration()
            case [_, _, "Mine"]:
                found = [self.views.described(channel) for channel in self.channels]
                return "my channels", 200, {"conversations": found, "meta": meta}
            case [_, _, "Mine", channel] if channel in self.channels:
                return "my channel", 200, self.views.described(channel)
            case [_, _, "Users"]:
                return "users", 200, {"users": [self.views.user("alice"), self.views.user("bob")], "meta": meta}
            case [_, _, "Users", identity]:
                return "user", 200, self.views.user(identity)
            case ["v3", _, name] if name in self.objects:
                return self.views.describe_object(self.objects[name])
            case ["v3", _, name, "Items"] if name in self.objects:
                return "items", 200, self.views.items(name, params)
        return None

    def _post(
        self, socket: FakeSocket, parts: list[str], body: Any, headers: dict[str, Any]
    ) -> tuple[str, int, Any] | None:
        match parts:
            case [_, _, "Mine", channel] if channel in self.channels:
                self.read_up_to(channel, body["last_read_message_index"])
                return "my channel", 200, self.views.described(channel)
            case ["v1", "typing"]:
                return "typing answer", 200, {"typing_timeout": 5}
            case [_, _, "Conversations", channel, "Messages"] if channel in self.channels:
                key = headers["X-Twilio-Mutation-Id"]
                if key not in self.mutations:
                    self.mutations[key] = self.post(channel, body["body"], "alice")
                return "sent", 200, self.mutations[key]
            case ["v4", "Subscriptions"]:
                self._subscribe(socket, body)
                return "subscriptions", 200, {"max_batch_size": 1000}
        return None

    def _subscribe(self, socket: FakeSocket, body: dict[str, Any]) -> None:
        by_sid = {found.sid: found for found in self.objects.values()}
        for request in body["requests"]:
            found = by_sid.get(request["object_sid"])
            if body["action"] == "cancel" or found is None:
                socket.followed.discard(request["object_sid"])
                continue
            position = request["last_event_id"] or 0
            status = "completed" if found.floor <= position <= found.head else "interrupted"
            for event in found.after(position) if status == "completed" else ():
                self._notify(socket, event["event_type"], event)
            socket.followed.add(found.sid)
            told = {"object_sid": found.sid, "replay_status": status, "last_event_id": found.head}
            event = {"event_type": "subscription_established", "event": told, "correlation_id": body["correlation_id"]}
            self._notify(socket, "subscription_established", event)


def _map_items(found: Object) -> list[dict[str, Any]]:
    return [{"key": key, "data": data, "revision": "1"} for key, data in found.items.items()]
