"""The commands: composes the parts, and imports each only when a command needs it."""

import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chat_tui import __version__, settings
from chat_tui.console import DecimalNumber, SafeGroup, WholeNumber, ask_secretly, say, warn
from chat_tui.locations import LOG
from chat_tui.protocol.defaults import MAX_IDENTITY, MAX_LINGER, MAX_PORT, MAX_TOKEN_LIFETIME, TOKEN_LIFETIME
from chat_tui.safe_text import safe_name

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from chat_tui.client.admin import AdminClient
    from chat_tui.local_service import LocalService


class Refused(click.ClickException):
    """A command cannot be carried out on this machine as it is; the message says why, and the remedy."""

    exit_code = 2


_DATA = click.option("--data", metavar="DIR", help="Directory of the local service's data.")
_CONFIG = click.option("--config", metavar="FILE", help="Settings file, instead of the default one.")


def _path(name: str, text: str) -> Path:
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        text = "\0"
    if not text or "\0" in text:
        raise click.UsageError(f"{name}: no file has such a name")
    return Path(text).expanduser().absolute()


def _load(flags: dict[str, Any]) -> settings.Settings:
    config = flags.pop("config", None)
    try:
        return settings.load(flags, file=None if config is None else _path("--config", config), warn=warn)
    except settings.SettingsError as error:
        raise click.UsageError(str(error)) from None


def _data(loaded: settings.Settings) -> Path:
    if loaded.data is not None:
        return _path("--data", loaded.data)
    from chat_tui.locations import data_directory

    return data_directory()


def _login_name() -> str:
    import getpass  # only those without --identity pay for it

    return getpass.getuser()


def _check_identity(identity: str) -> str:
    if not identity or len(identity) > MAX_IDENTITY or not identity.isprintable():
        raise click.UsageError(f"identity: 1 to {MAX_IDENTITY} printable characters are needed")
    return identity


@click.group(cls=SafeGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="chat-tui")
@_DATA
@_CONFIG
@click.option("--identity", metavar="NAME", help="Whom to chat as on the local service. Default: the login name.")
@click.option("--url", help="Chat on another server, as https://chat.example.com.")
@click.option("--token", help="Access token for --url. Shows in the list of processes: CHAT_TUI_TOKEN does not.")
@click.option("--token-file", metavar="FILE", help="File that holds an access token for --url.")
@click.option("--token-url", help="HTTP address that answers with an access token for --url.")
@click.option("--profile", metavar="NAME", help="Take url and token from [profiles.NAME] in the settings file.")
@click.option("--glyphs", type=click.Choice(["auto", "unicode", "ascii"]), help="Marks and borders.")
@click.option("--theme", help="Name of a Textual theme.")
@click.option("--log", metavar="FILE", help="File to log to. Default: chat-tui.log among the client's data.")
@click.pass_context
def main(context: click.Context, /, **flags: Any) -> None:
    """Chat in a terminal.

    Without a command: open the client on the local service, which is started when none runs.
    """
    if context.invoked_subcommand is not None:
        context.obj = flags
        return
    from chat_tui.tui import launch

    loaded = _load(flags)
    target = _target(loaded)
    sys.exit(launch.run(target, loaded, log=_chosen_log(loaded) or target.data / LOG))


def _chosen_log(loaded: settings.Settings) -> Path | None:
    return None if loaded.log is None else _path("--log", loaded.log)


def _target(loaded: settings.Settings) -> Any:
    """What the client is to connect to: another server, or the local service."""
    from chat_tui.tui.launch import LocalTarget, RemoteTarget

    url, ways = loaded.url, {way: getattr(loaded, way) for way in settings.TOKEN_WAYS}
    if loaded.profile is not None:
        profile = loaded.profiles.get(loaded.profile)
        if profile is None:
            known = ", ".join(sorted(loaded.profiles)) or "none"
            raise click.UsageError(f"profile: there is no [profiles.{loaded.profile}] in the file (known: {known})")
        own = {way: getattr(profile, way) for way in settings.TOKEN_WAYS}
        url, ways = profile.url, own if any(own.values()) else ways
    if url is None:
        if any(ways.values()):
            raise click.UsageError("--token, --token-file and --token-url need --url (or --profile)")
        identity = _check_identity(_login_name() if loaded.identity is None else loaded.identity)
        return LocalTarget(_data(loaded), identity)
    if "@" in _address("--url", url).netloc:
        raise click.UsageError("--url: a user name or a password does not belong in it")
    token = _token(ways)
    if ways["token_url"]:
        _address("--token-url", ways["token_url"])
    return RemoteTarget(_data(loaded), url, token, ways["token_url"])


