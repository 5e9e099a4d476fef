"""Checks on what people hand in: each names the parameter, and the remedy."""

import re
import unicodedata
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from chat_tui.protocol.defaults import MAX_ATTRIBUTES, MAX_BODY, MAX_DEPTH, MAX_IDENTITY, MAX_NAME
from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.protocol.sids import Kind, is_sid
from chat_tui.protocol.untrusted import is_too_deep

E = TypeVar("E", bound=StrEnum)

MAX_URL = 2048
"""Characters."""


def text(parameter: str, value: str) -> str:
    """``value``, if it can be stored and sent: no NUL, no lone surrogate."""
    if "\x00" in value:
        raise BadRequest(f"{parameter}: must not contain NUL characters", Code.BAD_PARAMETER)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadRequest(f"{parameter}: contains a lone surrogate; send valid Unicode", Code.BAD_PARAMETER) from None
    return value


def name(parameter: str, value: str, code: Code = Code.FRIENDLY_NAME_TOO_LONG, *, limit: int = MAX_NAME) -> str:
    if len(value) > limit:
        raise BadRequest(f"{parameter}: at most {limit} characters", code)
    return text(parameter, value)


def choice(parameter: str, value: str, choices: type[E], code: Code = Code.BAD_PARAMETER) -> E:
    """``value`` as one of an enumeration's words."""
    try:
        return choices(value)
    except ValueError:
        raise BadRequest(f"{parameter}: must be one of {', '.join(choices)}", code) from None


def url(parameter: str, value: str, code: Code = Code.BAD_PARAMETER) -> str:
    """An http or https URL with a host."""
    if len(text(parameter, value)) > MAX_URL:
        raise BadRequest(f"{parameter}: at most {MAX_URL} characters", code)
    try:
        parts = urlsplit(value)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and value.isprintable()
    except ValueError:
        is_good = False
    if not is_good or " " in value:
        raise BadRequest(f"{parameter}: must be a URL, as https://example.com/hook", Code.BAD_PARAMETER)
    return value


def looks_like_sid(value: str, prefix: str) -> bool:
    """Whether ``value`` has the shape of a SID with two letters of a product that is not here."""
    return re.fullmatch(rf"{prefix}[0-9a-fA-F]{{32}}", value) is not None


def _addressable(parameter: str, value: str) -> str:
    """``value``, if a path can name it (contract 9.10): HTTP clients take ``..`` in a path for a step back, so what is
    asked of a thing of that name, say its deletion, would be done to what it belongs to."""
    if value in (".", ".."):
        raise BadRequest(f"{parameter}: must not be . or .., which no path can name", Code.BAD_PARAMETER)
    return text(parameter, value)


def unique_name(value: str | None) -> str | None:
    """A channel's unique name; empty means none."""
    if not value:
        return None
    if is_sid(value, Kind.CHANNEL):
        raise BadRequest("UniqueName: must not look like a Channel SID", Code.UNIQUE_NAME_LOOKS_LIKE_SID)
    return _addressable("UniqueName", name("UniqueName", value, Code.UNIQUE_NAME_TOO_LONG))


RESERVED = frozenset({"system", "private", "unique"})
"""Identities that nobody may have (50203): ``system`` is the author of what the operator does."""


_LOOKALIKES = str.maketrans(
    "аɑαᴀΑеɛєҽεᴇΕіıɩɪιӏΙмᴍΜпոռɴΝԛɋѕꜱтᴛτΤцսᴜυνѵᴠүуγʏΥ",
    "aaaaaeeeeeeeiiiiiiimmmnnnnnqqssttttuuuuvvvyyyyy",
)
"""Letters of other scripts, and small capitals, that look like those of `RESERVED` (some of Unicode's confusables)."""

_UNSEEN = "\u115f\u1160\u2800\u3164\uffa0"
"""Blanks which Unicode counts among letters and symbols."""


def is_reserved(identity: str) -> bool:
    """Whether ``identity`` is a reserved one, or reads like it: in another case, in compatible characters (fullwidth,
    ligatures) or other scripts' alike, with blanks, marks or characters that are not seen, or turned round by one."""
    alike = unicodedata.normalize("NFKC", identity).translate(_LOOKALIKES).casefold()
    plain = unicodedata.normalize("NFKD", alike).translate(_LOOKALIKES)
    seen = [char for char in plain if unicodedata.category(char)[0] not in "CMZ" and char not in _UNSEEN]
    return "".join(seen) in RESERVED or ("\u202e" in identity and "".join(reversed(seen)) in RESERVED)


def identity(value: str) -> str:
    if is_reserved(value[: MAX_IDENTITY + 1]):
        raise BadRequest("Identity: is reserved; choose another", Code.IDENTITY_RESERVED)
    if not value:
        raise BadRequest("Identity: is missing", Code.IDENTITY_MISSING)
    if len(value) > MAX_IDENTITY:
        raise BadRequest(f"Identity: at most {MAX_IDENTITY} characters", Code.IDENTITY_TOO_LONG)
    if is_sid(value, Kind.USER):
        raise BadRequest("Identity: must not look like a User SID", Code.IDENTITY_LOOKS_LIKE_SID)
    return _addressable("Identity", value)


def author(parameter: str, value: str, code: Code = Code.AUTHOR_TOO_LONG) -> str:
    if len(value) > MAX_IDENTITY:
        raise BadRequest(f"{parameter}: at most {MAX_IDENTITY} characters", code)
    return text(parameter, value)


def body(value: str, limit: int = MAX_BODY) -> str:
    if len(text("Body", value).encode()) > limit:
        raise BadRequest(f"Body: at most {limit} bytes of UTF-8", Code.BODY_TOO_LONG)
    return value


def attributes(value: str) -> str:
    """A string of JSON, at most 64 levels deep; empty means ``{}``. It travels inside other JSON to everybody in a
    channel: what their decoders do not stand must not get there."""
    if not value:
        return "{}"
    if len(text("Attributes", value).encode()) > MAX_ATTRIBUTES:
        raise BadRequest(f"Attributes: at most {MAX_ATTRIBUTES} bytes of UTF-8", Code.ATTRIBUTES_TOO_LONG)
    try:
        decoded = msgspec.json.decode(value)
    except msgspec.DecodeError:
        raise BadRequest("Attributes: must be a string of valid JSON", Code.ATTRIBUTES_NOT_JSON) from None
    except RecursionError:
        raise BadRequest(_TOO_DEEP, Code.ATTRIBUTES_NOT_JSON) from None
    attributes_depth(decoded)
    return value


_TOO_DEEP = f"Attributes: at most {MAX_DEPTH} levels of lists and objects"


def attributes_depth(decoded: Any) -> None:
    """Raises BadRequest for attributes, as decoded JSON, that are nested too deeply."""
    if is_too_deep(decoded):
        raise BadRequest(_TOO_DEEP, Code.ATTRIBUTES_NOT_JSON)
