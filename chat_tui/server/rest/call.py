"""One REST request as a handler sees it: decode into a command, run it, encode the answer."""

import re
import types
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

import msgspec

from chat_tui.protocol.defaults import MAX_PARAMETERS
from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.protocol.numbers import parse_whole
from chat_tui.server.operations.actors import AccountActor
from chat_tui.server.operations.dispatch import Dispatcher
from chat_tui.server.operations.operation import Command
from chat_tui.server.rest.dialects import Dialect, Names
from chat_tui.server.rest.shapes import Shape
from chat_tui.server.rest.urls import Urls
from chat_tui.server.store.secrets import SecretBox

C = TypeVar("C", bound=Command)
Form = dict[str, list[str]]


class Answer(msgspec.Struct, frozen=True):
    """``body`` is JSON, or nothing."""

    status: int
    body: Shape | None = None


class Call(msgspec.Struct, frozen=True):
    """``path``: the path's parameters, named as the fields of commands are; ``raw_path``, for page URLs, is what
    stands behind the base; ``box`` seals secrets and signs page tokens."""

    actor: AccountActor
    dialect: Dialect
    path: dict[str, str]
    query: Form
    form: Form
    urls: Urls
    raw_path: str
    dispatcher: Dispatcher
    box: SecretBox

    async def run(self, command: Command) -> Any:
        return await self.dispatcher.run(self.actor, command)

    def at(self, *segments: str) -> str:
        """The URL of the object at ``segments``, said in chat's words: ``("Services", sid, "Channels", …)``."""
        return self.urls.of(*self.dialect.segments(segments))

    def command(self, kind: type[C], given: Form | None = None, names: Names | None = None, **more: Any) -> C:
        """A command from the path, from what is ``given`` under known ``names``, and from ``more``; unknown parameters
        are ignored (contract S61). Raises BadRequest naming the parameter that is missing or wrong."""
        types_ = _field_types(kind)
        given, names = given or {}, names or {}
        fields: dict[str, Any] = {"account_sid": self.actor.account_sid, **self.path}
        for parameter, field in names.items():
            if parameter in given:
                fields[field] = _value(parameter, field, given[parameter], types_[field])
        fields |= more
        for field in _required(kind):
            if field not in fields:
                raise _missing(next((p for p, known in names.items() if known == field), field))
        try:
            return msgspec.convert(fields, kind, strict=False)
        except msgspec.ValidationError as error:
            raise _named(error, names, types_) from None

    def first(self, parameter: str) -> str | None:
        """The last value the form gives a parameter."""
        return self.form[parameter][-1] if parameter in self.form else None

    def flag(self, parameter: str) -> bool | None:
        """A boolean parameter of the form, in any case. Raises BadRequest."""
        value = self.first(parameter)
        if value is None or value.lower() not in ("true", "false"):
            if value is None:
                return None
            raise BadRequest(f"{parameter}: must be true or false", Code.BAD_PARAMETER)
        return value.lower() == "true"