def _address(name: str, url: str) -> "SplitResult":
    from chat_tui.protocol.addresses import parse_address

    try:
        return parse_address(url)
    except ValueError as error:
        raise click.UsageError(f"{name}: {error}") from None


def _token(ways: dict[str, str | None]) -> settings.Secret | None:
    """The access token, unless an HTTP address is asked for it. Who gives none is asked here, where there is a terminal
    to ask at."""
    if sum(map(bool, ways.values())) > 1:
        raise click.UsageError("--url needs only one of --token, --token-file and --token-url")
    token, file = ways["token"], ways["token_file"]
    try:
        if file:
            return settings.Secret(settings.token_in(_path("--token-file", file), warn))
        if token:
            return settings.Secret(settings.checked_token(token, "--token"))
        if ways["token_url"]:
            return None
        if not sys.stdin.isatty():
            raise click.UsageError("--url needs --token-file, CHAT_TUI_TOKEN or --token-url, or a terminal to ask at")
        return settings.Secret(settings.checked_token(ask_secretly("Access token"), "what was typed"))
    except settings.SettingsError as error:
        raise click.UsageError(str(error)) from None


@main.command()
@_DATA
@_CONFIG
@click.option("--host", help="Address to listen on. Default: 127.0.0.1.")
@click.option("--port", type=WholeNumber(0, MAX_PORT), help="Port to listen on; by default the last or a free one.")
@click.option("--linger", type=DecimalNumber(0, MAX_LINGER), help="Seconds a broken connection still counts as online.")
@click.option("--rate", type=DecimalNumber(), help="Mutations a second, per channel and per service.")
@click.option("--session-rate", type=DecimalNumber(), help="Mutations a second of one connection.")
@click.option("--ping-every", type=DecimalNumber(), help="Seconds between two pings of a connection.")
@click.option(
    "--pong-within", type=DecimalNumber(), help="Seconds until a connection that does not answer is given up."
)
@click.option(
    "--idle-after", type=DecimalNumber(), help="With --on-demand: seconds without use until the service ends."
)
@click.option("--public-name", help="Host name to answer for, beside loopback.")
@click.option("--tls-cert", metavar="FILE", help="TLS certificate; required beyond loopback.")
@click.option("--tls-key", metavar="FILE", help="TLS key.")
@click.option("--insecure-plaintext", is_flag=True, default=None, help="Listen beyond loopback without TLS.")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), help="What to log.")
@click.option("--on-demand", is_flag=True, help="End when nobody needs the service any more.")
@click.pass_context
def serve(context: click.Context, /, on_demand: bool, **flags: Any) -> None:
    """Run the service in the foreground, until Ctrl+C or SIGTERM."""
    loaded = _load(_with_parent(context, flags))
    from chat_tui.server.data_directory import AlreadyServed, CannotServe
    from chat_tui.server.runner import serve as run

    try:
        sys.exit(run(loaded, _data(loaded), on_demand=on_demand))
    except CannotServe as error:
        if on_demand and isinstance(error, AlreadyServed):
            sys.exit(0)  # another client was faster; that is as good
        raise Refused(str(error)) from None


