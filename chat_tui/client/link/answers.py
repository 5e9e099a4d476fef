"""What the service answers, as values of a known shape; what has another is an error of that one answer."""

from typing import Annotated, Any

import msgspec

from chat_tui.protocol.defaults import MAX_INT
from chat_tui.protocol.errors import ChatError, Code
from chat_tui.protocol.untrusted import Malformed, convert

Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_INT)]


class InvalidAnswer(ChatError):
    """The service answered with something that is no answer: whether the request took effect is not known."""

    status = 502


def parse_answer(body: Any, shape: Any) -> Any:
    """The body of an answer as a value of ``shape``. Raises InvalidAnswer."""
    try:
        return convert(body, shape)
    except Malformed as error:
        raise InvalidAnswer(f"the service answered nonsense: {error}", Code.INTERNAL) from None


class PageMeta(msgspec.Struct):
    """Where a page of a list goes on."""

    next_token: str | None = None
