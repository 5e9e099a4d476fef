"""Every connection of this process, and what concerns them all: limits, delivery, revocation, draining."""

import asyncio
import contextlib
import random
from collections.abc import Iterable, Iterator

from chat_tui.protocol.proof import Prover
from chat_tui.server import bus
from chat_tui.server.core import ServiceCore
from chat_tui.server.network.bucket import Bucket
from chat_tui.server.network.limits import Limits
from chat_tui.server.network.share import Shares
from chat_tui.server.network.visitors import Visitors
from chat_tui.server.realtime import endpoints
from chat_tui.server.realtime.context import LinkContext
from chat_tui.server.realtime.handshake import Handshakes
from chat_tui.server.realtime.link import Leaving, Link
from chat_tui.server.realtime.login import Logins
from chat_tui.server.realtime.outgoing import Socket
from chat_tui.server.realtime.subscriptions import Subscriptions
from chat_tui.server.routes import Router
from chat_tui.tasks import Tasks


class Gateway:
    """``handshakes`` says who may connect; ``origins``, ``public_name`` and ``prover`` are its."""

    def __init__(
        self,
        core: ServiceCore,
        limits: Limits | None = None,
        *,
        origins: Iterable[str] = (),
        public_name: str | None = None,
        prover: Prover | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.handshakes = Handshakes(
            admits=self.admits_upgrade, public_name=public_name, origins=frozenset(origins), prover=prover
        )
        self.links: set[Link] = set()
        self.visitors = Visitors(self.limits)
        self.is_draining = False
        self._upgrades = Bucket(self.limits.upgrades_per_second, self.limits.upgrades_per_second, 0.0)
        self._leaving = Tasks()
        self._somebody_left = asyncio.Event()
        self._tasks = Tasks()
        self._subscriptions = Subscriptions(core.store)
        self._context = LinkContext(
            limits=self.limits,
            clock=core.clock,
            shares=Shares(self.limits),
            logins=Logins(core.authenticator, core.dispatcher, core.first_channel_of),
            leases=core.leases,
            subscriptions=self._subscriptions,
            router=Router(endpoints.ROUTES),
            dispatcher=core.dispatcher,
            store=core.store,
        )
        core.bus.subscribe(self._subscriptions.on_published)
        core.bus.subscribe(self._on_published)

    async def start(self) -> None:
        self._subscriptions.start()
        self._tasks.keep_running(self.visitors.sweep, "the visitors' deadlines")

    @property
    def is_used(self) -> bool:
        """Whether anybody is connected who has shown who they are."""
        return any(link.is_open for link in self.links)

    def admits_upgrade(self, now: float) -> bool:
        return not self.is_draining and self._upgrades.take(now)

    def connect(self, socket: Socket) -> Link:
        """A link for somebody who has just come, on this socket."""
        link = Link(self._context, socket, self._forget)
        self.links.add(link)
        return link

    def _forget(self, link: Link, leaving: Leaving) -> None:
        """The link's socket is gone; what it leaves behind is settled in the background."""
        self.links.discard(link)
        self._leaving.spawn(leaving, "what a connection leaves behind").add_done_callback(
            lambda _: self._somebody_left.set()
        )

    def _on_published(self, items: Iterable[object]) -> None:
        """Cut off whoever is connected by what is gone; who is just being let in, `Revocations` sees to."""
        reasons = {sid: reason for item in items for sid, reason in _revoked(item)}
        if reasons:
            for link in list(self.links):
                link.expel_if(reasons)
        if any(isinstance(item, bus.ClockSet) for item in items):
            for link in list(self.links):
                link.watch_time()

    async def drain(self) -> None:
        """Send everybody away, spread over time, and wait until what they leave behind is written."""
        self.is_draining = True
        for link in list(self.links):
            link.offload(random.uniform(0, self.limits.drain_spread))  # noqa: S311 - spreads load, hides nothing
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.limits.close_within + 1.0):
                while self.links or len(self._leaving):
                    self._somebody_left.clear()
                    await self._somebody_left.wait()
        await self._leaving.close()
        await self._subscriptions.close()
        await self._tasks.close()


def _revoked(item: object) -> Iterator[tuple[str, str]]:
    """The SID that ``item`` says is gone, and what to tell those who lived by it."""
    if isinstance(item, bus.UserGone):
        yield item.user_sid, "The user was deleted"
    elif isinstance(item, bus.ServiceGone):
        yield item.service_sid, "The service is gone"
    elif isinstance(item, bus.KeyRevoked):
        yield item.key_sid, "The API key was revoked"
