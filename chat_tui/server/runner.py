"""One service process: takes the data directory, opens the house, serves, and drains when it is told to stop."""

import asyncio
import contextlib
import fcntl
import importlib
import ipaddress
import logging
import os
import resource
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import FrameType
from typing import IO

import msgspec
import uvicorn

from chat_tui import __version__
from chat_tui.protocol import PROTOCOL
from chat_tui.protocol.errors import NotFound
from chat_tui.protocol.service_file import ServiceFile
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.values import ChannelType
from chat_tui.server.app import Application
from chat_tui.server.house import House
from chat_tui.server.http import http_class
from chat_tui.server.listener import Listener
from chat_tui.server.logs import configure
from chat_tui.server.operations.accounts import EnsureAccount, PinDefaultService
from chat_tui.server.operations.actors import SYSTEM, AccountActor
from chat_tui.server.operations.channels import CreateChannel
from chat_tui.server.operations.keys import EnsureKey
from chat_tui.server.operations.services import CreateService, FetchService, UpdateService
from chat_tui.server.realtime.gateway import Gateway
from chat_tui.server.realtime.limits import Limits
from chat_tui.server.realtime.socket import SETTINGS, socket_class
from chat_tui.server.store.database import DatabaseTooNew
from chat_tui.settings import Settings

FIRST_CHANNEL = "general"
_log = logging.getLogger(__name__)


class CannotServe(Exception):
    """The service cannot start; the message says why, and the remedy."""


class Credentials(msgspec.Struct):
    """What opens the local service, kept for good in ``credentials.json`` (0600)."""

    account_sid: str
    auth_token: str
    api_key_sid: str
    api_key_secret: str
    service_sid: str = ""
    port: int = 0
    """The last port, which is used again when it is free."""


def serve(settings: Settings, data: Path, *, on_demand: bool = False) -> int:
    """Serve ``data`` until a signal, or, started on demand, until nobody needs it. Raises CannotServe."""
    configure(settings.log_level)
    _check_exposure(settings)
    os.umask(0o077)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _holding(data):
        if on_demand:  # nobody watches: what it says goes where it is bounded, its last words to standard error
            configure(settings.log_level, data / "service.log")
        asyncio.run(_Runner(settings, data, on_demand=on_demand).run())
    return 0


def _check_exposure(settings: Settings) -> None:
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise CannotServe("--tls-cert and --tls-key go together")
    try:
        is_local = ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        is_local = settings.host == "localhost"
    if not is_local and not settings.tls_cert and not settings.insecure_plaintext:
        raise CannotServe(f"--host {settings.host} is not loopback: give --tls-cert and --tls-key")


