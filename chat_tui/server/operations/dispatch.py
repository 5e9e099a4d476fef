"""Runs a command: limits, then its operation in one transaction, then the bus."""

import time
from collections.abc import Callable
from typing import Any

from chat_tui.protocol.errors import Code
from chat_tui.server.bus import Bus
from chat_tui.server.operations import (  # noqa: F401 - importing registers the operations
    accounts,
    bindings,
    channels,
    credentials,
    invites,
    keys,
    members,
    messages,
    participants,
    roles,
    services,
    typing,
    user_channels,
    users,
    webhooks,
)
from chat_tui.server.operations.actors import Actor, ClientActor
from chat_tui.server.operations.limits import SlidingWindow
from chat_tui.server.operations.operation import OPERATIONS, Command, Operation, Rate
from chat_tui.server.operations.revocation import check_stands
from chat_tui.server.store.store import Store

RATE = 30
"""Mutations a second, per channel and per service."""


class Dispatcher:
    """The one way from a face to an operation; ``rate`` is mutations a second, per channel and per service."""

    def __init__(
        self, store: Store, bus: Bus, *, rate: float = RATE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._bus = bus
        self._windows = {
            Rate.CHANNEL: SlidingWindow(rate, clock, Code.CHANNEL_RATE),
            Rate.SERVICE: SlidingWindow(rate, clock, Code.SERVICE_RATE),
        }
        self._typing = typing.TypingPace(clock)

    async def run(self, actor: Actor, command: Command) -> Any:
        """The operation's result. Raises ChatError as the operation does, TooManyRequests over a limit."""
        operation = OPERATIONS[type(command)]
        if isinstance(actor, ClientActor):
            operation.check_client(command)
        self._count(operation, command)

        def run(tx: Any) -> Any:
            check_stands(tx, actor)
            return operation.run(tx, actor, command)

        if operation.writes:
            return await self._store.write(run)
        result = await self._store.read(run)
        if isinstance(command, typing.NotifyTyping):
            self._tell_typing(actor, command, result)
        return result

    def _tell_typing(self, actor: Actor, command: typing.NotifyTyping, result: typing.Typing) -> None:
        """Typing is stored nowhere, so no commit publishes it."""
        assert isinstance(actor, ClientActor)
        if self._typing.allows(actor, command, result.timeout):
            self._bus.publish(list(result.published))

    def _count(self, operation: Operation, command: Any) -> None:
        if operation.rate is Rate.CHANNEL:
            self._windows[Rate.CHANNEL].count(f"{command.service_sid}/{command.channel}")
        elif operation.rate is Rate.SERVICE:
            self._windows[Rate.SERVICE].count(command.service_sid)
