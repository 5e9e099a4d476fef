"""What a connected client hears of an error."""

import logging

from chat_tui.protocol.errors import ChatError, TooManyRequests, Unauthenticated
from chat_tui.protocol.twilsock import Status

_log = logging.getLogger(__name__)


def as_chat_error(error: Exception, connection_id: str) -> ChatError:
    """What the client hears of ``error``; one that nobody thought of is for the operator's log."""
    if isinstance(error, ChatError):
        return error
    _log.error("a request failed", exc_info=error, extra={"connection": connection_id})
    return ChatError("The service failed; the operator's log says why")


def refusal_status(error: ChatError) -> Status:
    if isinstance(error, Unauthenticated):
        return Status(401, "UNAUTHORIZED", error.code, error.message)
    if isinstance(error, TooManyRequests):
        return Status(429, "TOO_MANY_REQUESTS", error.code, error.message)
    return Status(error.status, "REFUSED", error.code, error.message)
