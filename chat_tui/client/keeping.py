"""What a client keeps on disk, from its first token on: the outbox and the memory of what it knew."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from chat_tui.client import memory
from chat_tui.client.cache import Cache, Rows
from chat_tui.client.disk import Disk, DiskError, folder_of
from chat_tui.client.journal import Journal
from chat_tui.client.memory import Known, Memory
from chat_tui.client.outbox import Outbox
from chat_tui.client.sync import Spawn
from chat_tui.protocol.tokens import token_bearer


class Owner(memory.Owner, Protocol):
    """The client: its parts together, and whom they belong to."""

    def know_again(self, known: Known) -> None:
        """Its parts have recalled what they knew. Raises KeyError when something is missing."""

    def forget(self) -> None:
        """What was recalled makes no sense."""


class Keeping:
    """``parent`` holds a folder for every user of every service; without one nothing is kept.

    ``is_recalled`` is set once there is nothing more to recall: a link that is up already waits for it.
    """

    def __init__(
        self,
        parent: Path | None,
        owner: Owner,
        outbox: Outbox,
        spawn: Spawn,
        on_trouble: Callable[[str], None],
    ) -> None:
        self._parent = parent
        self._owner = owner
        self._outbox = outbox
        self._spawn = spawn
        self._on_trouble = on_trouble
        self._disk: Disk | None = None
        self._memory: Memory | None = None
        self.is_recalled = asyncio.Event()
        if parent is None:
            self.is_recalled.set()

    def on_token(self, token: str) -> None:
        """The first token says whose folder it is."""
        if self._parent is None:
            return
        parent, self._parent = self._parent, None
        bearer = token_bearer(token)
        if bearer is None:
            self._go_without("the access token does not say whose it is")
        else:
            self._spawn(self._recall(Disk(folder_of(parent, bearer.service_sid, bearer.identity))))

    def _go_without(self, reason: str) -> None:
        self._outbox.go_unkept(reason)
        self.is_recalled.set()

    async def _recall(self, disk: Disk) -> None:
        """Know what an earlier start knew, and send what it left."""
        try:
            await disk.open()
            kept = Memory(Cache(disk), self._owner, self._on_trouble)
            found = await kept.load()
        except DiskError as error:
            self._go_without(str(error))
            return
        self._disk, self._memory = disk, kept
        if found is not None:
            self._know_again(*found)
        self.is_recalled.set()
        await self._outbox.keep(Journal(disk))

    def _know_again(self, known: Known, rows: Rows) -> None:
        """A cache that can't be read is as good as none."""
        try:
            self._owner.recall(rows)
            self._owner.know_again(known)
        except (msgspec.DecodeError, KeyError):
            self._owner.forget()

    def touch(self) -> None:
        """Something changed."""
        if self._memory is not None:
            self._memory.touch()

    async def save(self) -> None:
        """Now, instead of soon."""
        if self._memory is not None:
            await self._memory.save()

    async def close(self) -> None:
        """What is known and what is not sent is on disk when this returns."""
        if self._memory is not None:
            await self._memory.close()
        if self._disk is not None:
            await self._disk.close()
