"""The error tree: a Twilio code, the HTTP status that goes with it, and one class per kind of trouble."""

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from chat_tui.protocol.defaults import MAX_ERROR_TEXT

if TYPE_CHECKING:
    from chat_tui.protocol.api_shapes import ErrorBody


class Code(IntEnum):
    """Twilio's error codes this project uses (contract 1.8)."""

    BAD_PARAMETER = 20001
    UNAUTHENTICATED = 20003
    METHOD_NOT_ALLOWED = 20004
    PAGE_SIZE_TOO_LARGE = 20007
    TOKEN_INVALID = 20101
    TOKEN_HEADER_INVALID = 20102
    TOKEN_ISSUER_INVALID = 20103
    TOKEN_EXPIRED = 20104
    TOKEN_NOT_YET_VALID = 20105
    TOKEN_GRANTS_INVALID = 20106
    TOKEN_SIGNATURE_INVALID = 20107
    TOKEN_LIFETIME_TOO_LONG = 20157
    FORBIDDEN = 20403
    NOT_FOUND = 20404
    CONFLICT = 20409
    TOO_MANY_REQUESTS = 20429
    INTERNAL = 20500
    UNAVAILABLE = 20503
    FRIENDLY_NAME_MISSING = 50000
    FRIENDLY_NAME_TOO_LONG = 50003
    UNIQUE_NAME_TOO_LONG = 50004
    SERVICE_NOT_FOUND = 50050
    BAD_CONSUMPTION_INTERVAL = 50052
    BAD_TYPING_TIMEOUT = 50053
    BAD_WEBHOOK_METHOD = 50055
    TEMPLATE_TOO_LONG = 50058
    SOUND_TOO_LONG = 50059
    BAD_USER_CHANNELS_LIMIT = 50060
    BAD_CHANNEL_MEMBERS_LIMIT = 50061
    CHANNEL_RATE = 50063
    BAD_RETRY_COUNT = 50065
    SERVICE_RATE = 50074
    ROLE_NOT_FOUND = 50100
    BAD_CHANNEL_ROLE = 50101
    BAD_DEPLOYMENT_ROLE = 50102
    PERMISSION_NOT_FOUND = 50104
    BAD_ROLE_TYPE = 50105
    BAD_CREATOR_ROLE = 50106
    USER_UNAUTHORIZED = 50107
    USER_NOT_FOUND = 50200
    USER_EXISTS = 50201
    IDENTITY_RESERVED = 50203
    IDENTITY_MISSING = 50204
    MAY_NOT_SET_ROLE = 50205
    IDENTITY_LOOKS_LIKE_SID = 50206
    IDENTITY_TOO_LONG = 50207
    USER_CHANNEL_LIMIT = 50208
    BAD_BINDING_TYPE = 50209
    BAD_NOTIFICATION_LEVEL = 50210
    ALREADY_INVITED = 50212
    CHANNEL_NOT_FOUND = 50300
    ATTRIBUTES_TOO_LONG = 50303
    ATTRIBUTES_NOT_JSON = 50304
    UNIQUE_NAME_LOOKS_LIKE_SID = 50306
    UNIQUE_NAME_TAKEN = 50307
    BAD_DATE_CREATED = 50308
    BAD_DATE_UPDATED = 50309
    AUTHOR_TOO_LONG = 50310
    WEBHOOK_NOT_FOUND = 50320
    TOO_MANY_WEBHOOKS = 50321
    TOO_MANY_TRIGGERS = 50322
    BAD_WEBHOOK_TYPE = 50324
    BAD_WEBHOOK_FILTER = 50325
    BAD_WEBHOOK_TRIGGER = 50326
    BAD_WEBHOOK_FLOW = 50327
    WEBHOOK_URL_TOO_LONG = 50332
    INACTIVE_TIMER_TOO_SHORT = 50375
    CLOSED_TIMER_TOO_SHORT = 50376
    CHANNEL_CLOSED = 50377
    BAD_STATE = 50378
    BAD_INACTIVE_TIMER = 50379
    BAD_CLOSED_TIMER = 50380
    CLOSED_AT_BIRTH = 50384
    NOT_A_MEMBER = 50400
    MEMBER_NOT_FOUND = 50402
    MEMBER_LIMIT = 50403
    MEMBER_EXISTS = 50404
    BAD_TIMESTAMP = 50405
    BAD_LAST_CONSUMED_INDEX = 50406
    MESSAGE_NOT_FOUND = 50500
    BODY_MISSING = 50503
    BODY_TOO_LONG = 50504
    LAST_UPDATED_BY_TOO_LONG = 50505
    MEDIA_NOT_FOUND = 50507
    INVITE_NOT_FOUND = 50601
    DECLINE_AS_MEMBER = 50602
    CONNECTION_LIMIT = 51001
    ADDRESS_OR_IDENTITY = 50451
    SYNC_FORBIDDEN = 54007
    SYNC_RATE = 54009
    DOCUMENT_NOT_FOUND = 54100
    LIST_NOT_FOUND = 54150
    MAP_NOT_FOUND = 54200
    SUBSCRIPTION_LIMIT = 54419
    BAD_PAGE_TOKEN = 54453


