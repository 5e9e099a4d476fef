"""Lists: PageSize, an opaque signed PageToken, and the seven keys of ``meta`` (fact sheet 1.1)."""

import base64
import binascii
from typing import Any
from urllib.parse import urlencode

import msgspec

from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.server.operations.pages import DEFAULT_SIZE, MAX_SIZE, PageQuery
from chat_tui.server.rest.call import Answer, Call

Cursor = tuple[int, str]
"""Where a page begins: after this creation time and SID; of messages, at this index."""

KEPT_CURSORS = 64
"""How many pages one can go back; a token carries their cursors."""

MAX_PAGE_NUMBER = 10**9


class Listing(msgspec.Struct, frozen=True):
    """What a list request asks for. ``trail``: the cursors of this page and those before it, the first page's
    none."""

    size: int
    number: int
    trail: tuple[Cursor, ...]

    @property
    def cursor(self) -> Cursor | None:
        return self.trail[-1] if self.trail else None

    @property
    def page(self) -> PageQuery:
        """For lists in order of creation."""
        return PageQuery(self.size, *(self.cursor or (0, "")))


def listing(call: Call) -> Listing:
    """Raises BadRequest for a PageSize outside 1…1000 (20007 above it) or a PageToken that is not ours."""
    token = call.query.get("PageToken", [""])[-1]
    number = _number(call, "Page", 0)
    if not 0 <= number <= MAX_PAGE_NUMBER:
        raise BadRequest("Page: must not be negative", Code.BAD_PARAMETER)
    return Listing(_size(call), number, _trail(call, token) if token else ())


def _number(call: Call, parameter: str, default: int) -> int:
    text = call.query.get(parameter, [""])[-1]
    try:
        return int(text) if text else default
    except ValueError:
        raise BadRequest(f"{parameter}: must be a number", Code.BAD_PARAMETER) from None


def _size(call: Call) -> int:
    size = _number(call, "PageSize", DEFAULT_SIZE)
    if size > MAX_SIZE:
        raise BadRequest(f"PageSize: at most {MAX_SIZE}", Code.PAGE_SIZE_TOO_LARGE)
    if size < 1:
        raise BadRequest("PageSize: at least 1", Code.BAD_PARAMETER)
    return size


def _trail(call: Call, token: str) -> tuple[Cursor, ...]:
    try:
        data = call.box.unsign(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if data is not None:
            return msgspec.msgpack.decode(data, type=tuple[Cursor, ...])
    except (binascii.Error, ValueError):
        pass
    raise BadRequest("PageToken: is not one of this service's; follow next_page_url as it is", Code.BAD_PARAMETER)


def _token(call: Call, trail: tuple[Cursor, ...]) -> str:
    signed = call.box.sign(msgspec.msgpack.encode(trail))
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def envelope(call: Call, key: str, items: list[dict[str, Any]], asked: Listing, after: Cursor | None) -> Answer:
    """The page with its ``meta``; ``after`` is the cursor of the next page, ``None`` on the last."""
    filters = [(name, value) for name, values in call.query.items() if not name.startswith("Page") for value in values]

    def url(number: int, trail: tuple[Cursor, ...]) -> str:
        paging = [("PageSize", asked.size), ("Page", number)]
        if trail:
            paging.append(("PageToken", _token(call, trail)))  # type: ignore[arg-type]
        return f"{call.urls.base}{call.raw_path}?{urlencode([*filters, *paging])}"

    meta = {
        "page": asked.number,
        "page_size": asked.size,
        "first_page_url": url(0, ()),
        "previous_page_url": url(max(0, asked.number - 1), asked.trail[:-1]) if asked.trail else None,
        "url": url(asked.number, asked.trail),
        "next_page_url": None if after is None else url(asked.number + 1, (*asked.trail, after)[-KEPT_CURSORS:]),
        "key": key,
    }
    return Answer(200, {key: items, "meta": meta})


def cursor_of(query: PageQuery | None) -> Cursor | None:
    return None if query is None else (query.after_date, query.after_sid)
