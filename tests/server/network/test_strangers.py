"""Who has no credentials, or borrows a browser's: answered in words, written nowhere, worth nothing."""

import asyncio
import base64
import contextlib
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from chat_tui import local_service
from chat_tui.local_service import LocalService
from chat_tui.protocol.twilsock import Header, encode
from chat_tui.server.network.hosts import host_name, is_own_page, may_connect
from tests.doors.visit import Frames, frame, upgrade
from tests.support.service import ServiceProcess, Tenant, serving
from tests.support.waiting import pause

ALLOWED = "https://app.example"
HOST = "localhost:8080"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost", "localhost"),
        ("LocalHost:80", "localhost"),
        ("[::1]:8080", "[::1]"),
        ("chat.twilio.com", "chat.twilio.com"),
        ("localhost:abc", ""),
        ("localhost:999999", ""),
        ("localhost:٣", ""),
        ("localhost:1:2", ""),
        ("user@localhost", ""),
        ("localhost/x", ""),
        ("[::1", ""),
        ("[::1]x", ""),
        (":80", ""),
        ("", ""),
        ("a b", ""),
        ("localhost\x00", "localhost\x00"),  # no name that anybody answers for
    ],
)
def test_a_host_is_a_name_and_perhaps_a_port(host: str, name: str) -> None:
    """What is anything else has no name."""
    assert host_name(host) == name


SITES = {"none": ["none"], "same-origin": ["same-origin"], "same-site": ["same-site"], "cross-site": ["cross-site"]}
SITES |= {"absent": [], "odd": ["Same-Origin, none"], "twice": ["same-origin", "cross-site"]}
ORIGINS = {"absent": [], "own": [f"http://{HOST}"], "allowed": [ALLOWED], "null": ["null"], "empty": [""]}
ORIGINS |= {
    "other port": ["http://localhost:3000"],
    "other name": ["http://127.0.0.1:8080"],
    "evil": ["https://evil.example"],
}
ORIGINS |= {"twice": [f"http://{HOST}", "https://evil.example"], "prefix": [f"http://{HOST}.evil.example"]}
ORIGINS |= {"user": [f"http://{HOST}@evil.example"], "broken": ["http://["]}


@pytest.mark.parametrize(("site", "origin"), list(itertools.product(SITES, ORIGINS)))
def test_only_own_and_allowed_pages_may_borrow_credentials(site: str, origin: str) -> None:
    """Programs, which send neither header, and what was typed; every other page is another's."""
    may = is_own_page(HOST, SITES[site], ORIGINS[origin], {ALLOWED})
    assert may == (origin == "allowed" or (origin in ("absent", "own") and site in ("absent", "none", "same-origin")))


@pytest.mark.parametrize(
    ("origins", "may"),
    [
        ([], True),
        ([ALLOWED], True),
        (["http://localhost"], True),
        (["http://127.0.0.1:3000"], True),
        (["http://[::1]:3000"], True),
        (["capacitor://localhost"], True),
        (["http://localhost.evil.example"], False),
        (["http://localhost@evil.example"], False),
        (["http://127.0.0.1.evil.example"], False),
        (["http://["], False),
        (["http://localhost:x"], False),
        (["null"], False),
        ([""], False),
        (["http://localhost", "http://localhost"], False),
        (["https://evil.example"], False),
    ],
)
def test_a_page_of_this_machine_may_open_a_socket(origins: list[str], may: bool) -> None:
    """It needs a token, which no browser adds by itself."""
    assert may_connect(origins, {ALLOWED}) is may


