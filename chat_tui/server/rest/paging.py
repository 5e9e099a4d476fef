"""Lists: PageSize, an opaque signed PageToken, and the seven keys of ``meta`` (contract 1.1)."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from chat_tui.protocol.defaults import MAX_PAGE
from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.protocol.numbers import parse_whole_or
from chat_tui.protocol.words import FIELDS
from chat_tui.server.operations.pages import Page, PageQuery
from chat_tui.server.rest import shapes
from chat_tui.server.rest.call import Answer, Call

MAX_PAGE_NUMBER = 10**9
_PAGING = ("PageSize", "Page", "PageToken")


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a page is, as its token says it: behind ``after``, or in front of ``before``."""

    after: int | None = None
    before: int | None = None


START = Place()


class Listing(msgspec.Struct, frozen=True):
    """What a list request asks for."""

    size: int
    number: int
    place: Place

    @property
    def query(self) -> PageQuery:
        return PageQuery(self.size, self.place.after, self.place.before)


def listing(call: Call, size: int) -> Listing:
    """``size`` unless the request says another. Raises BadRequest for a PageSize outside 1…1000 (20007 above it) or a
    PageToken that is not ours."""
    token = call.query.get("PageToken", [""])[-1]
    number = _number(call, "Page", 0)
    if not 0 <= number <= MAX_PAGE_NUMBER:
        raise BadRequest("Page: must not be negative", Code.BAD_PARAMETER)
    return Listing(_size(call, size), number, _place(call, token) if token else START)


def _number(call: Call, parameter: str, default: int) -> int:
    text = call.query.get(parameter, [""])[-1]
    try:
        return parse_whole_or(text, default)
    except ValueError:
        raise BadRequest(f"{parameter}: must be a whole number", Code.BAD_PARAMETER) from None


def _size(call: Call, default: int) -> int:
    size = _number(call, "PageSize", default)
    if size > MAX_PAGE:
        raise BadRequest(f"PageSize: at most {MAX_PAGE}", Code.PAGE_SIZE_TOO_LARGE)
    if size < 1:
        raise BadRequest("PageSize: at least 1", Code.BAD_PARAMETER)
    return size


def _place(call: Call, token: str) -> Place:
    try:
        data = call.box.unsign(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if data is not None:
            told = msgspec.msgpack.decode(data, type=Place | tuple[int, ...])
            return told if isinstance(told, Place) else Place(told[-1])  # positions in a row: as tokens once were
    except (binascii.Error, ValueError, IndexError):
        pass
    raise BadRequest("PageToken: is not one of this service's; follow next_page_url as it is", Code.BAD_PARAMETER)


def _token(call: Call, place: Place) -> str:
    signed = call.box.sign(msgspec.msgpack.encode(place))
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def page_url(call: Call, number: int, size: int, place: Place) -> str:
    """Where one page of this list is: filters, then PageSize, Page and, behind the first, PageToken."""
    filters = [(name, value) for name, values in call.query.items() if name not in _PAGING for value in values]
    paging: list[tuple[str, Any]] = [("PageSize", size), ("Page", number)]
    if place != START:
        paging.append(("PageToken", _token(call, place)))
    return f"{call.urls.base}{call.raw_path}?{urlencode([*filters, *paging])}"


class PageUrls(msgspec.Struct, frozen=True):
    """The four addresses that go with a page."""

    first: str
    previous: str | None
    this: str
    next: str | None


def page_urls(call: Call, asked: Listing, found: Page[Any]) -> PageUrls:
    """The page in front of this one is 0 if nothing is in front of that, however one came here."""

    def url(number: int, query: PageQuery | None) -> str | None:
        return None if query is None else page_url(call, number, asked.size, Place(query.after, query.before))

    return PageUrls(
        first=page_url(call, 0, asked.size, START),
        previous=url(0 if found.is_second else max(1, asked.number - 1), found.previous),
        this=page_url(call, asked.number, asked.size, asked.place),
        next=url(asked.number + 1, found.next),
    )


def envelope(call: Call, key: str, items: Sequence[shapes.Shape], asked: Listing, found: Page[Any]) -> Answer:
    """The page with its ``meta``."""
    urls = page_urls(call, asked, found)
    key = call.dialect.word(FIELDS, key)
    meta: shapes.Meta = {
        "page": asked.number,
        "page_size": asked.size,
        "first_page_url": urls.first,
        "previous_page_url": urls.previous,
        "url": urls.this,
        "next_page_url": urls.next,
        "key": key,
    }
    body: shapes.Listing = {key: items, "meta": meta}
    return Answer(200, body)
