"""The authorisation matrix: every field, given and not, by everybody, through every face, against a declared table."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest

from chat_tui.protocol.errors import ChatError
from chat_tui.protocol.sync import SubscriptionRequest
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.operations.operation import OPERATIONS, Command
from chat_tui.server.realtime import endpoints
from chat_tui.server.realtime.requests import Handler, Request
from chat_tui.server.realtime.subscriptions import Subscriptions
from chat_tui.server.routes import Router
from chat_tui.server.store.rows import SyncObject
from chat_tui.server.store.transaction import Reader
from tests.server.conftest import Domain
from tests.server.operations import matrix
from tests.server.operations.given import CLIENTS_MAY_GIVE
from tests.server.operations.matrix import GIVEN, INNER, OUTER, PLANTED, ROWS, STANDINGS, TRACES, WAYS, Scene, Undoing
from tests.server.operations.test_operation import full, some
from tests.server.realtime.reading import Reading
from tests.support.counts import COUNTS

ROUTER: Router[Handler] = Router(endpoints.ROUTES)


@pytest.fixture
def store(domain: Domain) -> Undoing:
    return Undoing(domain)


@pytest.fixture
async def scene(domain: Domain, store: Undoing) -> Scene:
    return await matrix.build(domain, store)


class Wrong(list[str]):
    """The cells that were not as the table says; how many were tried is printed at the end."""

    def __init__(self, face: str) -> None:
        super().__init__()
        self._face = face
        self.tried = 0

    def cell(self, what: str, found: int, expected: int, traces: str = "") -> None:
        COUNTS["authorisation cells"][self._face] += 1
        self.tried += 1
        if found != expected:
            self.append(f"{what}: {found}, not {expected}")
        for trace in TRACES:
            if trace in traces:
                self.append(f"{what}: left {trace}")


def rooms(row: matrix.Row | matrix.Way) -> tuple[str, ...]:
    """Once where it makes no difference."""
    return (INNER, OUTER) if row.expected[INNER] != row.expected[OUTER] else (INNER,)


async def answered(scene: Scene, command: Command, actor: ClientActor) -> int:
    try:
        await scene.dispatcher.run(actor, command)
    except ChatError as error:
        return error.status
    return 200


# ---- the operations, which every face stands on


async def test_every_operation_with_every_field_by_everybody(scene: Scene, store: Undoing) -> None:
    """Given or not: as the table says where a connected user may give it, 403 where not."""
    wrong = Wrong("operations")
    for row in ROWS:
        for field in ("", *row.command.__struct_fields__):
            for room in rooms(row):
                for place, who in enumerate(STANDINGS):
                    actor = scene.actors[who]
                    needs = row.needs(scene, room, actor)
                    if field in needs:
                        continue
                    may_give = not field or field in CLIENTS_MAY_GIVE[row.command]
                    given = {field: _value(scene, row.command, field)} if field else {}
                    expected = row.expected[room][place] if may_give else 403
                    found = await answered(scene, row.command(**needs, **given), actor)
                    wrong.cell(f"{row.name} with {field or 'nothing'} by {who} of {room}", found, expected, store.told)
    assert wrong == []
    assert wrong.tried >= 1200
    assert {row.command for row in ROWS} == CLIENTS_MAY_GIVE.keys()


def _value(scene: Scene, command: type[Command], field: str) -> Any:
    if field == "role_sid":
        return scene.role_sid
    known = GIVEN if field in CLIENTS_MAY_GIVE[command] else PLANTED
    return known[field] if field in known else some(_hints(command)[field])


def _hints(command: type[Command]) -> dict[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(command)}


async def test_what_is_the_operator_s_is_refused_to_everybody(scene: Scene, store: Undoing) -> None:
    """Every operation that no table names, with every field."""
    wrong = Wrong("operations")
    for command in OPERATIONS:
        if command in CLIENTS_MAY_GIVE:
            continue
        for field in ("", *command.__struct_fields__):
            for who in STANDINGS:
                found = await answered(scene, full(command, field), scene.actors[who])
                wrong.cell(f"{command.__name__} with {field} by {who}", found, 403, store.told)
    assert wrong == []
    assert wrong.tried >= 500


# ---- the Client API


class Talking:
    """A connection of somebody's, without a socket."""

    def __init__(self, scene: Scene, store: Undoing, actor: ClientActor) -> None:
        self._scene, self._store = scene, store
        self.actor = actor
        self.registrations: list[str] = []

    async def run(self, command: Command) -> Any:
        return await self._scene.dispatcher.run(self.actor, command)

    async def read(self, query: Callable[[Any], Any]) -> Any:
        return await self._store.read(query)

    def subscribe(self, requests: Any, correlation_id: int) -> None:
        raise AssertionError("not by this way")

    unsubscribe = subscribe

    async def ask(self, request: str, body: dict[str, Any]) -> int:
        """The status of ``METHOD /path?query``."""
        method, _, target = request.partition(" ")
        path, _, query = target.partition("?")
        params = dict(pair.split("=") for pair in query.split("&") if pair)
        try:
            match = ROUTER.match(method, path)
            await match.handler(Request(self, match.path, params, {}, dict(body)))
        except ChatError as error:
            return error.status
        return 200


