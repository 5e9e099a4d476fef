"""The settings: each described once, taken from defaults < file < environment < flags."""

import contextlib
import os
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta

from chat_tui.protocol.defaults import (
    IDLE_AFTER,
    LINGER,
    MAX_LINGER,
    MAX_PORT,
    PING_EVERY,
    PONG_WITHIN,
    RATE,
    SESSION_RATE,
)

PREFIX = "CHAT_TUI_"

MAX_TOKEN = 16 * 1024
"""Characters of an access token."""

LONGEST = 7 * 24 * 3600
"""Seconds, where a setting is a time."""

MOST_A_SECOND = 1e9
"""Of anything: more is no limit."""

TOKEN_WAYS = ("token", "token_file", "token_url")
"""Settings that say where an access token comes from: the strongest source that has one of them decides alone."""


class SettingsError(Exception):
    """A setting is wrong; the message names its source, its key and the remedy."""


class Secret(str):
    """Text that must not be seen: its repr, and so every crash report, shows ``***``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "***"


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another server, under a name: ``[profiles.NAME]`` in the file."""

    url: str
    token: str | None = None
    token_file: str | None = None
    token_url: str | None = None


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Every field has a description, for whoever lists them."""

    data: Annotated[str | None, Meta(description="Directory of the local service's data.")] = None
    identity: Annotated[str | None, Meta(description="Whom to chat as locally; the login name.")] = None
    url: Annotated[str | None, Meta(description="Address of another server, as https://chat.example.com.")] = None
    token: Annotated[str | None, Meta(description="Access token for --url.")] = None
    token_file: Annotated[str | None, Meta(description="File that holds an access token for --url.")] = None
    token_url: Annotated[str | None, Meta(description="HTTP address that answers with an access token for --url.")] = (
        None
    )
    profile: Annotated[str | None, Meta(description="Take url and token from [profiles.NAME] in the file.")] = None
    profiles: Annotated[dict[str, Profile], Meta(description="Other servers, by name.")] = {}
    glyphs: Annotated[Literal["auto", "unicode", "ascii"], Meta(description="Marks and borders.")] = "auto"
    theme: Annotated[str | None, Meta(description="Name of a Textual theme.")] = None
    time_zone: Annotated[
        str | None, Meta(description="Zone of the times on the screen, as Europe/Paris; the machine's.")
    ] = None
    log: Annotated[str | None, Meta(description="File the client logs to; chat-tui.log among its data.")] = None
    host: Annotated[str, Meta(description="Address the service listens on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=MAX_PORT, description="Port the service listens on; 0 takes a free one.")] = 0
    linger: Annotated[
        float, Meta(ge=0, le=MAX_LINGER, description="Seconds a broken connection still counts as online.")
    ] = LINGER
    idle_after: Annotated[
        float, Meta(gt=0, le=LONGEST, description="Seconds without use after which a service started on demand ends.")
    ] = IDLE_AFTER
    rate: Annotated[
        float, Meta(gt=0, le=MOST_A_SECOND, description="Mutations a second, per channel and per service.")
    ] = RATE
    session_rate: Annotated[
        float, Meta(gt=0, le=MOST_A_SECOND, description="Mutations a second of one connection.")
    ] = SESSION_RATE
    ping_every: Annotated[float, Meta(gt=0, le=LONGEST, description="Seconds between two pings of a connection.")] = (
        PING_EVERY
    )
    pong_within: Annotated[
        float, Meta(gt=0, le=LONGEST, description="Seconds a connection has to answer a ping before it is given up.")
    ] = PONG_WITHIN
    synchronous: Annotated[
        Literal["FULL", "NORMAL"], Meta(description="SQLite's setting; only FULL survives power cuts.")
    ] = "FULL"
    public_name: Annotated[str | None, Meta(description="Host name the service answers for, beside loopback.")] = None
    origins: Annotated[
        list[str], Meta(description="Web origins that may connect, beside loopback ones, and use REST.")
    ] = []
    tls_cert: Annotated[str | None, Meta(description="TLS certificate file of the service.")] = None
    tls_key: Annotated[str | None, Meta(description="TLS key file of the service.")] = None
    insecure_plaintext: Annotated[bool, Meta(description="Listen beyond loopback without TLS.")] = False
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="What to log.")] = "info"


def load(
    flags: Mapping[str, Any],
    *,
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    warn: Callable[[str], None] = lambda words: None,
) -> Settings:
    """Settings from every source; flags that are ``None`` were not given. Raises SettingsError.

    ``file`` must exist when it is given; the default one need not. ``warn`` is told of a secret that others can see.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    _warn_of_flags(given, warn)
    values: dict[str, Any] = {}
    for source in (
        _from_file(file, warn),
        _from_environment(os.environ if environment is None else environment),
        given,
    ):
        if any(source.get(way) for way in TOKEN_WAYS):
            values = {name: value for name, value in values.items() if name not in TOKEN_WAYS}
        values |= source
    return _convert(values, "command line or environment")


