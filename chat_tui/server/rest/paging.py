"""Lists: PageSize, an opaque signed PageToken, and the seven keys of ``meta`` (fact sheet 1.1)."""

import base64
import binascii
from typing import Any
from urllib.parse import urlencode

import msgspec

from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.protocol.words import FIELDS
from chat_tui.server.operations.pages import MAX_SIZE, PageQuery
from chat_tui.server.rest.call import Answer, Call

KEPT_PAGES = 64
"""How many pages one can go back; a token carries where they begin."""

MAX_PAGE_NUMBER = 10**9


class Listing(msgspec.Struct, frozen=True):
    """What a list request asks for. ``trail``: the positions before this page and those before it, the first page's
    none."""

    size: int
    number: int
    trail: tuple[int, ...]

    @property
    def query(self) -> PageQuery:
        return PageQuery(self.size, self.trail[-1] if self.trail else None)


def listing(call: Call, size: int) -> Listing:
    """``size`` unless the request says another. Raises BadRequest for a PageSize outside 1…1000 (20007 above it) or a
    PageToken that is not ours."""
    token = call.query.get("PageToken", [""])[-1]
    number = _number(call, "Page", 0)
    if not 0 <= number <= MAX_PAGE_NUMBER:
        raise BadRequest("Page: must not be negative", Code.BAD_PARAMETER)
    return Listing(_size(call, size), number, _trail(call, token) if token else ())


def _number(call: Call, parameter: str, default: int) -> int:
    text = call.query.get(parameter, [""])[-1]
    try:
        return int(text) if text else default
    except ValueError:
        raise BadRequest(f"{parameter}: must be a number", Code.BAD_PARAMETER) from None


def _size(call: Call, default: int) -> int:
    size = _number(call, "PageSize", default)
    if size > MAX_SIZE:
        raise BadRequest(f"PageSize: at most {MAX_SIZE}", Code.PAGE_SIZE_TOO_LARGE)
    if size < 1:
        raise BadRequest("PageSize: at least 1", Code.BAD_PARAMETER)
    return size


def _trail(call: Call, token: str) -> tuple[int, ...]:
    try:
        data = call.box.unsign(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if data is not None:
            return msgspec.msgpack.decode(data, type=tuple[int, ...])
    except (binascii.Error, ValueError):
        pass
    raise BadRequest("PageToken: is not one of this service's; follow next_page_url as it is", Code.BAD_PARAMETER)


def _token(call: Call, trail: tuple[int, ...]) -> str:
    signed = call.box.sign(msgspec.msgpack.encode(trail))
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def page_url(call: Call, number: int, size: int, trail: tuple[int, ...]) -> str:
    """Where one page of this list is: filters, then PageSize, Page and, behind the first, PageToken."""
    filters = [(name, value) for name, values in call.query.items() if not name.startswith("Page") for value in values]
    paging: list[tuple[str, Any]] = [("PageSize", size), ("Page", number)]
    if trail:
        paging.append(("PageToken", _token(call, trail[-KEPT_PAGES:])))
    return f"{call.urls.base}{call.raw_path}?{urlencode([*filters, *paging])}"


def envelope(call: Call, key: str, items: list[dict[str, Any]], asked: Listing, after: PageQuery | None) -> Answer:
    """The page with its ``meta``; ``after`` asks for the next page, ``None`` on the last."""

    def url(step: int, trail: tuple[int, ...]) -> str:
        return page_url(call, max(0, asked.number + step), asked.size, trail)

    key = call.dialect.word(FIELDS, key)
    meta = {
        "page": asked.number,
        "page_size": asked.size,
        "first_page_url": page_url(call, 0, asked.size, ()),
        "previous_page_url": url(-1, asked.trail[:-1]) if asked.trail else None,
        "url": url(0, asked.trail),
        "next_page_url": None if after is None or after.after is None else url(1, (*asked.trail, after.after)),
        "key": key,
    }
    return Answer(200, {key: items, "meta": meta})
