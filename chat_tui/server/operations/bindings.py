"""Bindings: registrations for push, made by a user's devices."""

from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.errors import BadRequest, Code, Forbidden, NotFound
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.values import BindingType
from chat_tui.server.operations import checks
from chat_tui.server.operations.actors import Actor, ClientActor
from chat_tui.server.operations.lookup import find_service, find_user
from chat_tui.server.operations.operation import Command, Rate, operation
from chat_tui.server.operations.pages import Page, PageQuery, json_list, page
from chat_tui.server.reachability.tracker import apply_bindings
from chat_tui.server.store.rows import Binding, User
from chat_tui.server.store.transaction import Reader, Transaction

MAX_DEVICES = 100
"""Of one user (guarantees, Bounds 6)."""

MAX_MESSAGE_TYPES = 100
MAX_ADDRESS = 4096


class RegisterBinding(Command):
    """``address``: the device's own registration id, a secret; ``endpoint`` tells one device from another."""

    service_sid: str
    user: str
    binding_type: str
    endpoint: str
    address: str
    message_types: tuple[str, ...] = ()


class RemoveBinding(Command):
    """Exactly one of ``binding`` (a SID) and ``endpoint`` says which."""

    service_sid: str
    user: str | None = None
    binding: str | None = None
    endpoint: str | None = None


class FetchBinding(Command):
    """``user``: whose it must be, when given."""

    service_sid: str
    binding: str
    user: str | None = None


class ListBindings(Command):
    """``user``, ``types`` and ``identities``: only theirs, when given."""

    service_sid: str
    user: str | None = None
    types: tuple[BindingType, ...] = ()
    identities: tuple[str, ...] = ()
    page: PageQuery = PageQuery()


@operation(RegisterBinding, rate=Rate.SERVICE, clients=("binding_type", "endpoint", "address", "message_types"))
def register_binding(tx: Transaction, actor: Actor, command: RegisterBinding) -> Binding:
    """The same endpoint again renews its binding; a client registers its own devices only. Raises BadRequest (50209)
    for an unknown type, Forbidden for more devices than anybody has."""
    service = find_service(tx, actor, command.service_sid)
    user = find_user(tx, service, command.user)
    if isinstance(actor, ClientActor) and user.sid != actor.user_sid:
        raise Forbidden("Devices are their user's own to register", Code.USER_UNAUTHORIZED)
    binding_type = checks.choice("BindingType", command.binding_type, BindingType, Code.BAD_BINDING_TYPE)
    endpoint = checks.name("Endpoint", command.endpoint, Code.BAD_PARAMETER)
    checks.name("Address", command.address, Code.BAD_PARAMETER, limit=MAX_ADDRESS)
    message_types = _message_types(command)
    key = {"user_sid": user.sid, "binding_type": binding_type, "endpoint": endpoint}
    old = tx.one(Binding, "binding_by_endpoint", **key)
    if old is not None:
        tx.run("update_binding", sid=old.sid, message_types=message_types, address=command.address, now=tx.now)
    elif tx.value("count_bindings", user_sid=user.sid) >= MAX_DEVICES:
        raise Forbidden(f"At most {MAX_DEVICES} devices of one user: remove one first", Code.FORBIDDEN)
    else:
        tx.run(
            "insert_binding",
            sid=new_sid(Kind.BINDING),
            identity=user.identity,
            credential_sid=None,
            message_types=message_types,
            address=command.address,
            now=tx.now,
            **key,
        )
    apply_bindings(tx, service, user)
    binding = tx.one(Binding, "binding_by_endpoint", **key)
    assert binding is not None
    return binding


def _message_types(command: RegisterBinding) -> str:
    if len(command.message_types) > MAX_MESSAGE_TYPES:
        raise BadRequest(f"MessageTypes: at most {MAX_MESSAGE_TYPES}", Code.BAD_PARAMETER)
    return to_json([checks.name("MessageTypes", word, Code.BAD_PARAMETER) for word in command.message_types]).decode()


@operation(RemoveBinding, rate=Rate.SERVICE, clients=("binding", "endpoint"))
def remove_binding(tx: Transaction, actor: Actor, command: RemoveBinding) -> None:
    """A client removes its own only. Raises NotFound."""
    service = find_service(tx, actor, command.service_sid)
    for binding in _matching(tx, actor, command):
        user = tx.one(User, "user_by_sid", sid=binding.user_sid, service_sid=service.sid)
        assert user is not None
        tx.run("delete_binding", sid=binding.sid)
        apply_bindings(tx, service, user)


def _matching(tx: Reader, actor: Actor, command: RemoveBinding) -> list[Binding]:
    if command.binding is not None:
        return [_find(tx, actor, command.service_sid, command.binding, command.user)]
    service = find_service(tx, actor, command.service_sid)
    user = find_user(tx, service, (actor.user_sid if isinstance(actor, ClientActor) else command.user) or "")
    rows = tx.all(Binding, "bindings_of_user", user_sid=user.sid)
    found = [row for row in rows if row.endpoint == command.endpoint]
    if not found:
        raise NotFound("The binding was not found", Code.NOT_FOUND)
    return found


def _find(tx: Reader, actor: Actor, service_sid: str, sid: str, user: str | None) -> Binding:
    service = find_service(tx, actor, service_sid)
    owner = actor.user_sid if isinstance(actor, ClientActor) else None
    if user is not None:
        owner = find_user(tx, service, user).sid
    found = tx.one(Binding, "binding_by_sid", sid=sid, service_sid=service.sid)
    if found is None or owner not in (None, found.user_sid):
        raise NotFound(f"Binding {sid} was not found", Code.NOT_FOUND)
    return found


@operation(FetchBinding, writes=False)
def fetch_binding(tx: Reader, actor: Actor, command: FetchBinding) -> Binding:
    return _find(tx, actor, command.service_sid, command.binding, command.user)


@operation(ListBindings, writes=False)
def list_bindings(tx: Reader, actor: Actor, command: ListBindings) -> Page[Binding]:
    service = find_service(tx, actor, command.service_sid)
    return page(
        tx,
        Binding,
        "bindings_page",
        command.page,
        service_sid=service.sid,
        user_sid=None if command.user is None else find_user(tx, service, command.user).sid,
        types=json_list(command.types),
        identities=json_list(command.identities),
    )
