"""What of an outbox is on disk: each message is written before it is sent, and forgotten when it is done with
(guarantees, Send 1)."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Protocol

from chat_tui.client.model import PendingMessage
from chat_tui.client.storage.disk import DiskError
from chat_tui.tasks import Tasks

_log = logging.getLogger(__name__)


class OutboxStore(Protocol):
    """Where messages are kept until the service has them. Raises DiskError."""

    async def load(self) -> list[PendingMessage]: ...
    async def put(self, pending: PendingMessage) -> None: ...
    async def remove(self, mutation_id: str) -> None: ...


class OutboxWriter:
    """``is_open`` is set once it is known where to write, or that there is nowhere; ``on_trouble`` hears why the disk
    does not take something."""

    def __init__(self, on_trouble: Callable[[str], None], *, is_durable: bool) -> None:
        self._on_trouble = on_trouble
        self._store: OutboxStore | None = None
        self._written: dict[str, asyncio.Task[None] | None] = {}
        self._chores: set[asyncio.Task[None]] = set()
        self._tasks = Tasks()
        self.is_open = asyncio.Event()
        if not is_durable:
            self.is_open.set()

    @property
    def has_store(self) -> bool:
        return self._store is not None

    async def begin(self, store: OutboxStore) -> list[PendingMessage]:
        """Write to ``store`` from now on, if it can be read; what it holds from earlier."""
        try:
            left = await store.load()
        except Exception as error:  # whatever it is, what is written must go out
            if not isinstance(error, DiskError):
                _log.exception("the outbox on disk cannot be read")
            self.go_without_store(str(error))
            return []
        self._store = store
        self._written |= dict.fromkeys(pending.mutation_id for pending in left)
        return left

    def go_without_store(self, reason: str) -> None:
        """There is nowhere to write to."""
        self._on_trouble(reason)
        self.is_open.set()

    def write(self, pending: PendingMessage) -> asyncio.Task[None] | None:
        """The writing of a message, begun once, and again when the disk did not take it; ``None`` when there is nothing
        to wait for."""
        if self._store is None:
            return None
        if pending.mutation_id not in self._written:
            work = self._put(self._store, pending)
            self._written[pending.mutation_id] = self._tasks.spawn(work, "writing to the outbox")
        return self._written[pending.mutation_id]

    def rewrite(self, pending: PendingMessage) -> None:
        """What is on disk of it is no longer so."""
        self._written.pop(pending.mutation_id, None)
        self.write(pending)

    def forget(self, mutation_id: str) -> None:
        """Not waited for: a message that is sent and still kept is sent again, which is harmless."""
        self._written.pop(mutation_id, None)
        if self._store is not None:
            task = self._tasks.spawn(self._remove(self._store, mutation_id), "clearing the outbox")
            self._chores.add(task)
            task.add_done_callback(self._chores.discard)

    async def settle(self, messages: Iterable[PendingMessage]) -> None:
        """Return once the disk has these, and has forgotten what it was told to."""
        await self.is_open.wait()
        writing = [task for pending in messages if (task := self.write(pending)) is not None]
        if writing or self._chores:
            await asyncio.wait([*writing, *self._chores])

    async def _put(self, store: OutboxStore, pending: PendingMessage) -> None:
        task = asyncio.current_task()
        try:
            await store.put(pending)
        except DiskError as error:
            if self._written.get(pending.mutation_id) is task:
                del self._written[pending.mutation_id]  # not believed to be there
            self._on_trouble(str(error))

    async def _remove(self, store: OutboxStore, mutation_id: str) -> None:
        try:
            await store.remove(mutation_id)
        except DiskError as error:
            self._on_trouble(str(error))