def _warn_of_flags(given: Mapping[str, Any], warn: Callable[[str], None]) -> None:
    """Everybody on the machine can list the processes, with their arguments."""
    if given.get("token"):
        warn("--token shows in the list of processes: use CHAT_TUI_TOKEN or --token-file, or leave it out to be asked")
    if set("@?") & set(str(given.get("token_url", ""))):
        warn("a secret in --token-url shows in the list of processes: use CHAT_TUI_TOKEN_URL or the settings file")


def token_in(file: Path, warn: Callable[[str], None]) -> str:
    """The access token a file holds, which may be a pipe. Raises SettingsError."""
    try:
        with file.open("rb") as source:
            mode = os.fstat(source.fileno()).st_mode
            content = source.read(MAX_TOKEN + 1)
    except OSError as error:
        raise SettingsError(f"--token-file: {file}: cannot be read ({error.strerror})") from None
    if stat.S_ISREG(mode) and mode & 0o077:
        warn(f"others may read the access token in {file}: chmod 600 {file}")
    return checked_token(content.decode(errors="replace"), f"--token-file: {file}")


def checked_token(text: str, source: str) -> str:
    """``text`` without what stands around it. Raises SettingsError naming the source when it can be no access token."""
    token = text.strip()
    if not re.fullmatch(r"[\x21-\x7e]+", token) or len(token) > MAX_TOKEN:
        raise SettingsError(f"{source} holds no access token")
    return token


def describe() -> list[tuple[str, str, Any]]:
    """Every setting's name, description and default."""
    hints = get_type_hints(Settings, include_extras=True)
    return [
        (field.name, _description(hints[field.name]), field.default)
        for field in msgspec.structs.fields(Settings)
        if field.name != "profiles"
    ]


def _description(hint: Any) -> str:
    for meta in reversed(getattr(hint, "__metadata__", ())):
        if isinstance(meta, Meta) and meta.description:
            return meta.description
    return ""


def _from_file(file: Path | None, warn: Callable[[str], None]) -> dict[str, Any]:
    if file is None:
        from chat_tui.locations import config_file

        file = config_file()
        if not file.exists():
            return {}
    import tomllib  # most people have no file

    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: not valid TOML: {error}") from None
    settings = _convert(values, str(file))
    if settings.token or any(profile.token for profile in settings.profiles.values()):
        with contextlib.suppress(OSError):
            if file.stat().st_mode & 0o077:
                warn(f"others may read the access token in {file}: chmod 600 {file}")
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    names = set(Settings.__struct_fields__) - {"profiles", "origins"}
    found = {name: environment[PREFIX + name.upper()] for name in names if PREFIX + name.upper() in environment}
    for name in found:
        _convert({name: found[name]}, f"environment {PREFIX}{name.upper()}")
    return found


def _convert(values: Mapping[str, Any], source: str) -> Settings:
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$.")
        key = f"{place.rstrip('`')}: " if place else ""
        raise SettingsError(f"{source}: {key}{reason[:1].lower()}{reason[1:]}") from None
    if settings.time_zone is not None:
        _check_time_zone(settings.time_zone, source)
    profiles = {name: msgspec.structs.replace(one, token=_hidden(one.token)) for name, one in settings.profiles.items()}
    return msgspec.structs.replace(settings, token=_hidden(settings.token), profiles=profiles)


def _check_time_zone(name: str, source: str) -> None:
    from zoneinfo import ZoneInfo  # most people have set none

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise SettingsError(f"{source}: time_zone: this machine knows no zone {name!r}") from None


def _hidden(token: str | None) -> Secret | None:
    return None if token is None else Secret(token)
