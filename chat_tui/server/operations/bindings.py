"""Bindings: registrations for push, made by a user's devices."""

import msgspec

from chat_tui.protocol.errors import BadRequest, Code, NotFound
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.values import BindingType
from chat_tui.server.operations import checks
from chat_tui.server.operations.actors import Actor, ClientActor
from chat_tui.server.operations.lookup import find_service, find_user
from chat_tui.server.operations.operation import Command, Rate, operation
from chat_tui.server.reachability.tracker import apply_bindings
from chat_tui.server.store.rows import Binding, User
from chat_tui.server.store.transaction import Reader, Transaction


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


class ListUserBindings(Command):
    service_sid: str
    user: str


@operation(RegisterBinding, rate=Rate.SERVICE)
def register_binding(tx: Transaction, actor: Actor, command: RegisterBinding) -> Binding:
    """The same endpoint again renews its binding. Raises BadRequest (50209) for an unknown type."""
    service = find_service(tx, actor, command.service_sid)
    user = find_user(tx, service, command.user)
    try:
        binding_type = BindingType(command.binding_type)
    except ValueError:
        names = ", ".join(BindingType)
        raise BadRequest(f"BindingType: must be one of {names}", Code.BAD_BINDING_TYPE) from None
    endpoint = checks.name("Endpoint", command.endpoint, Code.BAD_PARAMETER)
    if len(checks.text("Address", command.address)) > 4096:
        raise BadRequest("Address: at most 4096 characters", Code.BAD_PARAMETER)
    message_types = msgspec.json.encode(command.message_types).decode()
    key = {"user_sid": user.sid, "binding_type": binding_type, "endpoint": endpoint}
    old = tx.one(Binding, "binding_by_endpoint", **key)
    if old is not None:
        tx.run("update_binding", sid=old.sid, message_types=message_types, address=command.address, now=tx.now)
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


@operation(RemoveBinding, rate=Rate.SERVICE)
def remove_binding(tx: Transaction, actor: Actor, command: RemoveBinding) -> None:
    """A client removes its own only. Raises NotFound."""
    service = find_service(tx, actor, command.service_sid)
    for binding in _matching(tx, actor, command):
        user = tx.one(User, "user_by_sid", sid=binding.user_sid, service_sid=service.sid)
        assert user is not None
        tx.run("delete_binding", sid=binding.sid)
        apply_bindings(tx, service, user)


def _matching(tx: Reader, actor: Actor, command: RemoveBinding) -> list[Binding]:
    owner = actor.user_sid if isinstance(actor, ClientActor) else None
    if command.binding is not None:
        one = tx.one(Binding, "binding_by_sid", sid=command.binding, service_sid=command.service_sid)
        found = [] if one is None or owner not in (None, one.user_sid) else [one]
    else:
        service = find_service(tx, actor, command.service_sid)
        user = find_user(tx, service, owner or command.user or "")
        rows = tx.all(Binding, "bindings_of_user", user_sid=user.sid)
        found = [row for row in rows if row.endpoint == command.endpoint]
    if not found:
        raise NotFound("The binding was not found", Code.NOT_FOUND)
    return found


@operation(ListUserBindings, writes=False)
def list_user_bindings(tx: Reader, actor: Actor, command: ListUserBindings) -> list[Binding]:
    service = find_service(tx, actor, command.service_sid)
    return tx.all(Binding, "bindings_of_user", user_sid=find_user(tx, service, command.user).sid)