PAGES = {
    "a form of another site": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    "a form in an old browser": {"Origin": "https://evil.example"},
    "a form of a hidden origin": {"Origin": "null"},
    "another port of this machine": {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:3000"},
    "a link or an image": {"Sec-Fetch-Site": "cross-site"},
}


@pytest.mark.parametrize("page", PAGES)
def test_another_sites_page_neither_writes_nor_reads(tenant: Tenant, page: str) -> None:
    """Whatever the content type, the method and what stands in for it: 403 in Twilio's shape, and nothing happened.
    The refusal comes before the credentials, so that the browser asks nobody for them."""
    path = f"{tenant.path}/Channels"
    for content_type in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", ""):
        headers = PAGES[page] | {"Content-Type": content_type}
        answer = tenant.http.post(path, content="UniqueName=borrowed", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, 20403)
        assert {"code", "message", "more_info", "status"} == set(answer.json())
    for method in ("GET", "HEAD", "DELETE", "OPTIONS"):
        assert tenant.http.request(method, f"{path}/general", headers=PAGES[page]).status_code == 403
    stranger = httpx.get(f"{tenant.url}{path}", headers=PAGES[page], trust_env=False)
    assert (stranger.status_code, "www-authenticate" in stranger.headers) == (403, False)
    assert tenant.http.get(f"{path}/borrowed").status_code == 404
    assert tenant.http.get(f"{path}/general").status_code == 200


def test_programs_and_own_pages_write(tenant: Tenant) -> None:
    """Neither header; the service's own page; a method is what it says, whatever else it claims to be."""
    own = {"Sec-Fetch-Site": "same-origin", "Origin": tenant.url}
    for number, headers in enumerate(({}, own, {"X-HTTP-Method-Override": "DELETE"})):
        form = {"UniqueName": f"mine-{number}"}
        assert tenant.http.post(f"{tenant.path}/Channels", data=form, headers=headers).status_code == 201
    typed = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}
    assert tenant.http.get(f"{tenant.path}/Channels/mine-0", headers=typed).status_code == 200


def test_an_allowed_origin_may_use_rest(tmp_path: Path) -> None:
    """The operator's word counts for both faces."""
    config = tmp_path / "settings.toml"
    config.write_text(f'origins = ["{ALLOWED}"]\n')
    with serving(tmp_path / "data", "--config", str(config)) as process, contextlib.closing(Tenant(process)) as tenant:
        headers = {"Sec-Fetch-Site": "cross-site", "Origin": ALLOWED}
        assert tenant.http.get(tenant.path, headers=headers).status_code == 200


# ---- the parser


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalService, Path]]:
    data = tmp_path_factory.mktemp("strangers")
    with serving(data) as process:
        yield process, data / "test.log"


