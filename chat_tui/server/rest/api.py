"""The REST face: authenticates, routes, and turns refusals into error bodies."""

import logging
from collections.abc import Collection

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.errors import BadRequest, ChatError, Code, Forbidden, NotFound, TooManyRequests, Unauthenticated
from chat_tui.protocol.words import CONVERSATIONS_CODES
from chat_tui.server.auth import Authenticator
from chat_tui.server.network.hosts import is_own_page
from chat_tui.server.network.visitors import KNOWN
from chat_tui.server.operations.accounts import FetchAccount, FindDefaultService
from chat_tui.server.operations.dispatch import Dispatcher
from chat_tui.server.rest import keys, unsupported
from chat_tui.server.rest.call import Answer, Call, Form, decode_form
from chat_tui.server.rest.dialects import CHAT, CONVERSATIONS, DEFAULT_SERVICE, Dialect
from chat_tui.server.rest.resource import Endpoint, router
from chat_tui.server.rest.resources import RESOURCES
from chat_tui.server.rest.urls import Product, Target, target
from chat_tui.server.routes import Router
from chat_tui.server.store.secrets import SecretBox

FORM = "application/x-www-form-urlencoded"
MAX_FORM = 256 * 1024
"""Bytes of one form: a body and attributes of 32 KiB each, percent-encoded."""

_ONCE = (b"authorization", b"content-type", b"x-twilio-webhook-enabled")
"""Headers of which there must not be a second that says something else."""

_FROM_A_PAGE = frozenset({b"sec-fetch-site", b"origin"})
"""Headers that browsers send, and other programs do not."""

_log = logging.getLogger(__name__)

ROUTERS: dict[Product, Router[Endpoint]] = {
    Product.CHAT: router(RESOURCES, CHAT),
    Product.CONVERSATIONS: router(RESOURCES, (CONVERSATIONS, DEFAULT_SERVICE), more=unsupported.ROUTES),
    Product.API: keys.ROUTER,
}


class RestApi:
    """Answers one HTTP request; ``public_name`` is the host name beside loopback that this service answers for,
    ``origins`` are the web origins whose pages may use it."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        authenticator: Authenticator,
        box: SecretBox,
        public_name: str | None = None,
        origins: Collection[str] = (),
    ) -> None:
        self._dispatcher = dispatcher
        self._authenticator = authenticator
        self._box = box
        self._public_name = public_name
        self._origins = origins

    async def __call__(self, request: Request) -> Response:
        raw_path = request.scope["raw_path"].decode("ascii", "replace")
        resource = raw_path
        try:
            where = target(
                request.headers.get("host", ""), raw_path, scheme=request.scope["scheme"], public_name=self._public_name
            )
            resource = where.resource
            return _response(await self._answer(request, where))
        except ChatError as error:
            return _refusal(error, resource)
        except ClientDisconnect:
            return Response(status_code=400)  # its form never came whole, and nobody is there to be told
        except Exception:
            _log.exception("a request failed", extra={"method": request.method})
            return _refusal(ChatError("The service failed; the operator's log says why"), resource)

    def _check_page(self, request: Request) -> None:
        """Before credentials are looked at: a browser adds them by itself. Raises Forbidden."""
        headers = request.headers
        sites, origins = headers.getlist("sec-fetch-site"), headers.getlist("origin")
        if not is_own_page(headers.get("host", ""), sites, origins, self._origins):
            raise Forbidden(
                "Another site's page may not use this API with your credentials; the operator can allow its origin",
                Code.FORBIDDEN,
            )

    async def _answer(self, request: Request, where: Target) -> Answer:
        given = [name for name, _ in request.scope["headers"]]
        _check_headers(given)
        if not _FROM_A_PAGE.isdisjoint(given):
            self._check_page(request)
        actor = await self._authenticator.account(request.headers.get("authorization"))
        request.scope.get("state", {})[KNOWN] = True
        match = ROUTERS[where.product].match(request.method, where.path)
        call = Call(
            actor=msgspec.structs.replace(actor, wants_webhooks=_wants_webhooks(request)),
            dialect=match.handler.dialect,
            path=match.path,
            query=decode_form(request.scope["query_string"]),
            form=await _form(request),
            urls=where.urls,
            raw_path=where.path,
            dispatcher=self._dispatcher,
            box=self._box,
        )
        if call.dialect.default_service:
            call.path["service_sid"] = await _default_service(call)
        try:
            return await match.handler.handler(call)
        except ChatError as error:
            _translate(error, call.dialect)
            raise


def _check_headers(given: list[bytes]) -> None:
    """Raises BadRequest for a header that is given twice, of which somebody on the way may have read the other."""
    for name in _ONCE:
        if given.count(name) > 1:
            raise BadRequest(f"{name.decode().title()}: is given more than once", Code.BAD_PARAMETER)


def _translate(error: ChatError, dialect: Dialect) -> None:
    """A refusal in the caller's words: its own code, and the parameter as it was given."""
    if not dialect.is_chat:
        error.code = CONVERSATIONS_CODES.get(error.code, error.code)
        parameter, colon, rest = error.message.partition(": ")
        error.message = f"{dialect.parameter(parameter)}{colon}{rest}" if parameter.isidentifier() else error.message


async def _default_service(call: Call) -> str:
    """What a path without a service means; made for an account that has none."""
    found: str | None = await call.run(call.command(FindDefaultService))
    return found or str((await call.run(call.command(FetchAccount))).default_service_sid)


def _wants_webhooks(request: Request) -> bool:
    """``X-Twilio-Webhook-Enabled``; absent means no (contract 1.1). Raises BadRequest."""
    given = request.headers.get("x-twilio-webhook-enabled", "false").lower()
    if given not in ("true", "false"):
        raise BadRequest("X-Twilio-Webhook-Enabled: must be true or false", Code.BAD_PARAMETER)
    return given == "true"


async def _form(request: Request) -> Form:
    if request.method != "POST":
        return {}
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_FORM:
            raise BadRequest(f"The form is larger than {MAX_FORM} bytes", Code.BAD_PARAMETER)
    content_type = request.headers.get("content-type", FORM).partition(";")[0].strip().lower()
    if data and content_type != FORM:
        raise BadRequest("Content-Type: must be application/x-www-form-urlencoded", Code.BAD_PARAMETER)
    return decode_form(bytes(data))


def _response(answer: Answer) -> Response:
    if answer.body is None:
        return Response(status_code=answer.status)
    return Response(to_json(answer.body), answer.status, media_type="application/json")


def _refusal(error: ChatError, resource: str) -> Response:
    """REST says 20404 for whatever is missing; the codes of the realtime side (50…) are finer."""
    if isinstance(error, NotFound):
        error = NotFound(f"The requested resource {resource} was not found", Code.NOT_FOUND)
    headers = {}
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(max(1, round(error.retry_after)))
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Basic realm="chat_tui"'
    return Response(to_json(error.body()), error.status, headers=headers, media_type="application/json")
