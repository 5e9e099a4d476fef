"""A request tunnelled through the socket, decoded, and its answer; handlers know nothing of sockets."""

from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import Any, Protocol, TypeVar, get_args, get_type_hints
from urllib.parse import parse_qsl, unquote

import msgspec

from chat_tui.protocol.api_shapes import Shape
from chat_tui.protocol.defaults import CLIENT_API, MAX_PARAMETERS
from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.protocol.numbers import check_whole
from chat_tui.protocol.sync import SubscriptionRequest
from chat_tui.protocol.twilsock import HttpRequest
from chat_tui.server.operations import checks
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.operations.operation import Command
from chat_tui.server.store.transaction import Reader

T = TypeVar("T")
C = TypeVar("C", bound=Command)


Body = Shape | msgspec.Struct | None
"""One of `protocol.api_shapes` or `protocol.sync_shapes`, or nothing."""


class Answer(msgspec.Struct, frozen=True):
    status: int
    body: Body = None


class Connection(Protocol):
    """What a handler may ask of the connection its request came through."""

    registrations: list[str]
    """SIDs of the push bindings made over this connection."""

    @property
    def actor(self) -> ClientActor: ...
    async def run(self, command: Command) -> Any: ...
    async def read(self, query: Callable[[Reader], T]) -> T: ...
    def subscribe(self, requests: Sequence[SubscriptionRequest], correlation_id: int) -> None: ...
    def unsubscribe(self, requests: Sequence[SubscriptionRequest], correlation_id: int) -> None: ...


class Request(msgspec.Struct, frozen=True):
    """``path``: parameters of the path, named as the fields of commands; ``params``: of the query; ``fields``: the
    body, a JSON object or a form; ``service_sid`` is the actor's."""

    connection: Connection
    path: dict[str, str]
    params: dict[str, str]
    headers: dict[str, str]
    fields: dict[str, Any]

    @property
    def actor(self) -> ClientActor:
        return self.connection.actor

    @property
    def api(self) -> str:
        """Where the Client API is, in the version that is asked."""
        return f"{CLIENT_API}/Client/{self.path['version']}"

    async def run(self, command: Command) -> Any:
        return await self.connection.run(command)

    def command(self, kind: type[C], names: dict[str, str], **more: Any) -> C:
        """A command from the path and the body's known ``names`` (field of the body → field of the command)."""
        fields: dict[str, Any] = {"service_sid": self.actor.service_sid, **self.path, **more}
        for given, field in names.items():
            if given in self.fields:
                value = self.fields[given]
                if field == "attributes" and not isinstance(value, str):
                    checks.attributes_depth(value)
                    value = "{}" if value is None else to_json(value).decode()
                fields[field] = value
        try:
            for field in _whole_fields(kind):
                check_whole(fields.get(field))
            return msgspec.convert(fields, kind)
        except ValueError as error:  # msgspec.ValidationError is one
            raise BadRequest(str(error).replace("$.", ""), Code.BAD_PARAMETER) from None


@cache
def _whole_fields(kind: type) -> tuple[str, ...]:
    """The fields of a command that are numbers."""
    types = get_type_hints(kind)
    return tuple(name for name, type_ in types.items() if int in (type_, *get_args(type_)))


Handler = Callable[[Request], Awaitable[Answer]]
Routes = list[tuple[str, Handler]]


def decode_params(request: HttpRequest) -> dict[str, str]:
    """Query parameters, which SDKs hand over percent-encoded. Raises BadRequest for too many."""
    if len(request.params) > MAX_PARAMETERS:
        raise BadRequest(f"Query: at most {MAX_PARAMETERS} parameters", Code.BAD_PARAMETER)
    return {
        name: unquote(value) if isinstance(value, str) else str(value)
        for name, value in request.params.items()
        if value is not None
    }


def decode_body(request: HttpRequest, payload: bytes) -> dict[str, Any]:
    """The body's fields. Raises BadRequest for anything but a JSON object or a form."""
    if not payload:
        return {}
    content_type = next((str(v) for k, v in request.headers.items() if k.lower() == "content-type"), "")
    if "form" in content_type:
        try:
            text = payload.decode()
            if text.count("&") >= MAX_PARAMETERS:
                raise BadRequest(f"Body: at most {MAX_PARAMETERS} fields", Code.BAD_PARAMETER)
            return dict(parse_qsl(text, keep_blank_values=True, errors="strict"))
        except UnicodeDecodeError:
            raise BadRequest("Body: the form must be UTF-8", Code.BAD_PARAMETER) from None
    try:
        body = msgspec.json.decode(payload)
    except (ValueError, RecursionError):  # msgspec's own is a ValueError, and so is what it says of bad UTF-8
        raise BadRequest("Body: must be JSON in valid UTF-8", Code.BAD_PARAMETER) from None
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise BadRequest("Body: must be a JSON object", Code.BAD_PARAMETER)
    return body