class ChatError(Exception):
    """Anything the service refuses or a client cannot do.

    ``code`` is Twilio's, ``status`` the HTTP status, ``details`` what concerns this case (a SID, a parameter).
    """

    status: int = 500

    def __init__(self, message: str, code: int = Code.INTERNAL, *, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = int(code)
        self.details = details or {}

    def body(self) -> "ErrorBody":
        """The error body of the REST API and of tunnelled replies (contract 1.1)."""
        body: ErrorBody = {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
        if self.details:
            body["details"] = self.details
        return body


class BadRequest(ChatError):
    """A parameter is wrong or missing; the message names it and the remedy."""

    status = 400


class Unauthenticated(ChatError):
    """Credentials or token are missing, wrong, expired or revoked."""

    status = 401


class Forbidden(ChatError):
    """The actor may not do this, or a limit of the service is reached."""

    status = 403


class NotFound(ChatError):
    """It does not exist, or the actor must not learn that it does."""

    status = 404


class MethodNotAllowed(ChatError):
    status = 405


class Conflict(ChatError):
    """It exists already, or the same id came with another content."""

    status = 409


class PreconditionFailed(ChatError):
    status = 412


class TooManyRequests(ChatError):
    """A rate is exceeded; ``retry_after`` in seconds."""

    status = 429

    def __init__(self, message: str, code: int = Code.TOO_MANY_REQUESTS, *, retry_after: float = 1.0) -> None:
        super().__init__(message, code)
        self.retry_after = retry_after


class Unavailable(ChatError):
    """The service cannot answer now; trying again later is right."""

    status = 503


class TransportError(ChatError):
    """The link broke before an answer came; whether the request took effect is not known."""

    status = 503


_BY_STATUS: dict[int, type[ChatError]] = {
    cls.status: cls
    for cls in (
        BadRequest,
        Unauthenticated,
        Forbidden,
        NotFound,
        MethodNotAllowed,
        Conflict,
        PreconditionFailed,
        TooManyRequests,
        Unavailable,
    )
}


def from_answer(status: int, body: Any) -> ChatError:
    """The error an HTTP status and its body stand for; a body of another shape becomes a plain text."""
    fields = body if isinstance(body, dict) else {}
    code, message = fields.get("code"), fields.get("message")
    error = _BY_STATUS.get(status, ChatError)(
        message[:MAX_ERROR_TEXT] if isinstance(message, str) and message else f"the service answered {status}",
        code if isinstance(code, int) and not isinstance(code, bool) else Code.INTERNAL,
    )
    error.status = status
    return error
