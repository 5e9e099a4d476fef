"""What an operation is: a command, a function over a transaction, and which rate it counts against."""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

import msgspec

C = TypeVar("C", bound="Command")
F = TypeVar("F", bound=Callable[..., Any])


class Command(msgspec.Struct):
    """Something an actor wants; fields that a caller may leave away default to UNSET."""


class Rate(Enum):
    """What a mutation counts against (fact sheet 1.7): its channel, its service, or nothing."""

    CHANNEL = "channel"
    SERVICE = "service"
    FREE = "free"


class Operation(msgspec.Struct, frozen=True):
    """``clients``: a connected user may ask for it at all; what they may do with it is its own matter."""

    run: Callable[..., Any]
    writes: bool
    rate: Rate
    clients: bool


OPERATIONS: dict[type[Command], Operation] = {}


def operation(
    command: type[Command], *, writes: bool = True, rate: Rate = Rate.FREE, clients: bool = False
) -> Callable[[F], F]:
    """Register ``function(tx, actor, command)`` as what runs for ``command``."""

    def register(function: F) -> F:
        OPERATIONS[command] = Operation(function, writes, rate, clients)
        return function

    return register