BODIES = GIVEN | PLANTED | {"identity": "new", "last_read_message_index": 0, "ChannelSid": "outer", "role_sid": None}
del BODIES["page"]


async def test_every_request_with_every_field_by_everybody(scene: Scene, store: Undoing) -> None:
    """What a face does not know is as if it were not there; a role is refused; nothing of it is stored."""
    wrong = Wrong("Client API")
    for way in WAYS:
        for field in ("", *(BODIES if way.request.startswith("POST") else ())):
            if field and field in way.body:
                continue
            for room in rooms(way) if not field else (INNER,):
                for place, who in enumerate(STANDINGS):
                    actor = scene.actors[who]
                    request = _filled(way.request, scene, room, actor)
                    body = {name: value.replace("{room}", room) for name, value in way.body.items()}
                    if field:
                        body[field] = scene.role_sid if field == "role_sid" else BODIES[field]
                    expected = 403 if field == "role_sid" and way.gives_role else way.expected[room][place]
                    found = await Talking(scene, store, actor).ask(request, body)
                    traces = store.told.replace(scene.role_sid, "planted")
                    wrong.cell(f"{request} with {field or 'nothing'} by {who}", found, expected, traces)
    assert wrong == []
    assert wrong.tried >= 1500


def _filled(request: str, scene: Scene, room: str, actor: ClientActor) -> str:
    own = scene.messages.get((room, actor.identity)) or scene.messages[room, "member"]
    peers = scene.messages[room, "peer"]
    return request.format(room=room, own=own, peers=peers, binding=scene.binding)


async def test_a_body_with_nulls_by_everybody(scene: Scene, store: Undoing) -> None:
    """What is given as null is refused, or empties what the table lets this one change; it opens nothing."""
    wrong = Wrong("Client API")
    for way in WAYS:
        if not way.request.startswith("POST"):
            continue
        for field in BODIES.keys() - way.body.keys():
            for place, who in enumerate(STANDINGS):
                actor = scene.actors[who]
                body = {name: value.replace("{room}", INNER) for name, value in way.body.items()} | {field: None}
                found = await Talking(scene, store, actor).ask(_filled(way.request, scene, INNER, actor), body)
                expected = way.expected[INNER][place]
                wrong.cell(f"{way.request} with {field}: null by {who}", found, found if found == 400 else expected)
    assert wrong == []
    assert wrong.tried >= 1500


# ---- Sync


def _named(name: str, tx: Reader) -> SyncObject:
    found = tx.one(SyncObject, "object_by_name", name=name)
    assert found is not None
    return found


async def _objects(scene: Scene, store: Undoing) -> dict[str, tuple[SyncObject, tuple[int, ...]]]:
    """The objects of the world with what each standing is answered."""
    expected = {
        f"{scene.channels[room]}.{end}": statuses[room]
        for end, statuses in matrix.DOCUMENTS.items()
        for room in (INNER, OUTER)
    }
    expected |= {f"{scene.actors['member'].user_sid}.{end}": known[INNER] for end, known in matrix.OF_USERS.items()}
    found = {}
    for name, statuses in expected.items():
        found[name] = (await store.read(partial(_named, name)), statuses)
    return found


FORMS = ("", "?Include=items", "/Items", "/Items?Key=0", "/Items?From=0&PageSize=1")
KINDS = {"map": "Maps", "list": "Lists", "document": "Documents"}


async def test_every_object_by_every_name_by_everybody(scene: Scene, store: Undoing) -> None:
    """Described, with its items, item by item, by name and by SID; as another kind it is not there."""
    wrong = Wrong("Sync")
    for name, (found, statuses) in (await _objects(scene, store)).items():
        for reference in (name, found.sid):
            for kind, word in KINDS.items():
                for form in FORMS[:2] if kind == "document" else FORMS:
                    for place, who in enumerate(STANDINGS):
                        request = f"GET /v3/{word}/{reference}{form}"
                        status = await Talking(scene, store, scene.actors[who]).ask(request, {})
                        wrong.cell(f"{request} by {who}", status, statuses[place] if kind == found.type else 404)
    assert wrong == []
    assert wrong.tried >= 700


async def test_every_subscription_by_everybody(domain: Domain, scene: Scene, store: Undoing) -> None:
    """Established for whom the table says, and failed for all others."""
    wrong = Wrong("Sync")
    for name, (found, statuses) in (await _objects(scene, store)).items():
        for place, who in enumerate(STANDINGS):
            for after in (None, 0, 10_000):
                subscriptions, reader = Subscriptions(domain.core.store), Reading(scene.actors[who])
                subscriptions.admit(reader)
                request = SubscriptionRequest(found.sid, found.type, after)  # type: ignore[arg-type]
                subscriptions.establish(reader, [msgspec.convert(msgspec.to_builtins(request), SubscriptionRequest)], 1)
                told = b""
                while b"subscription_established" not in told and b"subscription_failed" not in told:
                    told = await reader.frames.get()
                    assert b"item_data" not in told or statuses[place] == 200, (name, who)
                wrong.cell(f"{name} by {who}", 200 if b"established" in told else 404, statuses[place])
    assert wrong == []
    assert wrong.tried >= 100