@contextlib.contextmanager
def _holding(data: Path) -> Iterator[IO[str]]:
    """The lock on the data directory, held for life. Raises CannotServe naming the pid that holds it."""
    with (data / "service.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotServe(f"{data} is served already, by {_holder(data)}: stop that one first") from None
        yield lock


def _holder(data: Path) -> str:
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return f"pid {msgspec.json.decode((data / 'service.json').read_bytes(), type=ServiceFile).pid}"
    return "a process that is just starting"


def write_private(path: Path, content: object) -> None:
    """Replace ``path`` (0600) with ``content`` as JSON, in one step."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _credentials(data: Path) -> Credentials:
    path = data / "credentials.json"
    with contextlib.suppress(FileNotFoundError):
        try:
            return msgspec.json.decode(path.read_bytes(), type=Credentials)
        except msgspec.DecodeError as error:
            raise CannotServe(f"{path}: {error}; restore it, or move the directory away") from None
    made = Credentials(new_sid(Kind.ACCOUNT), secrets.token_hex(16), new_sid(Kind.KEY), secrets.token_urlsafe(32))
    write_private(path, made)
    return made


async def seed(house: House, credentials: Credentials) -> str:
    """Account, key, and a first service with reachability and a public channel, which paths that name no service
    mean. Returns the service's SID."""
    run, box = house.dispatcher.run, house.box
    account = AccountActor(credentials.account_sid)
    await run(SYSTEM, EnsureAccount(credentials.account_sid, box.seal(credentials.auth_token)))
    await run(
        SYSTEM,
        EnsureKey(credentials.account_sid, credentials.api_key_sid, "local", box.seal(credentials.api_key_secret)),
    )
    if credentials.service_sid:
        with contextlib.suppress(NotFound):
            found = await run(account, FetchService(credentials.service_sid))
            await run(account, PinDefaultService(credentials.account_sid, found.sid))
            return str(found.sid)
    service = await run(account, CreateService(account_sid=credentials.account_sid, friendly_name="Local service"))
    await run(account, PinDefaultService(credentials.account_sid, service.sid))
    await run(account, UpdateService(service.sid, reachability_enabled=True))
    name = FIRST_CHANNEL
    await run(account, CreateChannel(service.sid, friendly_name=name, unique_name=name, type=ChannelType.PUBLIC))
    return str(service.sid)


class _Server(uvicorn.Server):
    """uvicorn's server, whose signals are ours, since the gateway drains before the server stops, and whose
    connections our `Listener` takes."""

    def __init__(self, config: uvicorn.Config, gateway: Gateway) -> None:
        super().__init__(config)
        self._gateway = gateway

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        config, gateway = self.config, self._gateway

        def make_protocol() -> asyncio.Protocol:
            made: asyncio.Protocol = config.http_protocol_class(  # type: ignore[call-arg]
                config=config, server_state=self.server_state, app_state={}
            )
            return made

        self.servers: list[Listener] = [  # type: ignore[assignment]
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
    def __init__(self, settings: Settings, data: Path, *, on_demand: bool) -> None:
        self._settings = settings
        self._data = data
        self._on_demand = on_demand
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for wanted in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(wanted, self._stopping.set)
        _raise_descriptor_limit()
        credentials = _credentials(self._data)
        async with self._open_house() as house:
            credentials.service_sid = house.local_service_sid = await seed(house, credentials)
            listener = self._listen(credentials.port)
            credentials.port = listener.getsockname()[1]
            write_private(self._data / "credentials.json", credentials)
            await self._serve(house, listener, credentials)

    @contextlib.asynccontextmanager
    async def _open_house(self) -> AsyncIterator[House]:
        settings = self._settings
        try:
            house = House(
                self._data,
                linger=round(settings.linger * 1000),
                rate=settings.rate,
                synchronous=settings.synchronous,
                first_channel=FIRST_CHANNEL,
            )
        except DatabaseTooNew as error:
            raise CannotServe(str(error)) from None
        await house.start()
        try:
            yield house
        finally:
            await house.close()

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

    async def _serve(self, house: House, listener: socket.socket, credentials: Credentials) -> None:
        settings = self._settings
        limits = Limits(
            ping_every=settings.ping_every,
            pong_within=settings.pong_within,
            session_rate=settings.session_rate,
            session_burst=max(150.0, settings.session_rate * 15),
        )
        gateway = Gateway(house, limits, origins=settings.origins, public_name=settings.public_name)
        application = Application(house, public_name=settings.public_name)
        config = uvicorn.Config(
            application,
            http=http_class(gateway.visitors, limits),
            ws=socket_class(gateway),
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=1024,
            ssl_certfile=settings.tls_cert,
            ssl_keyfile=settings.tls_key,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=round(limits.idle_within),
            **SETTINGS,
        )
        server = _Server(config, gateway)
        await gateway.start()
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        self._announce(credentials)
        warming = asyncio.create_task(asyncio.to_thread(importlib.import_module, "jwt"))  # the first token needs it
        watching = asyncio.create_task(self._watch_idleness(gateway, application))
        await asyncio.wait({serving, asyncio.create_task(self._stopping.wait())}, return_when=asyncio.FIRST_COMPLETED)
        _log.info("draining", extra={"pid": os.getpid()})
        watching.cancel()
        await warming
        for listening in server.servers:
            listening.close()
        await gateway.drain()
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await serving
        (self._data / "service.json").unlink(missing_ok=True)
        _log.info("stopped", extra={"pid": os.getpid()})

    def _announce(self, credentials: Credentials) -> None:
        """Tell clients where we are. The listener is open, so whoever reads this is answered."""
        settings = self._settings
        scheme = "https" if settings.tls_cert else "http"
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        running = ServiceFile(
            url=f"{scheme}://{host}:{credentials.port}",
            account_sid=credentials.account_sid,
            auth_token=credentials.auth_token,
            service_sid=credentials.service_sid,
            api_key_sid=credentials.api_key_sid,
            api_key_secret=credentials.api_key_secret,
            pid=os.getpid(),
            version=__version__,
            protocol=PROTOCOL,
        )
        write_private(self._data / "service.json", running)
        _log.info(f"serving {running.url}", extra={"pid": os.getpid()})
        if sys.stderr.isatty() and not self._on_demand:
            _log.info("stop with Ctrl+C")

    async def _watch_idleness(self, gateway: Gateway, application: Application) -> None:
        """A service that was started on demand ends when it served nobody for a while."""
        if not self._on_demand:
            return
        loop = asyncio.get_running_loop()
        idle_since = loop.time()
        while not self._stopping.is_set():
            await asyncio.sleep(min(1.0, self._settings.idle_after))
            if gateway.links:
                idle_since = loop.time()
            idle_since = max(idle_since, application.last_request)
            if loop.time() - idle_since >= self._settings.idle_after:
                _log.info("nobody needs this service any more")
                self._stopping.set()


def _raise_descriptor_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    _log.info("open files allowed", extra={"limit": hard})
