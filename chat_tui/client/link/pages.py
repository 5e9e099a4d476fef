"""Lists that come in pages, read to their end, which a service may never reach."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from chat_tui.client.link.answers import PageMeta, parse_answer

MAX_PAGES = 100

_log = logging.getLogger(__name__)


class _Page(msgspec.Struct):
    meta: PageMeta = msgspec.field(default_factory=PageMeta)


async def all_pages(fetch: Callable[[dict[str, Any]], Awaitable[Any]], params: dict[str, Any], shape: Any) -> list[Any]:
    """The ``shape`` of each page, a struct of items; cut where a token comes again, or after MAX_PAGES.

    Raises ChatError, InvalidAnswer among it."""
    pages: list[Any] = []
    seen: set[str] = set()
    asked = dict(params)
    while len(pages) < MAX_PAGES:
        body = await fetch(asked)
        pages.append(parse_answer(body, shape))
        token = parse_answer(body, _Page).meta.next_token
        if not token:
            return pages
        if token in seen:
            break
        seen.add(token)
        asked = {**params, "PageToken": token}
    _log.warning("a list without an end was cut after %d pages", len(pages))
    return pages