_HEAD = b"GET /v2/Services HTTP/1.1\r\nHost: localhost\r\n"
_UPGRADE = upgrade("localhost").removesuffix(b"\r\n\r\n")
_LONG = b"a" * 9000
BAD = {
    "two hosts": (_HEAD + b"Host: localhost\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "half an IPv6 address": (b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 421),
    "a port that is none": (b"GET / HTTP/1.1\r\nHost: localhost:abc\r\n\r\n", 421),
    "credentials that are no ASCII": (_HEAD + b"Authorization: Basic \xff\r\n\r\n", 401),
    "credentials twice": (_HEAD + b"Authorization: Basic YTpi\r\n" * 2 + b"\r\n", 400),
    "two lengths": (_HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    "a length in other digits": (_HEAD + "Content-Length: ٣\r\n\r\nabc".encode(), 400),
    "a length with an exponent": (_HEAD + b"Content-Length: 1e1\r\n\r\n", 400),
    "a length with an underscore": (_HEAD + b"Content-Length: 1_0\r\n\r\n", 400),
    "a length and a coding": (_HEAD + b"Content-Length: 1\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
    "a path that is no UTF-8": (b"GET /%ff HTTP/1.1\r\nHost: localhost\r\n\r\n", 401),
    "a tunnel to the health check": (b"CONNECT /health HTTP/1.1\r\nHost: localhost\r\n\r\n", 401),
    "bytes in the path": (b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "another site's socket": (_UPGRADE + b"\r\nOrigin: https://evil.example\r\n\r\n", 403),
    "a broken origin": (_UPGRADE + b"\r\nOrigin: http://[\r\n\r\n", 403),
    "two origins": (_UPGRADE + b"\r\nOrigin: http://localhost\r\nOrigin: http://localhost\r\n\r\n", 403),
    "an upgrade without a key": (_UPGRADE.replace(b"Sec-WebSocket-Key", b"X") + b"\r\n\r\n", 400),
    "an upgrade of another version": (_UPGRADE.replace(b"Version: 13", b"Version: 12") + b"\r\n\r\n", 400),
    "an upgrade by POST": (_UPGRADE.replace(b"GET", b"POST") + b"\r\n\r\n", 405),
    "an upgrade with a body": (_UPGRADE + b"\r\nContent-Length: 5\r\n\r\n", 400),
    "an upgrade at a long path": (_UPGRADE.replace(b"wsconnect", b"wsconnect?" + _LONG) + b"\r\n\r\n", 414),
    "an upgrade with a long header": (_UPGRADE + b"\r\nX: " + _LONG + b"\r\n\r\n", 431),
    "an upgrade with 200 headers": (_UPGRADE + b"\r\nX: y" * 200 + b"\r\n\r\n", 431),
}


async def _statuses(url: str, sent: bytes) -> list[int]:
    """Of every answer to ``sent``, until the service has nothing more to say."""
    target = httpx.URL(url)
    reader, writer = await asyncio.open_connection(target.host, target.port)
    writer.write(sent)
    found = b""
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(1.0 if b"Connection: close" not in sent else 10.0):
            while chunk := await reader.read(65536):
                found += chunk
                if found.startswith(b"HTTP/1.1 ") and b"\r\n\r\n" in found and b"HTTP" in sent[1:]:
                    break
    writer.transport.abort()
    return [int(part[:3]) for part in found.split(b"HTTP/1.1 ")[1:]]


@pytest.mark.parametrize("case", BAD)
async def test_a_malformed_request_is_answered(place: tuple[LocalService, Path], case: str) -> None:
    """With a status that says what is wrong, and not with a fault of ours in the log."""
    (process, log), (sent, status) = place, BAD[case]
    assert (await _statuses(process.url, sent))[:1] == [status]
    assert "Traceback" not in log.read_text()


async def test_rubbish_behind_a_request_spoils_no_answer(place: tuple[LocalService, Path]) -> None:
    """The answer to what came before it may be under way, or given before its form was whole."""
    process, log = place
    credentials = base64.b64encode(f"{process.account_sid}:{process.auth_token}".encode())
    head = b"POST /v2/Services HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic " + credentials
    for sent in (
        head + b"\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        head + b"\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nzz\r\n",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nzz\r\n",
        _HEAD + b"\r\n\xff\xff\xff\xff\r\n\r\n",
        head + b"\r\nContent-Length: 50\r\n\r\nFriendly",
    ):
        assert set(await _statuses(process.url, sent)) <= {400, 401}
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{process.url}/health")).status_code == 200
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("depth", [65, 2000, 100_000])
@pytest.mark.parametrize("place_in_it", ["header", "claims", "packet"])
async def test_depth_ends_nothing(place: tuple[LocalService, Path], place_in_it: str, depth: int) -> None:
    """A token whose header or claims, or a packet whose header, is nested however deep is refused in words."""
    process, log = place
    deep = b"[" * depth + b"]" * depth
    part = base64.urlsafe_b64encode(deep).rstrip(b"=")
    claims = base64.urlsafe_b64encode(b'{"iss":"%s"}' % process.api_key_sid.encode()).rstrip(b"=")
    token = {"header": part + b"." + claims + b".x", "claims": b"eyJhbGciOiJIUzI1NiJ9." + part + b".x", "packet": b""}
    packet = encode(Header("init", "TM1", token=token[place_in_it].decode()[:250_000]))
    if place_in_it == "packet":
        packet = b'TWILSOCK V3.0 %d\r\n{"method":"init","id":"TM1","metadata":%s}\r\n' % (len(deep) + 42, deep)
    target = httpx.URL(process.url)
    reader, writer = await asyncio.open_connection(target.host, target.port, limit=1024 * 1024)
    writer.write(_UPGRADE + b"\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    socket = Frames(reader, writer)
    socket.write(frame(packet))
    async with asyncio.timeout(10):
        answer = await socket.read()
    socket.abort()
    assert answer is not None
    assert b'"code":40' in answer[1]
    assert "Traceback" not in log.read_text()


# ---- use


async def _pester(url: str, process: ServiceProcess) -> int:
    """Ask without credentials, and hold sockets that say nothing, until the service is gone."""
    assert process.process is not None
    target, asked = httpx.URL(url), 0
    held = []
    while process.process.poll() is None:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(target.host, target.port)
            held.append((reader, writer))
            writer.write(_UPGRADE + b"\r\n\r\n" if asked % 2 else _HEAD + b"\r\n")
        asked += 1
        await pause(0.05)
    for _, writer in held:
        writer.transport.abort()
    return asked


async def test_strangers_keep_no_service_running(tmp_path: Path) -> None:
    """One that was started on demand ends when nobody with credentials uses it, whoever else knocks."""
    process = ServiceProcess(tmp_path, "--on-demand", "--idle-after", "0.5")
    url = (await asyncio.to_thread(process.start)).url
    begun = time.monotonic()
    try:
        async with asyncio.timeout(15):
            assert await _pester(url, process) > 5
    finally:
        process.stop()
    assert time.monotonic() - begun < 12
    assert local_service.find(tmp_path) is None
    log = (tmp_path / "service.log").read_text()
    assert "nobody needs this service any more" in log
    assert len(log.splitlines()) < 100
