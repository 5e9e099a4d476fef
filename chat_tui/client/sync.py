"""Replicas of Sync objects: read a snapshot, follow the events after it, notice gaps and fill them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from enum import Enum
from typing import Any, Protocol

import msgspec

from chat_tui.protocol.errors import NotFound, TransportError
from chat_tui.protocol.sync import (
    Descriptor,
    EventType,
    Item,
    ItemPage,
    ObjectType,
    ReplayStatus,
    SubscriptionRequest,
    Subscriptions,
    SyncEvent,
    SyncNotification,
)

LABEL = "https://cds.chat-tui.invalid"
BATCH = 1000
AT_ONCE = 32
"""Requests in flight while many objects are opened."""

MAX_PAGES = 4096
"""Of one map's items: no list is endless."""

Spawn = Callable[[Awaitable[object]], None]

_PLURALS = {ObjectType.MAP: "Maps", ObjectType.LIST: "Lists", ObjectType.DOCUMENT: "Documents"}
_decode = msgspec.json.Decoder(SyncNotification).decode


class Request(Protocol):
    """The one call a replica makes."""

    async def __call__(self, method: str, url: str, *, params: dict[str, Any] | None = None, json: Any = None) -> Any:
        """The JSON body of the answer. Raises ChatError."""


class Standing(Enum):
    """FOLLOWING takes the next id only; REPLAYING takes any newer id, for the log may have been pruned."""

    CLOSED = "closed"
    REPLAYING = "replaying"
    FOLLOWING = "following"


class Applied(Enum):
    YES = "yes"
    OLD = "old"
    GAP = "gap"


class Replica:
    """One object as far as it is known: ``position`` is the id of the last event applied.

    Subclasses read a snapshot (`take`) and change with each event (`change`). Both come after the position is set.
    """

    kind = ObjectType.MAP

    def __init__(self, name: str) -> None:
        self.name = name
        self.sid = ""
        self.position = 0
        self.standing = Standing.CLOSED

    async def load(self, request: Request) -> None:
        """Read the position, then the data (guarantees, "Follow, resume, gap"). Raises ChatError."""
        params = {"Include": "items"} if self.kind is ObjectType.MAP else None
        found = msgspec.convert(await request("GET", self.url, params=params), Descriptor)
        self.sid, self.position = found.sid, found.last_event_id
        if params is not None and found.items is None:
            found.items = await self._every_item(request)
        await self.take(found, request)

    async def _every_item(self, request: Request) -> list[Item]:
        """Page by page: of what is too large to come with the descriptor."""
        items: list[Item] = []
        params: dict[str, Any] = {"PageSize": "1000"}
        for _ in range(MAX_PAGES):
            page = msgspec.convert(await request("GET", f"{self.url}/Items", params=params), ItemPage)
            items += page.items
            token = page.meta.get("next_token")
            if token is None:
                break
            params["PageToken"] = token
        return items

    @property
    def url(self) -> str:
        return f"{LABEL}/v3/{_PLURALS[self.kind]}/{self.name}"

    async def take(self, found: Descriptor, request: Request) -> None:
        """Make the snapshot one's own."""

    def change(self, event_type: EventType, event: SyncEvent) -> None:
        """One event, in order, once."""

    def removed(self) -> None:
        """The object is gone."""

    def offer(self, event_type: EventType, event: SyncEvent) -> Applied:
        """Apply an event if it is the next one."""
        if event.id <= self.position:
            return Applied.OLD
        if self.standing is not Standing.REPLAYING and event.id != self.position + 1:
            return Applied.GAP
        self.position = event.id
        self.change(event_type, event)
        return Applied.YES


