"""What a connected user may give, whichever face decoded it: what an operation declares, and nothing else."""

import types
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec import UNSET

from chat_tui.protocol.errors import ChatError
from chat_tui.server.operations.actors import AccountActor
from chat_tui.server.operations.operation import NAMING, OPERATIONS, Command, operation
from chat_tui.server.operations.typing import NotifyTyping
from tests.server.conftest import Domain
from tests.server.operations.given import CLIENTS_MAY_GIVE


def some(type_: Any) -> Any:
    """A value of a field's type that is not what stands there when nothing is given."""
    members = get_args(type_) if get_origin(type_) in (Union, types.UnionType) else (type_,)
    wanted = next(member for member in members if member not in (type(None), type(UNSET)))
    kind = get_origin(wanted) or wanted
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind(size=7)  # the only one is a page
    made = {str: "x", int: 1, bool: True, tuple: ("x",), list: ["x"], dict: {"x": {}}}
    return made[kind] if kind in made else list(kind)[-1]


def full(kind: type[Command], given: str = "") -> Command:
    """The command with what it needs, and ``given``."""
    hints = get_type_hints(kind)
    needed = [field.name for field in msgspec.structs.fields(kind) if field.required]
    return kind(**{name: some(hints[name]) for name in [*needed, given] if name})


async def test_what_is_not_declared_is_refused_by_name(domain: Domain) -> None:
    """Every field of every operation, against one table: a new operation, and a new field, are refused by default."""
    ann, tried = await domain.user("ann"), 0
    for kind in OPERATIONS:
        allowed = CLIENTS_MAY_GIVE.get(kind)
        for field in kind.__struct_fields__:
            if allowed is not None and (field in allowed or (field in NAMING and field not in _optional(kind))):
                continue
            with pytest.raises(ChatError) as refusal:
                await domain.run(full(kind, field), ann)
            found, tried = (refusal.value.status, refusal.value.code), tried + 1
            assert found == (403, 50205 if allowed is not None and field == "role_sid" else 50107), (kind, field)
            assert allowed is None or refusal.value.message.startswith(f"{field}: only account credentials")
    assert tried > 150
    assert {kind for kind, known in OPERATIONS.items() if known.for_clients} == CLIENTS_MAY_GIVE.keys()


async def test_nobody_asks_of_another_account(domain: Domain) -> None:
    """Neither by the account's SID nor by a service's; not there and not one's own answer alike."""
    stranger, tried = AccountActor("AC" + "0" * 32), 0
    for kind in OPERATIONS:
        hints = get_type_hints(kind)
        if kind is NotifyTyping or not {"account_sid", "service_sid"} & hints.keys():
            continue
        command: Any = full(kind)
        if "account_sid" in hints:
            command.account_sid = domain.account.account_sid
        if "service_sid" in hints:
            command.service_sid = domain.service_sid
        with pytest.raises(ChatError) as refusal:
            await domain.run(command, stranger)
        assert refusal.value.status == 404, kind
        tried += 1
    assert tried > 50


def _optional(kind: type[Command]) -> set[str]:
    return {field.name for field in msgspec.structs.fields(kind) if not field.required}


def test_what_is_declared_is_not_refused_by_name() -> None:
    """Whether it may be done is the operation's matter then."""
    for kind, fields in CLIENTS_MAY_GIVE.items():
        for field in fields:
            OPERATIONS[kind].check_client(full(kind, field))


def test_an_operation_that_needs_what_clients_may_not_give_cannot_be_registered() -> None:
    """Nor can one that declares what its command does not have."""

    class Strange(Command):
        service_sid: str
        secret: str

    with pytest.raises(AssertionError, match="secret"):
        operation(Strange, clients=())(lambda tx, actor, command: None)
    with pytest.raises(AssertionError, match="colour"):
        operation(Strange, clients=("secret", "colour"))(lambda tx, actor, command: None)
    assert Strange not in OPERATIONS
