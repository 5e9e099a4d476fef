"""The settings: each described once, taken from defaults < file < environment < flags."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta

PREFIX = "CHAT_TUI_"


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
    token_url: str | None = None


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Every field has a description, which `--help` and the README show."""

    data: Annotated[str | None, Meta(description="Directory of the local service's data.")] = None
    identity: Annotated[str | None, Meta(description="Whom to chat as locally; the login name.")] = None
    url: Annotated[str | None, Meta(description="Address of another server, as https://chat.example.com.")] = None
    token: Annotated[str | None, Meta(description="Access token for --url.")] = None
    token_url: Annotated[str | None, Meta(description="HTTP address that answers with an access token for --url.")] = (
        None
    )
    profile: Annotated[str | None, Meta(description="Take url and token from [profiles.NAME] in the file.")] = None
    profiles: Annotated[dict[str, Profile], Meta(description="Other servers, by name.")] = {}
    glyphs: Annotated[Literal["auto", "unicode", "ascii"], Meta(description="Marks and borders.")] = "auto"
    theme: Annotated[str | None, Meta(description="Name of a Textual theme.")] = None
    log: Annotated[str | None, Meta(description="File the client logs to; chat-tui.log among its data.")] = None
    host: Annotated[str, Meta(description="Address the service listens on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="Port the service listens on; 0 takes a free one.")] = 0
    linger: Annotated[float, Meta(ge=0, le=60, description="Seconds a broken connection still counts as online.")] = (
        15.0
    )
    idle_after: Annotated[
        float, Meta(gt=0, description="Seconds without use after which a service started on demand ends.")
    ] = 60.0
    rate: Annotated[float, Meta(gt=0, description="Mutations a second, per channel and per service.")] = 30.0
    session_rate: Annotated[float, Meta(gt=0, description="Mutations a second of one connection.")] = 10.0
    ping_every: Annotated[float, Meta(gt=0, description="Seconds between two pings of a connection.")] = 20.0
    pong_within: Annotated[
        float, Meta(gt=0, description="Seconds a connection has to answer a ping before it is given up.")
    ] = 10.0
    synchronous: Annotated[
        Literal["FULL", "NORMAL"], Meta(description="SQLite's setting; only FULL survives power cuts.")
    ] = "FULL"
    public_name: Annotated[str | None, Meta(description="Host name the service answers for, beside loopback.")] = None
    origins: Annotated[list[str], Meta(description="Web origins that may connect, beside loopback ones.")] = []
    tls_cert: Annotated[str | None, Meta(description="TLS certificate file of the service.")] = None
    tls_key: Annotated[str | None, Meta(description="TLS key file of the service.")] = None
    insecure_plaintext: Annotated[bool, Meta(description="Listen beyond loopback without TLS.")] = False
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="What to log.")] = "info"


def load(
    flags: Mapping[str, Any], *, file: Path | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Settings from every source; flags that are ``None`` were not given. Raises SettingsError.

    ``file`` must exist when it is given; the default one need not.
    """
    values = _from_file(file)
    values |= _from_environment(os.environ if environment is None else environment)
    given = {name: value for name, value in flags.items() if value is not None}
    return _convert(values | given, "command line or environment")


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


def _from_file(file: Path | None) -> dict[str, Any]:
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
    _convert(values, str(file))
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
    return msgspec.structs.replace(settings, token=None if settings.token is None else Secret(settings.token))
