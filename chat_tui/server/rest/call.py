"""One REST request as a handler sees it: decode into a command, run it, encode the answer."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar, get_args, get_type_hints
from urllib.parse import parse_qsl

import msgspec

from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.server.operations.actors import AccountActor
from chat_tui.server.operations.dispatch import Dispatcher
from chat_tui.server.operations.operation import Command
from chat_tui.server.rest.urls import Urls
from chat_tui.server.store.secrets import SecretBox

C = TypeVar("C", bound=Command)
Form = dict[str, list[str]]
Names = dict[str, str]
"""Parameter → field of a command."""

_DATES = {
    "date_created": Code.BAD_DATE_CREATED,
    "date_updated": Code.BAD_DATE_UPDATED,
    "last_consumption_timestamp": Code.BAD_TIMESTAMP,
}


class Answer(msgspec.Struct, frozen=True):
    """``body`` is JSON, or nothing."""

    status: int
    body: Any = None


class Call(msgspec.Struct, frozen=True):
    """``path``: the path's parameters, named as the fields of commands are; ``raw_path``, for page URLs, is what
    stands behind the base."""

    actor: AccountActor
    path: dict[str, str]
    query: Form
    form: Form
    urls: Urls
    raw_path: str
    dispatcher: Dispatcher
    box: SecretBox

    async def run(self, command: Command) -> Any:
        return await self.dispatcher.run(self.actor, command)

    def command(self, kind: type[C], names: Names) -> C:
        """A command from the path and the form's known parameters; others are ignored (S61). Raises BadRequest
        naming the parameter that is missing or wrong."""
        types = _field_types(kind)
        fields: dict[str, Any] = dict(self.path)
        for parameter, field in names.items():
            if parameter in self.form:
                fields[field] = _value(parameter, field, self.form[parameter], types[field])
        for field in kind.__struct_fields__[: len(kind.__struct_fields__) - len(kind.__struct_defaults__)]:
            if field not in fields:
                raise _missing(next((p for p, known in names.items() if known == field), field))
        try:
            return msgspec.convert(fields, kind, strict=False)
        except msgspec.ValidationError as error:
            raise _named(error, names) from None


def parameters(*names: str, **fields: str) -> Names:
    """Parameters and the fields they fill: ``FriendlyName`` fills friendly_name, others are said in ``fields``
    (``author="From"``)."""
    return {name: _snake(name) for name in names} | {parameter: field for field, parameter in fields.items()}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def decode_form(text: bytes) -> Form:
    """A form or a query string; repeated keys gather. Raises BadRequest for what is not UTF-8."""
    try:
        pairs = parse_qsl(text.decode(), keep_blank_values=True, errors="strict", max_num_fields=200)
    except UnicodeDecodeError:
        raise BadRequest("The form must be percent-encoded UTF-8", Code.BAD_PARAMETER) from None
    except ValueError:
        raise BadRequest("The form has more than 200 fields", Code.BAD_PARAMETER) from None
    form: Form = {}
    for key, value in pairs:
        form.setdefault(key, []).append(value)
    return form


_types: dict[type, dict[str, Any]] = {}


def _field_types(kind: type) -> dict[str, Any]:
    if kind not in _types:
        _types[kind] = get_type_hints(kind)
    return _types[kind]


def _value(parameter: str, field: str, given: list[str], type_: Any) -> Any:
    members = get_args(type_) or (type_,)
    if any(getattr(member, "__origin__", member) in (list, tuple) for member in (type_, *members)):
        return [value for value in given if value]
    value = given[-1]
    if not value and type(None) in members and str not in members:
        return None  # the Node helper sends null as nothing (fact sheet 1.1)
    if field in _DATES:
        return _milliseconds(parameter, value, _DATES[field])
    return value


def _milliseconds(parameter: str, value: str, code: Code) -> int:
    try:
        date = datetime.fromisoformat(value)
    except ValueError:
        raise BadRequest(f"{parameter}: must be an ISO 8601 date, as 2026-01-31T12:00:00Z", code) from None
    return int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() * 1000)


_MISSING = {"FriendlyName": Code.FRIENDLY_NAME_MISSING, "Identity": Code.IDENTITY_MISSING}


def _missing(parameter: str) -> BadRequest:
    return BadRequest(f"{parameter}: is missing", _MISSING.get(parameter, Code.BAD_PARAMETER))


_CODES = {
    "TypingIndicatorTimeout": Code.BAD_TYPING_TIMEOUT,
    "ConsumptionReportInterval": Code.BAD_CONSUMPTION_INTERVAL,
    "Limits.ChannelMembers": Code.BAD_CHANNEL_MEMBERS_LIMIT,
    "Limits.UserChannels": Code.BAD_USER_CHANNELS_LIMIT,
    "LastConsumedMessageIndex": Code.BAD_LAST_CONSUMED_INDEX,
}


def _named(error: msgspec.ValidationError, names: Names) -> BadRequest:
    """The refusal in terms of the parameter: msgspec says where by ``$.field``."""
    reason, _, place = str(error).partition(" - at `$.")
    field = place.rstrip("`").partition("[")[0]
    parameter = next((p for p, known in names.items() if known == field), field)
    return BadRequest(f"{parameter}: {reason[:1].lower()}{reason[1:]}", _CODES.get(parameter, Code.BAD_PARAMETER))


def date(milliseconds: int) -> str:
    """A time as REST writes it: ``YYYY-MM-DDTHH:MM:SSZ``, no fraction."""
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def date_or_none(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else date(milliseconds)


Handler = Callable[[Call], Awaitable[Answer]]
Routes = list[tuple[str, Handler]]