class Replicas:
    """Every object this client follows. ``on_reload`` hears of a replica that had to be read anew; ``spawn`` does work
    nobody awaits, and does not mind when a link breaks: the next one repairs what this one could not."""

    def __init__(self, request: Request, on_reload: Callable[[Replica], None], spawn: Spawn) -> None:
        self._request = request
        self._spawn = spawn
        self._on_reload = on_reload
        self._by_sid: dict[str, Replica] = {}
        self._correlation = 0
        self._slots = asyncio.Semaphore(AT_ONCE)

    # ---- follow

    async def open(self, *replicas: Replica) -> list[Replica]:
        """Read and follow objects. Those that are not there are left out; the answer holds the others.

        Raises TransportError when the link breaks."""
        loaded = await asyncio.gather(*(self._load(replica) for replica in replicas))
        found = [replica for replica, is_there in zip(replicas, loaded, strict=True) if is_there]
        await self._establish(found)
        return found

    async def _load(self, replica: Replica) -> bool:
        async with self._slots:
            try:
                await replica.load(self._request)
            except NotFound:
                return False
        self._by_sid[replica.sid] = replica
        return True

    async def close(self, *replicas: Replica) -> None:
        """Stop following. A broken link has done it already."""
        followed = [replica for replica in replicas if self._by_sid.pop(replica.sid, None) is not None]
        for replica in followed:
            replica.standing = Standing.CLOSED
        try:
            await self._post("cancel", followed)
        except TransportError:
            return

    async def _establish(self, replicas: Iterable[Replica]) -> None:
        wanted = list(replicas)
        for replica in wanted:
            replica.standing = Standing.REPLAYING
        await self._post("establish", wanted)

    async def _post(self, action: str, replicas: list[Replica]) -> None:
        for start in range(0, len(replicas), BATCH):
            self._correlation += 1
            requests = [
                SubscriptionRequest(replica.sid, replica.kind, replica.position)
                for replica in replicas[start : start + BATCH]
            ]
            body = Subscriptions(action, requests, self._correlation)
            await self._request("POST", f"{LABEL}/v4/Subscriptions", json=body)

    async def resume(self) -> None:
        """The link is new: ask for what was missed of everything."""
        await self._establish(self._by_sid.values())

    def adopt(self, replica: Replica, sid: str, position: int) -> None:
        """A replica that is known from an earlier start: the next link brings what it missed."""
        replica.sid, replica.position = sid, position
        self._by_sid[sid] = replica

    def follows(self, replica: Replica) -> bool:
        return self._by_sid.get(replica.sid) is replica

    def forget_all(self) -> None:
        """The service has no memory of these objects: start anew."""
        for replica in self._by_sid.values():
            replica.standing = Standing.CLOSED
        self._by_sid.clear()

    # ---- events

    def on_notification(self, payload: bytes) -> None:
        notification = _decode(payload)
        event = notification.event
        replica = self._by_sid.get(event.target)
        if replica is None:
            return
        try:
            event_type = EventType(notification.event_type)
        except ValueError:
            return  # a newer service knows more
        if event_type is EventType.SUBSCRIPTION_ESTABLISHED:
            self._established(replica, event)
        elif event_type is EventType.SUBSCRIPTION_FAILED:
            self._failed(replica, event)
        elif event_type is not EventType.SUBSCRIPTION_CANCELED:
            self._apply(replica, event_type, event)

    def _established(self, replica: Replica, event: SyncEvent) -> None:
        if event.replay_status == ReplayStatus.INTERRUPTED:
            self._spawn(self._reload(replica))
        elif replica.position < event.last_event_id:
            self._spawn(self._again(replica))
        else:
            replica.standing = Standing.FOLLOWING

    def _failed(self, replica: Replica, event: SyncEvent) -> None:
        status = (event.error or {}).get("status")
        if status == 404:
            self._by_sid.pop(replica.sid, None)
            replica.standing = Standing.CLOSED
            replica.removed()
        else:
            self._spawn(self._again(replica, delay=1.0))

    def _apply(self, replica: Replica, event_type: EventType, event: SyncEvent) -> None:
        if replica.offer(event_type, event) is Applied.GAP:
            self._spawn(self._again(replica))
        elif event_type in (EventType.MAP_REMOVED, EventType.LIST_REMOVED, EventType.DOCUMENT_REMOVED):
            self._by_sid.pop(replica.sid, None)
            replica.standing = Standing.CLOSED
            replica.removed()

    async def _again(self, replica: Replica, delay: float = 0.0) -> None:
        await asyncio.sleep(delay)
        if self._by_sid.get(replica.sid) is replica:
            await self._establish([replica])

    async def _reload(self, replica: Replica) -> None:
        """Too much was missed: read the object anew and follow it from there."""
        self._by_sid.pop(replica.sid, None)
        await self.open(replica)
        self._on_reload(replica)
