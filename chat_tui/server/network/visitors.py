"""Connections that are no open realtime link: HTTP ones, and sockets being opened. They are few, and have deadlines."""

import asyncio
import ipaddress
from collections import OrderedDict
from typing import Protocol

from chat_tui.server.network.limits import Limits

KNOWN = "chat_tui.known"
"""In a request's ``state``: set by the application once the caller has shown who they are."""

SWEEP_EVERY = 1.0
"""Seconds at most between two looks at the deadlines."""


class Visitor(Protocol):
    address: str
    is_busy: bool
    """Its request is being answered."""

    def is_late(self, now: float) -> bool:
        """Whether, at ``now`` of the loop's clock, it should have done what it is at; never while it waits for us."""

    def turn_away(self) -> None:
        """Close at once, whatever was not written."""


class Visitors:
    """Strangers, by address, oldest first, and those who have shown who they are.

    A crowd that comes back after a cut is served while silent strangers are many: who is over the bound makes the one
    that has been idle for longest go, of the address that has most.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._strangers: dict[str, OrderedDict[Visitor, None]] = {}
        self._known: OrderedDict[Visitor, None] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count + len(self._known)

    def arrived(self, visitor: Visitor) -> None:
        """A stranger until `recognised`."""
        own = self._strangers.setdefault(visitor.address, OrderedDict())
        own[visitor] = None
        self._count += 1
        if len(own) > self._limits.visitors_per_address and not _is_loopback(visitor.address):
            self._send_off(own)
        elif self._count > self._limits.visitors:
            self._send_off(max(self._strangers.values(), key=len))

    def recognised(self, visitor: Visitor) -> None:
        """It has shown who it is."""
        if self._forget_stranger(visitor):
            self._known[visitor] = None
            if len(self._known) > self._limits.visitors:
                self._send_off(self._known)

    def left(self, visitor: Visitor) -> None:
        """Its connection is gone, or has become a link."""
        if not self._forget_stranger(visitor):
            self._known.pop(visitor, None)

    def make_room(self) -> bool:
        """Send somebody off, since there is no descriptor left. Returns whether there was anybody to send."""
        if self._strangers and self._send_off(max(self._strangers.values(), key=len)):
            return True
        return self._send_off(self._known)

    def _forget_stranger(self, visitor: Visitor) -> bool:
        own = self._strangers.get(visitor.address)
        if own is None or visitor not in own:
            return False
        del own[visitor]
        self._count -= 1
        if not own:
            del self._strangers[visitor.address]
        return True

    def _send_off(self, group: OrderedDict[Visitor, None]) -> bool:
        chosen = next((visitor for visitor in group if not visitor.is_busy), None)
        if chosen is None:
            return False
        self.left(chosen)
        chosen.turn_away()
        return True

    async def sweep(self) -> None:
        """One look, after a wait, at who did not do in time what it was to do."""
        limits = self._limits
        shortest = min(limits.head_within, limits.body_within, limits.idle_within, limits.read_within)
        await asyncio.sleep(min(SWEEP_EVERY, shortest / 4))
        self.look(asyncio.get_running_loop().time())

    def look(self, now: float) -> None:
        """Turn away whoever is late at ``now`` of the loop's clock."""
        for visitor in [*self._known, *(visitor for own in self._strangers.values() for visitor in own)]:
            if visitor.is_late(now):
                visitor.turn_away()


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return True  # a socket with no address is a pipe on this machine
