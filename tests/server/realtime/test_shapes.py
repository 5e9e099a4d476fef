"""What the service says inside the socket is what its types say: every answer, and every event."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from chat_tui.protocol import api_shapes, sync_shapes
from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.errors import ChatError
from chat_tui.protocol.sync import EventType, SubscriptionRequest
from chat_tui.server.bus import EventPublished
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.operations.operation import Command
from chat_tui.server.operations.users import DeleteUser
from chat_tui.server.realtime import endpoints
from chat_tui.server.realtime.requests import Handler, Request
from chat_tui.server.routes import Router
from chat_tui.server.store.transaction import Reader
from tests.server.conftest import Domain
from tests.support.shapes import unlike

T = TypeVar("T")
_API = "/Client/{version}"
_CHANNEL = f"{_API}/Conversations/{{channel}}"
SAID: dict[str, Any] = {
    f"GET {_API}/Configuration": api_shapes.Configuration,
    f"GET {_API}/UserConversations": api_shapes.ChannelPage,
    f"GET {_API}/UserConversations/{{channel}}": api_shapes.ChannelDescription,
    f"POST {_API}/UserConversations/{{channel}}": api_shapes.ChannelDescription,
    f"GET {_API}/Conversations": api_shapes.ChannelPage,
    f"POST {_API}/Conversations": api_shapes.ChannelDescription,
    f"GET {_CHANNEL}": api_shapes.ChannelDescription,
    f"POST {_CHANNEL}": api_shapes.ChannelDescription,
    f"DELETE {_CHANNEL}": None,
    f"POST {_CHANNEL}/Participants": api_shapes.MemberDescription,
    f"POST {_CHANNEL}/Participants/{{member}}": api_shapes.MemberDescription,
    f"DELETE {_CHANNEL}/Participants/{{member}}": None,
    f"POST {_CHANNEL}/Invites": api_shapes.InviteDescription,
    f"DELETE {_CHANNEL}/Invites/{{invite}}": None,
    f"POST {_CHANNEL}/Messages": api_shapes.MessageDescription | api_shapes.StoredMessage,
    f"POST {_CHANNEL}/Messages/{{message}}": api_shapes.MessageDescription,
    f"DELETE {_CHANNEL}/Messages/{{message}}": None,
    f"GET {_CHANNEL}/Messages/{{message}}/Receipts": api_shapes.ReceiptPage,
    f"GET {_API}/Users": api_shapes.UserPage,
    f"GET {_API}/Users/{{user}}": api_shapes.UserDescription,
    f"POST {_API}/Users/{{user}}": api_shapes.UserDescription,
    "POST /v1/typing": api_shapes.TypingAnswer,
    "POST /v1/registrations": api_shapes.RegistrationAnswer,
    "POST /v1/registrations/{registration}": api_shapes.RegistrationAnswer,
    "DELETE /v1/registrations": None,
    "DELETE /v1/registrations/{registration}": None,
    "GET /v3/{kind}/{name}": sync_shapes.Descriptor,
    "GET /v3/{kind}/{name}/Items": sync_shapes.ItemPage,
    "POST /v4/Subscriptions": sync_shapes.SubscriptionsAnswer,
}
"""What each command is answered with; nothing, where something is gone."""

ROUTER: Router[tuple[str, Handler]] = Router((route, (route, handler)) for route, handler in endpoints.ROUTES)


class Connection:
    """Runs what a handler asks for."""

    def __init__(self, domain: Domain, actor: ClientActor) -> None:
        self._domain = domain
        self.actor = actor
        self.registrations: list[str] = []

    async def run(self, command: Command) -> Any:
        return await self._domain.run(command, self.actor)

    async def read(self, query: Callable[[Reader], T]) -> T:
        return await self._domain.core.store.read(query)

    def subscribe(self, requests: Sequence[SubscriptionRequest], correlation_id: int) -> None: ...
    def unsubscribe(self, requests: Sequence[SubscriptionRequest], correlation_id: int) -> None: ...


class Visitor:
    """Asks as one user, and compares each answer with its type."""

    def __init__(self, domain: Domain, actor: ClientActor) -> None:
        self.connection = Connection(domain, actor)
        self.asked: set[str] = set()
        self.wrong: list[str] = []

    async def ask(
        self, method: str, path: str, params: dict[str, str] | None = None, mutation_id: str = "", **fields: Any
    ) -> Any:
        match = ROUTER.match(method, path)
        route, handler = match.handler
        headers = {"x-twilio-mutation-id": mutation_id} if mutation_id else {}
        answer = await handler(Request(self.connection, match.path, params or {}, headers, fields))
        body = None if answer.body is None else msgspec.json.decode(to_json(answer.body))
        self.asked.add(route)
        self.wrong += unlike(body, SAID[route], route)
        return body


async def _everything(domain: Domain, ann: Visitor) -> None:
    """Each command, some of them in more than one state of what is described."""
    own, others = "/Client/v2/UserConversations", "/Client/v2/Conversations"
    configuration = await ann.ask("GET", "/Client/v2/Configuration")
    made = await ann.ask("POST", others, unique_name="den", friendly_name="Den", attributes={"deep": [1]})
    den = f"{others}/{made['sid']}"
    seat = await ann.ask("POST", f"{den}/Participants", identity="ann")
    await ann.ask("POST", f"{den}/Participants/{seat['sid']}", attributes={"colour": "red"})
    await domain.user("bob")
    invited = await ann.ask("POST", f"{den}/Invites", identity="bob")
    for number in range(3):
        await ann.ask("POST", f"{den}/Messages", body=f"m{number}", subject="s", mutation_id=f"id{number}")
    await ann.ask("POST", f"{den}/Messages/1", body="changed")
    await ann.ask("GET", f"{den}/Messages/1/Receipts")
    await ann.ask("DELETE", f"{den}/Messages/0")
    await ann.ask("POST", f"{den}/Messages", body="m0", subject="s", mutation_id="id0")
    await ann.ask("POST", f"{own}/{made['sid']}", last_consumed_message_index=1, notification_level="muted")
    await ann.ask("POST", den, friendly_name="Lair")
    for path in (own, others, f"{own}/{made['sid']}", den, "/Client/v2/Users/ann"):
        await ann.ask("GET", path)
    await ann.ask("GET", "/Client/v2/Users", {"ConversationSid": made["sid"]})
    await ann.ask("POST", f"/Client/v2/Users/{configuration['user_sid']}", friendly_name="Ann", attributes={"a": 1})
    await ann.ask("POST", "/v1/typing", ChannelSid=made["sid"])
    await _objects(ann, made["sync_objects"], configuration["sync_objects"])
    await _devices(ann)
    await ann.ask("DELETE", f"{den}/Invites/{invited['sid']}")
    await ann.ask("POST", f"{den}/Participants", identity="bob")
    await ann.ask("DELETE", f"{den}/Participants/bob")
    await ann.ask("DELETE", den)


async def _objects(ann: Visitor, channel: dict[str, str], own: dict[str, str]) -> None:
    await ann.ask("GET", f"/v3/Documents/{channel['conversation']}")
    await ann.ask("GET", f"/v3/Lists/{channel['messages']}", {"Include": "items"})
    await ann.ask("GET", f"/v3/Lists/{channel['messages']}/Items", {"PageSize": "1", "Order": "desc"})
    for name in (channel["participants"], own["my_user_info"], own["my_conversations"]):
        found = await ann.ask("GET", f"/v3/Maps/{name}", {"Include": "items"})
        requests = [{"object_sid": found["sid"], "object_type": "map"}]
        await ann.ask("POST", "/v4/Subscriptions", action="establish", requests=requests)


async def _devices(ann: Visitor) -> None:
    device: dict[str, Any] = {"channel_type": "fcm", "data": {"registration_id": "x"}}
    await ann.ask("POST", "/v1/registrations", message_types=["new_message"], **device)
    await ann.ask("POST", "/v1/registrations/1", message_types=[], **device)
    await ann.ask("DELETE", "/v1/registrations")
    await ann.ask("DELETE", "/v1/registrations/1")


async def test_every_answer_is_of_its_type(domain: Domain) -> None:
    ann = Visitor(domain, await domain.user("ann"))
    await _everything(domain, ann)
    assert ann.wrong == []
    assert set(SAID) == {route for route, _ in endpoints.ROUTES} == ann.asked


HAPPENED: dict[EventType, Any] = {
    EventType.MAP_ITEM_ADDED: sync_shapes.MapItemEvent,
    EventType.MAP_ITEM_UPDATED: sync_shapes.MapItemEvent,
    EventType.MAP_ITEM_REMOVED: sync_shapes.MapItemEvent,
    EventType.MAP_REMOVED: sync_shapes.MapRemoved,
    EventType.LIST_ITEM_ADDED: sync_shapes.ListItemEvent,
    EventType.LIST_ITEM_UPDATED: sync_shapes.ListItemEvent,
    EventType.LIST_ITEM_REMOVED: sync_shapes.ListItemEvent,
    EventType.LIST_REMOVED: sync_shapes.ListRemoved,
    EventType.DOCUMENT_UPDATED: sync_shapes.DocumentEvent,
    EventType.DOCUMENT_REMOVED: sync_shapes.DocumentRemoved,
}


async def test_every_event_is_of_its_type(domain: Domain) -> None:
    """Of each kind that happens to an object; what is told of subscriptions is made of structs."""
    await _everything(domain, Visitor(domain, await domain.user("ann")))
    await domain.run(DeleteUser(domain.service_sid, "bob"))
    told = [msgspec.json.decode(item.notification) for item in domain.published if isinstance(item, EventPublished)]
    assert [said for one in told for said in unlike(one, sync_shapes.ObjectNotification)] == []
    assert [said for one in told for said in unlike(one["event"], HAPPENED[EventType(one["event_type"])])] == []
    assert {EventType(one["event_type"]) for one in told} == set(HAPPENED)


def test_every_refusal_is_of_its_type() -> None:
    """With details of the case, and without."""
    for error in (ChatError("no"), ChatError("no", 20001, details={"sid": "CH1"})):
        assert unlike(msgspec.json.decode(to_json(error.body())), api_shapes.ErrorBody) == []