@main.command()
@click.option("--identity", metavar="NAME", help="Whom to watch as. Default: the login name.")
@click.option("--seed", type=WholeNumber(), default=42, help="Another number, another play.")
@click.option("--glyphs", type=click.Choice(["auto", "unicode", "ascii"]), help="Marks and borders.")
@click.option("--theme", help="Name of a Textual theme.")
@click.option("--log", metavar="FILE", help="File to log to. Default: one for what keeps no data.")
def demo(seed: int, **flags: Any) -> None:
    """Open the client among six people in four channels, on a throw-away service."""
    loaded = _load(flags)
    from chat_tui.demo.theatre import open_theatre
    from chat_tui.locations import log_file
    from chat_tui.tui.launch import LocalTarget, missing_terminal, run

    trouble = missing_terminal()
    if trouble is not None:
        raise Refused(trouble)
    identity = _check_identity(_login_name() if loaded.identity is None else loaded.identity)
    with open_theatre(identity, seed) as theatre:
        target = LocalTarget(theatre.data, identity)
        log = _chosen_log(loaded) or log_file()  # the play's own directory goes when it ends
        status = run(target, loaded, log=log, ready=theatre.wait_until_ready, place="demo")
    sys.exit(status)


@main.command()
@click.argument("identity")
@_DATA
@_CONFIG
@click.option(
    "--lifetime", type=WholeNumber(1, MAX_TOKEN_LIFETIME), default=TOKEN_LIFETIME, help="Seconds the token lives."
)
@click.pass_context
def token(context: click.Context, /, identity: str, lifetime: int, **flags: Any) -> None:
    """Print an access token for IDENTITY on the local service, which is started when none runs."""
    loaded = _load(_with_parent(context, flags))
    from chat_tui.local_service import LocalServiceError, attach

    try:
        service = attach(_data(loaded))
    except LocalServiceError as error:
        raise Refused(str(error)) from None
    say(service.token_for(_check_identity(identity), lifetime))


@main.group()
def key() -> None:
    """Make, list and revoke API keys, which sign access tokens and open the REST API."""


@key.command("create")
@click.argument("name", default="")
@_DATA
@_CONFIG
@click.pass_context
def create_key(context: click.Context, /, name: str, **flags: Any) -> None:
    """Make a key, called NAME, and print its secret, which is shown this once."""
    made = _administer(context, flags, lambda admin, _: admin.create_key(name))
    say(f"key     {safe_name(made['sid'])}\nsecret  {safe_name(made['secret'])}")
    say("The secret is not shown again.", is_error=True)


@key.command("list")
@_DATA
@_CONFIG
@click.pass_context
def list_keys(context: click.Context, /, **flags: Any) -> None:
    """Print the keys that work."""
    for found in _administer(context, flags, lambda admin, _: admin.list_keys()):
        say("  ".join(safe_name(found[field]) for field in ("sid", "date_created", "friendly_name")).rstrip())


@key.command("revoke")
@click.argument("sid")
@_DATA
@_CONFIG
@click.pass_context
def revoke_key(context: click.Context, /, sid: str, **flags: Any) -> None:
    """Revoke the key SID: its tokens stop working at once, on open connections too."""

    async def revoke(admin: "AdminClient", service: "LocalService") -> None:
        if sid == service.api_key_sid:
            raise click.UsageError(f"{sid} is the local service's own key: the client on this machine needs it")
        await admin.revoke_key(sid)

    _administer(context, flags, revoke)


def _administer(
    context: click.Context,
    flags: dict[str, Any],
    action: "Callable[[AdminClient, LocalService], Coroutine[Any, Any, Any]]",
) -> Any:
    """The result of ``action`` on the local service, which is started when none runs."""
    loaded = _load(_with_parent(context, flags))
    import asyncio

    from chat_tui.client.admin import AdminClient
    from chat_tui.local_service import LocalServiceError, attach
    from chat_tui.protocol.errors import ChatError

    async def act() -> Any:
        account = (service.account_sid, service.auth_token)
        async with AdminClient(service.url, *account, challenge=service.challenge) as admin:
            return await action(admin, service)

    try:
        service = attach(_data(loaded))
        return asyncio.run(act())
    except LocalServiceError as error:
        raise Refused(str(error)) from None
    except ChatError as error:
        raise click.ClickException(str(error)) from None


def _with_parent(context: click.Context, flags: dict[str, Any]) -> dict[str, Any]:
    """Flags before the command's name count too, unless they are given again."""
    parent = context.obj or {}
    given = {name: value for name, value in parent.items() if name in ("data", "config") and value is not None}
    return given | {name: value for name, value in flags.items() if value is not None}


if __name__ == "__main__":
    main(prog_name="chat-tui")
