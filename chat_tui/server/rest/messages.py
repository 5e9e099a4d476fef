"""Messages over chat v2."""

from typing import Any

from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.server.operations.messages import (
    DeleteMessage,
    FetchMessage,
    ListMessages,
    SendMessage,
    UpdateMessage,
)
from chat_tui.server.rest.call import Answer, Call, Routes, date, parameters
from chat_tui.server.rest.paging import envelope, listing
from chat_tui.server.store.rows import Message

_UPDATE = parameters("Body", "Attributes", "DateCreated", "DateUpdated", "LastUpdatedBy", author="From")
_CREATE = _UPDATE | parameters("MediaSid")


def represent(call: Call, message: Message) -> dict[str, Any]:
    service_sid = call.path["service_sid"]
    path = ("v2", "Services", service_sid, "Channels", message.channel_sid, "Messages", message.sid)
    return {
        "sid": message.sid,
        "account_sid": call.actor.account_sid,
        "service_sid": service_sid,
        "to": message.channel_sid,
        "channel_sid": message.channel_sid,
        "from": message.author,
        "body": message.body,
        "index": message.idx,
        "type": "text",
        "media": None,
        "attributes": message.attributes,
        "last_updated_by": message.last_updated_by,
        "was_edited": message.was_edited,
        "date_created": date(message.date_created),
        "date_updated": date(message.date_updated),
        "url": call.urls.of(*path),
    }


async def create(call: Call) -> Answer:
    sent = await call.run(call.command(SendMessage, _CREATE))
    return Answer(201, represent(call, sent.message))


async def fetch(call: Call) -> Answer:
    return Answer(200, represent(call, (await call.run(FetchMessage(**call.path))).message))


async def update(call: Call) -> Answer:
    return Answer(200, represent(call, (await call.run(call.command(UpdateMessage, _UPDATE))).message))


async def delete(call: Call) -> Answer:
    await call.run(DeleteMessage(**call.path))
    return Answer(204)


async def page(call: Call) -> Answer:
    asked = listing(call)
    order = call.query.get("Order", ["asc"])[-1]
    if order not in ("asc", "desc"):
        raise BadRequest("Order: must be asc or desc", Code.BAD_PARAMETER)
    start = None if asked.cursor is None else asked.cursor[0]
    found = await call.run(ListMessages(**call.path, descending=order == "desc", start=start, size=asked.size))
    items = [represent(call, message) for message in found.messages]
    return envelope(call, "messages", items, asked, None if found.next_start is None else (found.next_start, ""))


ROUTES: Routes = [
    ("POST /v2/Services/{service_sid}/Channels/{channel}/Messages", create),
    ("GET /v2/Services/{service_sid}/Channels/{channel}/Messages", page),
    ("GET /v2/Services/{service_sid}/Channels/{channel}/Messages/{message}", fetch),
    ("POST /v2/Services/{service_sid}/Channels/{channel}/Messages/{message}", update),
    ("DELETE /v2/Services/{service_sid}/Channels/{channel}/Messages/{message}", delete),
]
