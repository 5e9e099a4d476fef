"""Sync objects as they are described. Who may see them: `operations.access`."""

from chat_tui.protocol.defaults import SYNC_API
from chat_tui.protocol.sync import ObjectType
from chat_tui.protocol.sync_shapes import Descriptor
from chat_tui.server.dates import timestamp
from chat_tui.server.store.rows import Channel, SyncObject
from chat_tui.server.store.transaction import Reader
from chat_tui.server.sync import pages, views


def describe(reader: Reader, found: SyncObject, *, with_items: bool = False) -> Descriptor:
    """What the object is and where it stands. The position is read before the data (guarantees, Follow 1, 5)."""
    kind = ObjectType(found.type)
    url = f"{SYNC_API}/v3/{kind.value.title()}s/{found.sid}"
    date = timestamp(found.date_created)
    descriptor = Descriptor(
        sid=found.sid,
        unique_name=found.name,
        last_event_id=found.last_event_id,
        revision=str(found.last_event_id),
        url=url,
        links={"items": f"{url}/Items"},
        date_created=date,
        date_updated=date,
    )
    if kind is ObjectType.DOCUMENT:
        channel = reader.one(Channel, "channel_by_sid_alone", sid=found.owner_sid)
        descriptor.data = None if channel is None else views.channel_document(channel)
    elif with_items:
        descriptor.items = pages.all_items(reader, found)
    return descriptor
