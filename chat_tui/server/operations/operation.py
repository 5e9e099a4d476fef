"""What an operation is: a command, a function over a transaction, what a user may give, which rate it counts by."""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET

from chat_tui.protocol.errors import Code, Forbidden

C = TypeVar("C", bound="Command")
F = TypeVar("F", bound=Callable[..., Any])

NAMING = frozenset({"service_sid", "channel", "user", "member", "message", "invite"})
"""Required fields that say which thing is meant: whoever may ask must give them."""


class Command(msgspec.Struct):
    """Something an actor wants; fields that a caller may leave away default to UNSET."""


def gives_nothing(command: Command) -> bool:
    """Whether an update gives no field at all: it changes nothing then, whatever it is an update of (contract S62,
    9.7)."""
    return all(
        getattr(command, field.name) is UNSET for field in msgspec.structs.fields(type(command)) if not field.required
    )


class Rate(Enum):
    """What a mutation counts against (contract 1.7): its channel, its service, or nothing."""

    CHANNEL = "channel"
    SERVICE = "service"
    FREE = "free"


class Operation(msgspec.Struct, frozen=True):
    """``for_clients``: a connected user may ask for it at all; ``withheld``: what they may not give, each field with
    what stands there when it is not given."""

    run: Callable[..., Any]
    writes: bool
    rate: Rate
    for_clients: bool
    withheld: tuple[tuple[str, Any], ...]

    def check_client(self, command: Command) -> None:
        """Raises Forbidden when a connected user may not ask for this (50107), or not give what ``command`` gives
        (50205 for a role: no permission of the published list lets a connected user give one, so nobody may)."""
        if not self.for_clients:
            raise Forbidden("Only account credentials allow this", Code.USER_UNAUTHORIZED)
        for field, absent in self.withheld:
            given = getattr(command, field)
            if given is not absent and given != absent:
                code = Code.MAY_NOT_SET_ROLE if field == "role_sid" else Code.USER_UNAUTHORIZED
                raise Forbidden(f"{field}: only account credentials may give this; leave it away", code)


OPERATIONS: dict[type[Command], Operation] = {}


def operation(
    command: type[Command], *, writes: bool = True, rate: Rate = Rate.FREE, clients: tuple[str, ...] | None = None
) -> Callable[[F], F]:
    """Register ``function(tx, actor, command)`` as what runs for ``command``. Both stand in one module, so that whoever
    has a command has what runs for it.

    ``clients``: the fields a connected user may give beside those that name the thing; none of them, ``()``, or not
    even ask, ``None``. Whatever is not declared is refused them, so a new field is, too (guarantees, Access 4).
    """

    def register(function: F) -> F:
        withheld = () if clients is None else _withheld(command, clients)
        OPERATIONS[command] = Operation(function, writes, rate, clients is not None, withheld)
        return function

    return register


def _withheld(command: type[Command], allowed: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    """Every field that is neither ``allowed`` nor a name that must be given, with its default."""
    fields = {field.name: field for field in msgspec.structs.fields(command)}
    withheld = {
        name: field for name, field in fields.items() if name not in allowed and not (field.required and name in NAMING)
    }
    needed = [name for name, field in withheld.items() if field.required]
    assert not needed, f"{command.__name__} needs {needed}: declare them, or refuse it to clients"
    assert fields.keys() >= set(allowed), f"{command.__name__} has no {set(allowed) - fields.keys()}"
    return tuple((name, _absent(field)) for name, field in withheld.items())


def _absent(field: msgspec.structs.FieldInfo) -> Any:
    return field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default
