"""What a client keeps on disk, from its first token on: the outbox and snapshots of what it knew."""

import asyncio
import logging
from pathlib import Path

from chat_tui.client.commands.outbox import Outbox
from chat_tui.client.events import FaultEvents
from chat_tui.client.storage.cache import Cache, Rows
from chat_tui.client.storage.disk import Disk, DiskError, folder_of, load_bearer, save_bearer
from chat_tui.client.storage.outbox_table import OutboxTable
from chat_tui.client.storage.snapshots import SnapshotHeader, SnapshotOwner, Snapshots
from chat_tui.protocol.errors import Code, Unauthenticated
from chat_tui.protocol.tokens import Bearer, token_bearer
from chat_tui.tasks import Tasks

_log = logging.getLogger(__name__)

WRONG_USER = Code.TOKEN_GRANTS_INVALID


class Persistence:
    """``parent`` holds a folder for every user of every service; without one nothing is kept. ``source`` names where
    tokens come from: whom its last one was for is known before it answers again, or can.

    ``is_restored`` is set once there is nothing more to restore: a link that is up already waits for it.
    """

    def __init__(
        self,
        parent: Path | None,
        source: str | None,
        owner: SnapshotOwner,
        outbox: Outbox,
        faults: FaultEvents,
        tasks: Tasks,
    ) -> None:
        self._parent = parent
        self._source = source
        self._owner = owner
        self._outbox = outbox
        self._faults = faults
        self._tasks = tasks
        self._bearer: Bearer | None = None
        self._restoring: asyncio.Task[None] | None = None
        self._disk: Disk | None = None
        self._snapshots: Snapshots | None = None
        self.is_restored = asyncio.Event()
        if parent is None:
            self.is_restored.set()

    def begin(self) -> None:
        """Restore what is kept of whom the source spoke for last."""
        if self._parent is not None and self._source is not None and self._bearer is None:
            bearer = load_bearer(self._parent, self._source)
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
                self.is_restored.set()
            return
        if self._source is not None and bearer != self._bearer:
            save_bearer(self._parent, self._source, bearer)
        if self._bearer is None:
            self._open(self._parent, bearer)
        elif bearer != self._bearer:
            was, now = self._bearer.identity, bearer.identity
            raise Unauthenticated(f"the access token is for {now} now, and this is {was}: start again", WRONG_USER)

    def _open(self, parent: Path, bearer: Bearer) -> None:
        self._bearer = bearer
        disk = Disk(folder_of(parent, bearer.service_sid, bearer.identity), self._damaged)
        self._restoring = self._tasks.spawn(self._restore(disk), "restoring what was kept")

    def _damaged(self, what: str) -> None:
        """What is not sent yet, and was in the file that is damaged, is written to the new one."""
        self._faults.damage_set_aside(what)
        self._outbox.rewrite_all()

    def _go_without(self, reason: str) -> None:
        self._outbox.go_without_store(reason)

    async def _restore(self, disk: Disk) -> None:
        """Know what an earlier start knew, and send what it left. Whatever goes wrong with it, the client connects."""
        try:
            await self._open_disk(disk)
        except Exception as error:
            if not isinstance(error, DiskError):
                _log.exception("what was kept cannot be restored")
            self._go_without(str(error) or type(error).__name__)
        finally:
            self.is_restored.set()

    async def _open_disk(self, disk: Disk) -> None:
        await disk.open()
        self._disk = disk
        snapshots = Snapshots(Cache(disk), self._owner, self._faults.outbox_not_kept, self._tasks)
        try:
            found = await snapshots.load()
        except DiskError as error:
            self._faults.outbox_not_kept(str(error))  # the outbox may be there all the same
        else:
            if found is not None:
                self._restore_state(*found)
            self._snapshots = snapshots
        self.is_restored.set()
        await self._outbox.write_to(OutboxTable(disk))

    def _restore_state(self, header: SnapshotHeader, rows: Rows) -> None:
        """A cache that makes no sense is as good as none."""
        try:
            self._owner.restore(header, rows)
        except Exception:
            _log.exception("what was remembered makes no sense: it is learned anew")
            self._owner.forget()

    def touch(self) -> None:
        """Something changed."""
        if self._snapshots is not None:
            self._snapshots.touch()

    async def save(self) -> None:
        """Now, instead of soon."""
        if self._snapshots is not None:
            await self._snapshots.save()

    async def wait_restored(self) -> None:
        """Return once everything that is to be restored is, and what is written goes to disk."""
        if self._restoring is not None:
            await asyncio.wait([self._restoring])

    async def close(self) -> None:
        """What is known and what is not sent is on disk when this returns."""
        try:
            if self._snapshots is not None:
                await self._snapshots.close()
        finally:
            if self._disk is not None:
                await self._disk.close()
