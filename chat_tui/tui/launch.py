"""Starts the application on the local service or on another server."""

import asyncio
import contextlib
import gc
import logging
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from chat_tui import logs
from chat_tui.local_service import LocalService, LocalServiceError, attach
from chat_tui.protocol.errors import TransportError
from chat_tui.protocol.proof import Challenge
from chat_tui.settings import Secret, Settings

if TYPE_CHECKING:
    from chat_tui.tui.app import ChatApp
    from chat_tui.tui.render.times import Clock

_log = logging.getLogger(__name__)


class LocalTarget(msgspec.Struct, frozen=True):
    """The local service of a data directory, as ``identity``."""

    data: Path
    identity: str


class RemoteTarget(msgspec.Struct, frozen=True):
    """Another server, with a token or an HTTP address that answers with one; ``data`` is where this machine keeps
    things."""

    data: Path
    url: str
    token: Secret | None
    token_url: str | None


Target = LocalTarget | RemoteTarget

CLIENTS = "clients"
"""Where, under a data directory, clients keep what is not sent yet."""


class LocalConnector:
    """Asks for the local service before every try to connect, so that one that died is started again."""

    def __init__(self, target: LocalTarget) -> None:
        self._target = target
        self._service: LocalService | None = None
        self._trouble: LocalServiceError | None = None
        self._is_fresh = False
        self._first = threading.Thread(target=self._attach, daemon=True)
        self._first.start()

    def _attach(self) -> None:
        try:
            self._service, self._trouble = attach(self._target.data), None
        except LocalServiceError as error:
            self._service, self._trouble = None, error
        except OSError as error:
            self._service, self._trouble = None, LocalServiceError(f"{self._target.data}: {error.strerror}")
        except Exception as error:  # a thread that dies in silence would leave the user with "connecting"
            _log.exception("looking for the local service failed")
            self._service, self._trouble = None, LocalServiceError(f"unexpected {type(error).__name__}: see the log")

    @property
    def folder(self) -> Path:
        return self._target.data / CLIENTS

    async def prepare(self) -> str | None:
        """Wait for the service; what to say when there is none and there will be none."""
        await asyncio.to_thread(self._first.join)
        self._is_fresh = self._service is not None
        return None if self._trouble is None else str(self._trouble)

    async def address(self) -> str:
        """The service's URL; what `prepare` has just found is as good as new."""
        if not self._is_fresh:
            await asyncio.to_thread(self._attach)
        self._is_fresh = False
        if self._service is None:
            raise TransportError(str(self._trouble))
        return self._service.url

    def challenge(self) -> Challenge:
        """What whoever answers there must know before it is told the token."""
        assert self._service is not None, "the address is asked for first"
        return self._service.challenge()

    async def token(self) -> str:
        assert self._service is not None, "the address is asked for first"
        return self._service.token_for(self._target.identity)


Ready = Callable[[], str | None]


def run(
    target: Target, settings: Settings, *, log: Path, ready: Ready | None = None, place: str = "local service"
) -> int:
    """Open the application; the exit status of the process. ``settings`` say how it looks; ``log`` is the file to log
    to; ``ready``, when given, blocks until the service is fit to be used, and says what is wrong if it never will be;
    ``place`` is what the title calls the local service."""
    trouble = missing_terminal()
    if trouble is not None:
        _say_last(trouble)
        return 2
    gc.disable()  # until the first paint: collecting what has just been imported finds nothing
    log_place = begin_log(log)
    try:
        app = _application(target, settings, log_place, ready, place)
        trouble, status = app.run(), app.return_code or 0
    except Exception:
        _log.exception("the application failed")
        trouble, status = f"it ended: an unexpected error; {log_place}", 1
    if trouble:
        _say_last(trouble)
    return status


def _say_last(trouble: str) -> None:
    from chat_tui.tui.render.safe_text import safe_name

    with contextlib.suppress(OSError, ValueError):  # nobody may be there any more
        print(f"chat-tui: {safe_name(trouble)}", file=sys.stderr)  # noqa: T201 - the last word to the user


def missing_terminal() -> str | None:
    """What to say when the screen could not be painted, or nobody could type."""
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, f"__{name}__")
        if stream is None or stream.closed or not stream.isatty():
            return f"a terminal is needed, and {name} is none: run it in one, without redirecting"
    return None


def _application(target: Target, settings: Settings, log_place: str, ready: Ready | None, place: str) -> "ChatApp":
    connector = LocalConnector(target) if isinstance(target, LocalTarget) else None
    prepare: Callable[[], Awaitable[str | None]] | None
    from chat_tui.client import ChatClient
    from chat_tui.client.link.token_source import fetch_token
    from chat_tui.tui.app import ChatApp
    from chat_tui.tui.faults import Faults
    from chat_tui.tui.render.glyphs import choose

    if connector is not None:
        client = ChatClient(
            "", connector.token, address=connector.address, challenge=connector.challenge, keep=connector.folder
        )
        prepare = connector.prepare if ready is None else (lambda: asyncio.to_thread(ready))
    else:
        assert isinstance(target, RemoteTarget)
        token_url = target.token_url
        token = target.token or (lambda: fetch_token(token_url or ""))
        source = f"{target.url} {token_url}" if token_url else None
        client = ChatClient(target.url, token, keep=target.data / CLIENTS, token_source=source)
        place, prepare = target.url.partition("://")[2].partition("/")[0], None
    glyphs, faults = choose(settings.glyphs), Faults(log_place)
    return ChatApp(
        client, place=place, glyphs=glyphs, clock=_clock(settings), theme=settings.theme, prepare=prepare, faults=faults
    )


def _clock(settings: Settings) -> "Clock":
    from chat_tui.tui.render.times import Clock

    if settings.time_zone is None:
        return Clock()
    from zoneinfo import ZoneInfo  # most people have set none

    return Clock(zone=ZoneInfo(settings.time_zone))


def begin_log(file: Path) -> str:
    """Log to ``file``, as every part of the program does from now on; where to look, in words. Without a file that can
    be written the program runs as well, and nothing is printed over the screen."""
    try:
        logs.configure_file(file)
        place = f"see {file}"
    except OSError as error:
        logs.use(logging.NullHandler(), "info")
        place = f"there is no log ({file}: {error.strerror or error})"
    threading.excepthook = _log_thread
    sys.unraisablehook = _log_unraisable
    return place


def _log_thread(died: threading.ExceptHookArgs) -> None:
    """What a thread dies of goes to the log: standard error is the user's screen."""
    name = "a thread" if died.thread is None else died.thread.name
    if died.exc_value is not None:
        _log.error("%s died", name, exc_info=died.exc_value)


def _log_unraisable(found: "sys.UnraisableHookArgs") -> None:
    if found.exc_value is not None:
        _log.error("%s", found.err_msg or "nobody could be told of an error", exc_info=found.exc_value)
