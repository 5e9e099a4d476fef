"""The Sync endpoints: descriptors, items, subscriptions (contract 7.3)."""

import msgspec

from chat_tui.protocol.defaults import MAX_SUBSCRIPTIONS, PAGE
from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.protocol.numbers import check_whole, parse_whole_or
from chat_tui.protocol.sync import ObjectType, Subscriptions
from chat_tui.protocol.sync_shapes import SubscriptionsAnswer
from chat_tui.server.operations.access import find_object
from chat_tui.server.realtime.requests import Answer, Request, Routes
from chat_tui.server.sync import objects, pages
from chat_tui.server.sync.pages import ItemQuery

_KINDS = {"Maps": ObjectType.MAP, "Lists": ObjectType.LIST, "Documents": ObjectType.DOCUMENT}


def _kind(request: Request) -> ObjectType:
    kind = _KINDS.get(request.path["kind"])
    if kind is None:
        raise BadRequest(f"Path: {request.path['kind']} is not Maps, Lists or Documents", Code.BAD_PARAMETER)
    return kind


async def describe(request: Request) -> Answer:
    kind, name = _kind(request), request.path["name"]
    with_items = request.params.get("Include") == "items"
    return Answer(
        200,
        await request.connection.read(
            lambda reader: objects.describe(
                reader, find_object(reader, request.actor, kind, name), with_items=with_items
            )
        ),
    )


async def items(request: Request) -> Answer:
    kind, name, params = _kind(request), request.path["name"], request.params
    try:
        size = parse_whole_or(params.get("PageSize"), PAGE)
    except ValueError:
        raise BadRequest("PageSize: must be a whole number", Code.BAD_PARAMETER) from None
    query = ItemQuery(
        key=params.get("Key", params.get("Index")),
        start=params.get("From"),
        order=params.get("Order", "asc"),
        page_size=size,
        token=params.get("PageToken"),
    )
    return Answer(
        200,
        await request.connection.read(
            lambda reader: pages.read_items(reader, find_object(reader, request.actor, kind, name), query)
        ),
    )


async def subscriptions(request: Request) -> Answer:
    """The answer comes at once; replayed events and ``subscription_established`` follow as notifications."""
    try:
        check_whole(request.fields)
        wanted = msgspec.convert(request.fields, Subscriptions)
    except ValueError as error:  # msgspec.ValidationError is one
        raise BadRequest(f"Subscriptions: {error}", Code.BAD_PARAMETER) from None
    if len(wanted.requests) > MAX_SUBSCRIPTIONS:
        raise BadRequest(f"requests: at most {MAX_SUBSCRIPTIONS} at once", Code.BAD_PARAMETER)
    if wanted.action == "establish":
        request.connection.subscribe(wanted.requests, wanted.correlation_id)
    elif wanted.action == "cancel":
        request.connection.unsubscribe(wanted.requests, wanted.correlation_id)
    else:
        raise BadRequest("action: must be establish or cancel", Code.BAD_PARAMETER)
    return Answer(200, SubscriptionsAnswer())


ROUTES: Routes = [
    ("GET /v3/{kind}/{name}", describe),
    ("GET /v3/{kind}/{name}/Items", items),
    ("POST /v4/Subscriptions", subscriptions),
]
