"""What a client keeps on disk, from its first token on: the outbox and the memory of what it knew."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from chat_tui.client.commands.outbox import Outbox
from chat_tui.client.storage import snapshots
from chat_tui.client.storage.cache import Cache, Rows
from chat_tui.client.storage.disk import Disk, DiskError, folder_of, last_bearer, note_bearer
from chat_tui.client.storage.outbox_table import Journal
from chat_tui.client.storage.snapshots import Known, Memory
from chat_tui.protocol.errors import Code, Unauthenticated
from chat_tui.protocol.tokens import Bearer, token_bearer
from chat_tui.tasks import Tasks

_log = logging.getLogger(__name__)

WRONG_USER = Code.TOKEN_GRANTS_INVALID


class Owner(snapshots.Owner, Protocol):
    """The client: its parts together, and whom they belong to."""

    def know_again(self, known: Known) -> None:
        """Its parts have recalled what they knew. Raises KeyError when something is missing."""

    def forget(self) -> None:
        """What was recalled makes no sense."""


class Persistence:
    """``parent`` holds a folder for every user of every service; without one nothing is kept. ``source`` names where
    tokens come from: whom its last one was for is known before it answers again, or can.

    ``is_recalled`` is set once there is nothing more to recall: a link that is up already waits for it.
    """

    def __init__(
        self,
        parent: Path | None,
        source: str | None,
        owner: Owner,
        outbox: Outbox,
        on_trouble: Callable[[str], None],
        on_damage: Callable[[str], None],
        tasks: Tasks,
    ) -> None:
        self._parent = parent
        self._source = source
        self._owner = owner
        self._outbox = outbox
        self._on_trouble = on_trouble
        self._on_damage = on_damage
        self._tasks = tasks
        self._bearer: Bearer | None = None
        self._recalling: asyncio.Task[None] | None = None
        self._disk: Disk | None = None
        self._memory: Memory | None = None
        self.is_recalled = asyncio.Event()
        if parent is None:
            self.is_recalled.set()

    def begin(self) -> None:
        """Recall what is kept of whom the source spoke for last."""
        if self._parent is not None and self._source is not None and self._bearer is None:
            bearer = last_bearer(self._parent, self._source)
            if bearer is not None:
                self._open(self._parent, bearer)

    def on_token(self, token: str) -> None:
        """A token says whose folder it is. Raises Unauthenticated when another user's is open."""
        if self._parent is None:
            return
        bearer = token_bearer(token)
        if bearer is None:
            if self._bearer is None:
                self._parent = None
                self._go_without("the access token does not say whose it is")
                self.is_recalled.set()
            return
        if self._source is not None and bearer != self._bearer:
            note_bearer(self._parent, self._source, bearer)
        if self._bearer is None:
            self._open(self._parent, bearer)
        elif bearer != self._bearer:
            was, now = self._bearer.identity, bearer.identity
            raise Unauthenticated(f"the access token is for {now} now, and this is {was}: start again", WRONG_USER)

    def _open(self, parent: Path, bearer: Bearer) -> None:
        self._bearer = bearer
        disk = Disk(folder_of(parent, bearer.service_sid, bearer.identity), self._damaged)
        self._recalling = self._tasks.spawn(self._recall(disk), "recalling what was kept")

    def _damaged(self, what: str) -> None:
        """What is not sent yet, and was in the file that is damaged, is written to the new one."""
        self._on_damage(what)
        self._outbox.write_again()

    def _go_without(self, reason: str) -> None:
        self._outbox.go_unkept(reason)

    async def _recall(self, disk: Disk) -> None:
        """Know what an earlier start knew, and send what it left. Whatever goes wrong with it, the client connects."""
        try:
            await self._open_disk(disk)
        except Exception as error:
            if not isinstance(error, DiskError):
                _log.exception("what was kept cannot be recalled")
            self._go_without(str(error) or type(error).__name__)
        finally:
            self.is_recalled.set()

    async def _open_disk(self, disk: Disk) -> None:
        await disk.open()
        self._disk = disk
        kept = Memory(Cache(disk), self._owner, self._on_trouble, self._tasks)
        try:
            found = await kept.load()
        except DiskError as error:
            self._on_trouble(str(error))  # the outbox may be there all the same
        else:
            if found is not None:
                self._know_again(*found)
            self._memory = kept
        self.is_recalled.set()
        await self._outbox.keep(Journal(disk))

    def _know_again(self, known: Known, rows: Rows) -> None:
        """A cache that makes no sense is as good as none."""
        try:
            self._owner.recall(rows)
            self._owner.know_again(known)
        except Exception:
            _log.exception("what was remembered makes no sense: it is learned anew")
            self._owner.forget()

    def touch(self) -> None:
        """Something changed."""
        if self._memory is not None:
            self._memory.touch()

    async def save(self) -> None:
        """Now, instead of soon."""
        if self._memory is not None:
            await self._memory.save()

    async def settled(self) -> None:
        """Return once everything that is to be recalled is, and what is written goes to disk."""
        if self._recalling is not None:
            await asyncio.wait([self._recalling])

    async def close(self) -> None:
        """What is known and what is not sent is on disk when this returns."""
        try:
            if self._memory is not None:
                await self._memory.close()
        finally:
            if self._disk is not None:
                await self._disk.close()
