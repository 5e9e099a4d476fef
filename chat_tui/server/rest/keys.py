"""API keys at ``api.twilio.com/2010-04-01``, in that API's older manner: a secret is shown once, at creation (contract
1.12)."""

import secrets
from datetime import UTC, datetime
from email.utils import format_datetime

from chat_tui.protocol.defaults import PAGE
from chat_tui.protocol.errors import Code, NotFound
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.server.operations.keys import EnsureKey, FetchKey, ListKeys, RenameKey, RevokeKey
from chat_tui.server.rest import shapes
from chat_tui.server.rest.call import Answer, Call
from chat_tui.server.rest.dialects import Dialect, Parameters
from chat_tui.server.rest.paging import listing, page_urls
from chat_tui.server.rest.resource import Endpoint
from chat_tui.server.rest.urls import Product
from chat_tui.server.routes import Router
from chat_tui.server.store.rows import ApiKey

API = Dialect("api 2010-04-01", Product.API, "2010-04-01")

_NAME = Parameters("FriendlyName")
_JSON = ".json"


def represent(key: ApiKey) -> shapes.Key:
    created = format_datetime(datetime.fromtimestamp(key.date_created // 1000, UTC))
    return {"sid": key.sid, "friendly_name": key.friendly_name, "date_created": created, "date_updated": created}


async def create(call: Call) -> Answer:
    """The only answer that ever holds the secret."""
    secret = secrets.token_urlsafe(24)
    command = call.command(
        EnsureKey,
        key_sid=new_sid(Kind.KEY),
        sealed_secret=call.box.seal(secret),
        friendly_name=call.first("FriendlyName") or "",
    )
    made: shapes.NewKey = {**represent(await call.run(command)), "secret": secret}
    return Answer(201, made)


async def page(call: Call) -> Answer:
    asked = listing(call, PAGE)
    found = await call.run(call.command(ListKeys, page=asked.query))
    urls = page_urls(call, asked, found)
    base = call.urls.base
    body: shapes.KeyPage = {
        "keys": [represent(key) for key in found.items],
        "page": asked.number,
        "page_size": asked.size,
        "uri": urls.this.removeprefix(base),
        "first_page_uri": urls.first.removeprefix(base),
        "next_page_uri": urls.next and urls.next.removeprefix(base),
        "previous_page_uri": urls.previous and urls.previous.removeprefix(base),
    }
    return Answer(200, body)


def _key_sid(call: Call) -> str:
    given = call.path["key"]
    if not given.endswith(_JSON):
        raise NotFound(f"{given} was not found", Code.NOT_FOUND)
    return given.removesuffix(_JSON)


async def fetch(call: Call) -> Answer:
    return Answer(200, represent(await call.run(call.command(FetchKey, key_sid=_key_sid(call)))))


async def rename(call: Call) -> Answer:
    command = call.command(RenameKey, call.form, _NAME.names(API), key_sid=_key_sid(call))
    return Answer(200, represent(await call.run(command)))


async def revoke(call: Call) -> Answer:
    await call.run(call.command(RevokeKey, key_sid=_key_sid(call)))
    return Answer(204)


_ONE = "/2010-04-01/Accounts/{account_sid}/Keys/{key}"
_ALL = "/2010-04-01/Accounts/{account_sid}/Keys.json"
ROUTER = Router(
    (route, Endpoint(handler, API))
    for route, handler in (
        (f"POST {_ALL}", create),
        (f"GET {_ALL}", page),
        (f"GET {_ONE}", fetch),
        (f"POST {_ONE}", rename),
        (f"DELETE {_ONE}", revoke),
    )
)