def decode_form(text: bytes) -> Form:
    """A form or a query string; repeated keys gather. Raises BadRequest for what is not UTF-8, or holds a NUL."""
    try:
        pairs = parse_qsl(text.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except UnicodeDecodeError:
        raise BadRequest("The form must be percent-encoded UTF-8", Code.BAD_PARAMETER) from None
    except ValueError:
        raise BadRequest(f"The form has more than {MAX_PARAMETERS} fields", Code.BAD_PARAMETER) from None
    form: Form = {}
    for key, value in pairs:
        if "\x00" in value:
            raise BadRequest(f"{key}: must not contain NUL characters", Code.BAD_PARAMETER)
        form.setdefault(key, []).append(value)
    return form


@cache
def _field_types(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _required(kind: type[Command]) -> tuple[str, ...]:
    return tuple(field.name for field in msgspec.structs.fields(kind) if field.required)


@cache
def _members(type_: Any) -> tuple[Any, ...]:
    """What a field may be: the members of a union, or the one type."""
    return get_args(type_) if get_origin(type_) in (Union, types.UnionType) else (type_,)


@cache
def _is_list(type_: Any) -> bool:
    return any(get_origin(member) in (list, tuple) for member in _members(type_))


def _value(parameter: str, field: str, given: list[str], type_: Any) -> Any:
    if _is_list(type_):
        return [value for value in given if value]
    value = given[-1]
    if not value and type(None) in _members(type_) and str not in _members(type_):
        return None  # the Node helper sends null as nothing (contract 1.1)
    if field in _DATES:
        return _milliseconds(parameter, value, _DATES[field], end_of_day=field == "end_date")
    if int in _members(type_):
        return _whole(parameter, value)
    return value


def _whole(parameter: str, value: str) -> int:
    try:
        return parse_whole(value)
    except ValueError:
        code = _CODES.get(parameter, Code.BAD_PARAMETER)
        raise BadRequest(f"{parameter}: must be a whole number in plain digits", code) from None


_DATES = {
    "date_created": Code.BAD_DATE_CREATED,
    "date_updated": Code.BAD_DATE_UPDATED,
    "last_consumption_timestamp": Code.BAD_TIMESTAMP,
    "start_date": Code.BAD_PARAMETER,
    "end_date": Code.BAD_PARAMETER,
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
_DAY = 24 * 3600 * 1000
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
"""ISO 8601 as people write it: Python also takes weeks, digits without separators, and any number of them."""


def _milliseconds(parameter: str, value: str, code: Code, *, end_of_day: bool) -> int:
    try:
        date = datetime.fromisoformat(value if _DATE.fullmatch(value) else "")
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        if not _FIRST <= date <= _LAST:
            raise ValueError
    except ValueError:
        raise BadRequest(f"{parameter}: must be an ISO 8601 date, as 2026-01-31T12:00:00Z", code) from None
    milliseconds = int((date - _EPOCH).total_seconds() * 1000)
    return milliseconds + _DAY - 1 if end_of_day and len(value) <= len("2026-01-31") else milliseconds


_MISSING = {"FriendlyName": Code.FRIENDLY_NAME_MISSING, "Identity": Code.IDENTITY_MISSING}


def _missing(parameter: str) -> BadRequest:
    return BadRequest(f"{parameter}: is missing", _MISSING.get(parameter, Code.BAD_PARAMETER))


_CODES = {
    "TypingIndicatorTimeout": Code.BAD_TYPING_TIMEOUT,
    "ConsumptionReportInterval": Code.BAD_CONSUMPTION_INTERVAL,
    "Limits.ChannelMembers": Code.BAD_CHANNEL_MEMBERS_LIMIT,
    "Limits.UserChannels": Code.BAD_USER_CHANNELS_LIMIT,
    "LastConsumedMessageIndex": Code.BAD_LAST_CONSUMED_INDEX,
    "LastReadMessageIndex": Code.BAD_LAST_CONSUMED_INDEX,
    "BindingType": Code.BAD_BINDING_TYPE,
    "State": Code.BAD_STATE,
}


def _named(error: msgspec.ValidationError, names: Names, types_: dict[str, Any]) -> BadRequest:
    """The refusal in terms of the parameter: msgspec says where by ``$.field``."""
    reason, _, place = str(error).partition(" - at `$.")
    field = place.rstrip("`").partition("[")[0]
    parameter = next((p for p, known in names.items() if known == field), field)
    choices = _choices(types_.get(field))
    remedy = f"must be one of {', '.join(choices)}" if choices else f"{reason[:1].lower()}{reason[1:]}"
    if bool in _members(types_.get(field)):
        remedy = "must be true or false"
    return BadRequest(f"{parameter}: {remedy}", _CODES.get(parameter, Code.BAD_PARAMETER))


def _choices(type_: Any) -> list[str]:
    """The words of an enumeration that is the field's type, or that of its members."""
    for member in (*_members(type_), *(inner for outer in _members(type_) for inner in get_args(outer))):
        if isinstance(member, type) and issubclass(member, Enum):
            return [str(choice.value) for choice in member]
    return []


Handler = Callable[[Call], Awaitable[Answer]]
