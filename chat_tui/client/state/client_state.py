"""All that a client knows of a service, from the first link to the last, and from one start to the next."""

import asyncio
import logging
from collections.abc import Callable, Iterator

import msgspec

from chat_tui.client.events import Resynchronise
from chat_tui.client.model import User
from chat_tui.client.ports import Emit, Request, Spawn
from chat_tui.client.state.configuration import Configuration
from chat_tui.client.state.known_channels import KnownChannels
from chat_tui.client.state.people import People
from chat_tui.client.state.replica import Replica
from chat_tui.client.state.replicas import Replicas
from chat_tui.client.storage.cache import Row, Rows
from chat_tui.client.storage.snapshots import SnapshotHeader
from chat_tui.protocol.errors import ChatError, TransportError

MISSING_AFTER, MISSING_EVERY = 1.0, 30.0
"""Seconds from what could not be read to asking for it, and from there to the next time."""

_log = logging.getLogger(__name__)


class ClientState:
    """``user`` is oneself; ``date_known``: when what is known was so, in seconds since 1970, if it is from an earlier
    start, until a link makes it live."""

    def __init__(self, request: Request, emit: Emit, spawn: Spawn, clock: Callable[[], float]) -> None:
        self._emit = emit
        self._spawn = spawn
        self._clock = clock
        self.configuration = Configuration(request, emit)
        self.replicas = Replicas(request, self._on_reloaded, spawn)
        self.people = People(self.configuration.api, self.replicas, emit, clock)
        self.channels = KnownChannels(self.configuration.api, self.replicas, request, emit, spawn)
        self.user = User("", "")
        self.date_known: float | None = None
        self._objects: dict[str, str] = {}
        self._is_requesting = False

    # ---- with every link

    async def catch_up(self) -> None:
        """Learn everything, or what was missed. Raises ChatError when the link breaks meanwhile."""
        self.replicas.is_up = True
        found = await self.configuration.read()
        self.people.limit = self.configuration.followed_at_most
        objects = msgspec.to_builtins(found.sync_objects)
        if self._objects != objects or not await self._resume():
            await self._begin(found.identity, objects)
        self.date_known = None

    async def _resume(self) -> bool:
        """Whether the service goes on from where everything is."""
        try:
            await self.replicas.resume()
        except TransportError:
            raise
        except ChatError as error:
            _log.warning("everything is read anew: %s", error.message)
            return False
        self._spawn(self.channels.recount(), "a count of what is unread")
        self.channels.follow_documents()
        return True

    def link_lost(self) -> None:
        self.replicas.is_up = False

    def request_missing(self) -> None:
        """Something that came could not be read: soon, and not often, ask for what is missing."""
        if not self._is_requesting:
            self._is_requesting = True
            self._spawn(self._request_missing(), "asking for what could not be read")

    async def _request_missing(self) -> None:
        try:
            await asyncio.sleep(MISSING_AFTER)
            if self.replicas.is_up and self._objects:
                await self.replicas.resume()
            await asyncio.sleep(MISSING_EVERY)
        finally:
            self._is_requesting = False

    async def _begin(self, identity: str, objects: dict[str, str]) -> None:
        """Learn everything. After a first time, this is another service under the same address: begin anew."""
        self.forget()
        self._objects = {}
        self.channels.identity = identity
        people, channels = await asyncio.gather(
            self.people.follow_own(identity, objects["my_user_info"], self._on_own_reachability),
            self.channels.start(objects["my_conversations"]),
            return_exceptions=True,
        )
        for outcome in (people, channels):
            if isinstance(outcome, BaseException):
                raise outcome
        assert isinstance(people, User)
        self.user, self._objects = people, objects

    def _on_own_reachability(self) -> None:
        """One's own marks turn to or from null when the feature is switched: ask (guarantees, Reachability 9)."""
        if (self.user.is_online is None) == self.configuration.reachability_enabled:
            self._spawn(self.configuration.read(), "reading the configuration")

    def _on_reloaded(self, replica: Replica) -> None:
        self.channels.open.on_reloaded(replica)

    # ---- from one start to the next

    def snapshot_header(self) -> SnapshotHeader | None:
        """Whom what `to_rows` says belongs to; ``None`` while nothing is known."""
        if not self._objects:
            return None
        return SnapshotHeader(self.user.identity, self._objects, self.configuration.options, self._clock())

    def to_rows(self) -> Iterator[tuple[str, Row]]:
        yield from self.people.to_rows()
        yield from self.channels.to_rows()

    def restore(self, header: SnapshotHeader, rows: Rows) -> None:
        """Know it again. Raises Malformed, or KeyError when something is missing."""
        self.people.restore(rows)
        self.channels.restore(rows)
        self.user = self.people.restore_own(header.identity, self._on_own_reachability)
        self.channels.identity = header.identity
        self._objects, self.date_known = header.objects, header.date_saved
        self.configuration.update(header.options)
        self._emit(Resynchronise())

    def forget(self) -> None:
        """Know nothing any more."""
        self.replicas.forget_all()
        self.people.forget_all()
        self.channels.forget_all()
