"""Runs a command: limits, then its operation in one transaction, then the bus."""

import time
from collections.abc import Callable
from typing import Any

from chat_tui.protocol.defaults import RATE
from chat_tui.protocol.errors import Code, NotFound
from chat_tui.protocol.sids import Kind, is_sid
from chat_tui.server.bus import Bus
from chat_tui.server.operations import typing
from chat_tui.server.operations.actors import AccountActor, Actor, ClientActor
from chat_tui.server.operations.operation import OPERATIONS, Command, Operation, Rate
from chat_tui.server.operations.rates import Event, SlidingWindow
from chat_tui.server.operations.revocation import check_not_revoked
from chat_tui.server.store.store import Store
from chat_tui.server.store.transaction import Reader, Transaction


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
        elif isinstance(actor, AccountActor):
            _check_account(actor, command)
        if operation.writes:
            return await self._write(operation, actor, command)

        def run(tx: Any) -> Any:
            check_not_revoked(tx, actor)
            return operation.run(tx, actor, command)

        result = await self._store.read(run)
        if isinstance(command, typing.NotifyTyping):
            self._tell_typing(actor, command, result)
        return result

    def _tell_typing(self, actor: Actor, command: typing.NotifyTyping, result: typing.Typing) -> None:
        """Typing is stored nowhere, so no commit publishes it."""
        assert isinstance(actor, ClientActor)
        if self._typing.allows(actor, result.channel_sid, result.timeout):
            self._bus.publish(list(result.published))

    async def _write(self, operation: Operation, actor: Actor, command: Command) -> Any:
        """Counts, in the operation's transaction, what was allowed and changed something, to what it is about: what is
        refused uses up nobody's budget, nor does a repeat, nor what the disk then had no room for."""
        window = self._windows.get(operation.rate)
        counted: list[tuple[str, Event]] = []

        def give_back() -> None:
            while window is not None and counted:
                window.give_back(*counted.pop())

        def run(tx: Transaction) -> Any:
            give_back()  # of a run that the store had to begin anew
            check_not_revoked(tx, actor)
            key = None if window is None else _about(tx, operation, command)
            result = operation.run(tx, actor, command)
            if window is not None and key is not None and tx.has_written:
                counted.append((key, window.count(key, actor.user_sid if isinstance(actor, ClientActor) else None)))
            return result

        try:
            return await self._store.write(run)
        except Exception:
            give_back()
            raise


def _check_account(actor: AccountActor, command: Command) -> None:
    """Raises NotFound for what is asked of another account, whatever the face made of it."""
    account_sid = getattr(command, "account_sid", actor.account_sid)
    if account_sid != actor.account_sid:
        raise NotFound(f"Account {account_sid} was not found", Code.NOT_FOUND)


def _about(tx: Reader, operation: Operation, command: Any) -> str | None:
    """The SID of the channel or the service that a mutation changes, whichever of its names it was given."""
    if operation.rate is Rate.SERVICE:
        return str(command.service_sid)
    if is_sid(command.channel, Kind.CHANNEL):
        return str(command.channel)
    name = {"service_sid": command.service_sid, "unique_name": command.channel}
    found: str | None = tx.value("channel_sid_by_unique_name", **name)
    return found
