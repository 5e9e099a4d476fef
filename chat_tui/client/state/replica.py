"""One Sync object as a client has it: read from a snapshot, then changed by each event after it."""

from functools import partial

from chat_tui.client.link.answers import parse_answer
from chat_tui.client.link.pages import all_pages
from chat_tui.client.ports import Request
from chat_tui.client.state.parsing import Snapshot, SnapshotItem, SnapshotPage, SyncEvent
from chat_tui.client.state.replica_progress import ReplicaProgress
from chat_tui.protocol.defaults import MAX_PAGE, SYNC_API
from chat_tui.protocol.sync import EventType, ObjectType

_PLURALS = {ObjectType.MAP: "Maps", ObjectType.LIST: "Lists", ObjectType.DOCUMENT: "Documents"}


class Replica:
    """One object: ``progress`` is how far it is known.

    Subclasses read a snapshot (`apply_snapshot`) and change with each event (`apply_event`), in order, once.
    """

    kind = ObjectType.MAP

    def __init__(self, name: str) -> None:
        self.name = name
        self.sid = ""
        self.progress = ReplicaProgress()
        self.was_loaded = False

    async def load(self, request: Request) -> int:
        """Read the position, then the data (guarantees, Follow 5); the position. Raises ChatError."""
        params = {"Include": "items"} if self.kind is ObjectType.MAP else None
        found: Snapshot = parse_answer(await request("GET", self.url, params=params), Snapshot)
        if self.kind is ObjectType.MAP and found.items is None:
            found.items = await self._every_item(request)
        await self.apply_snapshot(found, request)
        self.sid = found.sid
        return found.last_event_id

    @property
    def last_event_id(self) -> int:
        """The id of the last event applied."""
        return self.progress.id

    async def _every_item(self, request: Request) -> list[SnapshotItem]:
        """Page by page: of what is too large to come with the descriptor."""
        fetch = partial(request, "GET", f"{self.url}/Items")
        pages = await all_pages(lambda params: fetch(params=params), {"PageSize": str(MAX_PAGE)}, SnapshotPage)
        return [item for page in pages for item in page.items]

    @property
    def url(self) -> str:
        return f"{SYNC_API}/v3/{_PLURALS[self.kind]}/{self.name}"

    async def apply_snapshot(self, found: Snapshot, request: Request) -> None:
        """Make the snapshot one's own, as a whole or not at all."""

    def apply_event(self, event_type: EventType, event: SyncEvent) -> None:
        """One event."""

    def removed(self) -> None:
        """The object is gone."""
