"""One service process: takes the data directory, opens the core, serves, and drains when it is told to stop."""

import asyncio
import contextlib
import importlib
import ipaddress
import logging
import os
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import FrameType

import uvicorn

from chat_tui.protocol.defaults import SESSION_BURST
from chat_tui.protocol.errors import Unavailable
from chat_tui.protocol.service_file import LOG
from chat_tui.server.app import Application
from chat_tui.server.core import ServiceCore
from chat_tui.server.data_directory import (
    CannotServe,
    Credentials,
    DataDirectory,
    as_cannot_serve,
    locked_directory,
)
from chat_tui.server.logs import configure
from chat_tui.server.network.http import MAX_REQUEST_HEAD, http_class
from chat_tui.server.network.limits import Limits
from chat_tui.server.network.listener import Listener
from chat_tui.server.realtime.gateway import Gateway
from chat_tui.server.realtime.socket import SETTINGS, socket_class
from chat_tui.server.seeding import FIRST_CHANNEL, check_files_match, seed
from chat_tui.server.store.database import DatabaseUnusable
from chat_tui.server.store.secrets import BadKey
from chat_tui.settings import Settings
from chat_tui.tasks import Tasks

_HERE = {"localhost": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not listened on
"""Where on this machine a service is found that listens on a name, or on every address."""

LOOK_EVERY = 1.0
"""Seconds between two looks whether the data directory is still ours."""

_log = logging.getLogger(__name__)


def serve(settings: Settings, data: Path, *, on_demand: bool = False) -> int:
    """Serve ``data`` until a signal, or, started on demand, until nobody needs it. Raises CannotServe."""
    configure(settings.log_level)
    _check_exposure(settings)
    os.umask(0o077)
    with locked_directory(data) as directory:
        if on_demand:  # nobody watches: what it says goes where it is bounded, its last words to standard error
            with as_cannot_serve(directory.path):
                configure(settings.log_level, directory.path / LOG)
        try:
            asyncio.run(_Runner(settings, directory, on_demand=on_demand).run())
        except CannotServe:
            raise
        except Exception:
            _log.exception("the service ends: an unexpected error")
            raise
    return 0


def _check_exposure(settings: Settings) -> None:
    """Raises CannotServe where tokens would travel unprotected (guarantees, Security 5)."""
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise CannotServe("--tls-cert and --tls-key go together")
    try:
        is_local = ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        is_local = settings.host == "localhost"
    if not is_local and not settings.tls_cert and not settings.insecure_plaintext:
        raise CannotServe(f"--host {settings.host} is not loopback: give --tls-cert and --tls-key")


class _Server(uvicorn.Server):
    """uvicorn's server, whose signals are ours, since the gateway drains before the server stops, and whose
    connections our `Listener` takes."""

    def __init__(self, config: uvicorn.Config, gateway: Gateway) -> None:
        super().__init__(config)
        self._gateway = gateway
        self.servers: list[Listener] = []  # type: ignore[assignment]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        config, gateway = self.config, self._gateway

        def make_protocol() -> asyncio.Protocol:
            made: asyncio.Protocol = config.http_protocol_class(  # type: ignore[call-arg]
                config=config, server_state=self.server_state, app_state={}
            )
            return made

        self.servers[:] = [
            Listener(
                listening,
                make_protocol,
                gateway.visitors.make_room,
                context=config.ssl,
                handshake_within=gateway.limits.handshake_within,
            )
            for listening in sockets or ()
        ]
        self.started = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.should_exit = True


class _Runner:
    def __init__(self, settings: Settings, directory: DataDirectory, *, on_demand: bool) -> None:
        self._settings = settings
        self._directory = directory
        self._on_demand = on_demand
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for wanted in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(wanted, self._stopping.set)
        _raise_descriptor_limit()
        async with self._open_core() as core:
            listener, credentials = await self._prepare(core)
            await self._serve(core, listener, credentials)

    async def _prepare(self, core: ServiceCore) -> tuple[socket.socket, Credentials]:
        """What serves, and what opens it; both are kept for the next time."""
        try:
            with as_cannot_serve(self._directory.path):
                await check_files_match(core, self._directory)
                credentials = self._directory.credentials()
                credentials.service_sid = core.local_service_sid = await seed(core, credentials)
                listener = self._listen(credentials.port)
                credentials.port = listener.getsockname()[1]
                self._directory.keep(credentials)
        except Unavailable as error:
            raise CannotServe(f"{core.store.path} cannot be used: {error}") from None
        return listener, credentials

    @contextlib.asynccontextmanager
    async def _open_core(self) -> AsyncIterator[ServiceCore]:
        core = self._make_core()
        try:
            try:
                await core.start()
            except Unavailable as error:
                raise CannotServe(f"{core.store.path} cannot be used: {error}") from None
            yield core
        finally:
            await core.close()

    def _make_core(self) -> ServiceCore:
        settings, path = self._settings, self._directory.path
        try:
            with as_cannot_serve(path):
                return ServiceCore(
                    path,
                    linger=round(settings.linger * 1000),
                    rate=settings.rate,
                    synchronous=settings.synchronous,
                    first_channel=FIRST_CHANNEL,
                )
        except (DatabaseUnusable, BadKey) as error:
            raise CannotServe(str(error)) from None

    def _listen(self, last_port: int) -> socket.socket:
        settings = self._settings
        ports = [settings.port] if settings.port or not last_port else [last_port, 0]
        for port in ports:
            family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
            listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((settings.host, port))
                listener.listen(1024)
            except OSError as error:
                listener.close()
                if port == ports[-1]:
                    reason = error.strerror
                    raise CannotServe(f"cannot listen on {settings.host} port {port}: {reason}") from None
                continue
            return listener
        raise AssertionError("unreachable: the last port returns or raises")

    async def _serve(self, core: ServiceCore, listener: socket.socket, credentials: Credentials) -> None:
        settings = self._settings
        limits = Limits(
            ping_every=settings.ping_every,
            pong_within=settings.pong_within,
            session_rate=settings.session_rate,
            session_burst=max(SESSION_BURST, settings.session_rate * 15),
        )
        public_name, prover, origins = settings.public_name, self._directory.prover, settings.origins
        gateway = Gateway(core, limits, origins=origins, public_name=public_name, prover=prover)
        application = Application(core, public_name=public_name, prover=prover, origins=origins)
        server, tasks = _Server(self._config(application, gateway), gateway), Tasks()
        async with contextlib.AsyncExitStack() as steps:  # each is taken, the last one first, whatever another raises
            steps.push_async_callback(tasks.close)
            await gateway.start()
            serving = tasks.spawn(server.serve(sockets=[listener]), "serving")
            steps.push_async_callback(_end, server, serving)
            steps.push_async_callback(gateway.drain)
            steps.callback(_stop_listening, server)
            steps.callback(self._directory.withdraw)  # before the port is free for somebody else
            self._announce(credentials)
            tasks.spawn(asyncio.to_thread(importlib.import_module, "jwt"), "warming up")  # the first token needs it
            tasks.keep_running(lambda: self._watch_idleness(gateway, application), "watching for idleness")
            tasks.keep_running(self._watch_directory, "watching the data directory")
            stopping = tasks.spawn(self._stopping.wait(), "waiting for the end")
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            _log.info("draining", extra={"pid": os.getpid()})
        _log.info("stopped", extra={"pid": os.getpid()})

    def _config(self, application: Application, gateway: Gateway) -> uvicorn.Config:
        settings, limits = self._settings, gateway.limits
        return uvicorn.Config(
            application,
            http=http_class(gateway.visitors, limits),
            ws=socket_class(gateway),
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=1024,
            h11_max_incomplete_event_size=MAX_REQUEST_HEAD,
            ssl_certfile=settings.tls_cert,
            ssl_keyfile=settings.tls_key,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=round(limits.idle_within),
            **SETTINGS,
        )

    def _announce(self, credentials: Credentials) -> None:
        """Tell clients where we are. The listener is open, so whoever reads this is answered."""
        scheme = "https" if self._settings.tls_cert else "http"
        host = _HERE.get(self._settings.host, self._settings.host)
        url = f"{scheme}://[{host}]:{credentials.port}" if ":" in host else f"{scheme}://{host}:{credentials.port}"
        self._directory.announce(url, credentials)
        _log.info(f"serving {url}", extra={"pid": os.getpid()})
        if sys.stderr.isatty() and not self._on_demand:
            _log.info("stop with Ctrl+C")

    async def _watch_idleness(self, gateway: Gateway, application: Application) -> None:
        """A service that was started on demand ends when it served nobody for a while (guarantees, Local service 5)."""
        if not self._on_demand:
            await self._stopping.wait()
        loop = asyncio.get_running_loop()
        idle_since = loop.time()
        while not self._stopping.is_set():
            await asyncio.sleep(min(1.0, self._settings.idle_after))
            if gateway.is_used:
                idle_since = loop.time()
            idle_since = max(idle_since, application.last_request)
            if loop.time() - idle_since >= self._settings.idle_after:
                _log.info("nobody needs this service any more")
                self._stopping.set()
        await asyncio.Event().wait()

    async def _watch_directory(self) -> None:
        """Two services on one directory would each think they are the only one: who came first ends."""
        await asyncio.sleep(LOOK_EVERY)
        if self._directory.is_taken() and not self._stopping.is_set():
            path = self._directory.path
            _log.error(f"the lock of {path} was removed or exchanged: this service ends, another may have it now")
            self._stopping.set()


def _stop_listening(server: _Server) -> None:
    for listening in server.servers:
        listening.close()


async def _end(server: _Server, serving: asyncio.Task[None]) -> None:
    """uvicorn's server ends by itself when it is told; it has a bound of its own."""
    server.should_exit = True
    with contextlib.suppress(asyncio.CancelledError):
        await serving


def _raise_descriptor_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    _log.info("open files allowed", extra={"limit": hard})
