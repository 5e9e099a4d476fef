"""The lists of the Client API: what a request asks for, and the tokens that go with a page."""

from typing import Any

from chat_tui.protocol import api_shapes
from chat_tui.protocol.defaults import MAX_PAGE, PAGE
from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.protocol.numbers import parse_whole, parse_whole_or
from chat_tui.server.operations.pages import Page, PageQuery
from chat_tui.server.realtime.requests import Request

_IN_FRONT = "p"


def page_query(request: Request) -> PageQuery:
    """A page token is the position of the last row seen, or, behind a letter, of the first: the page in front of it."""
    try:
        size = max(1, min(parse_whole_or(request.params.get("PageSize"), PAGE), MAX_PAGE))
        token = request.params.get("PageToken") or ""
        if token.startswith(_IN_FRONT):
            return PageQuery(size, before=parse_whole(token.removeprefix(_IN_FRONT)))
        return PageQuery(size, parse_whole(token) if token else None)
    except ValueError:
        raise BadRequest("PageSize or PageToken: not valid", Code.BAD_PAGE_TOKEN) from None


def page_meta(found: Page[Any]) -> api_shapes.PageMeta:
    """The tokens of the pages after and in front of this one, under the names of both generations of SDKs."""
    following = None if found.next is None else str(found.next.after or 0)
    previous = None if found.previous is None else f"{_IN_FRONT}{found.previous.before}"
    return {"previous_token": previous, "prev_token": previous, "next_token": following}
