"""Requests to become a WebSocket, spoilt."""

from collections.abc import Callable, Iterator

from tests.doors.http_door import Case, Raw
from tests.doors.mutations import Mutator
from tests.doors.visit import Visit, upgrade


def _cases(draw: Mutator, visit: Visit, count: int) -> Iterator[Case]:
    for _ in range(count):
        head = upgrade(f"{visit.host}:{visit.port}").split(b"\r\n\r\n")[0]
        start, *lines = head.split(b"\r\n")
        method, target, version = start.split(b" ")
        headers = [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]
        request = Raw(method=method, target=target, version=version, headers=headers)
        for _ in range(draw.choice([1, 1, 2])):
            draw.choice(SPOILERS)(draw, request)
        yield Case(request.encoded(), request.is_whole)


WEBSOCKET_HEADERS = [b"Sec-WebSocket-Key", b"Sec-WebSocket-Version", b"Host", b"Upgrade", b"Connection"]
ODD_ORIGINS = [
    b"", b"null", b"https://evil.example", b"http://[", b"http://localhost", b"http://[::1]:x", b"\xff", b"x" * 9000,
]  # fmt: skip
ODD_TARGETS = [
    b"/", b"/v3/wsconnect/", b"/v3/wsconnect?%ff", b"/v3/wsconnect?" + b"a" * 9000, b"/v3%2Fwsconnect", b"/health",
]  # fmt: skip
ODD_HEADERS = [
    (b"Content-Length", b"5"),
    (b"Transfer-Encoding", b"chunked"),
    (b"X", b"\xff\xfe"),
    (b"X", b"x" * 20_000),
    (b"Sec-WebSocket-Extensions", b"permessage-deflate; x=\xff"),
    (b"Sec-WebSocket-Protocol", b"," * 100),
]


def _drop_header(draw: Mutator, request: Raw) -> None:
    request.drop(draw.choice(WEBSOCKET_HEADERS))


def _odd_key(draw: Mutator, request: Raw) -> None:
    odd = [b"", b"x", b"A" * 22 + b"==", b"\xff", b"!" * 24, b"A" * 9000, b"=" * 24]
    request.give(b"Sec-WebSocket-Key", draw.choice(odd))


def _odd_version(draw: Mutator, request: Raw) -> None:
    odd = [b"", b"12", b"013", b"13, 8", b"\xff", b"9" * 30, b"-13", b"1_3"]
    request.give(b"Sec-WebSocket-Version", draw.choice(odd))


def _odd_method(draw: Mutator, request: Raw) -> None:
    request.method = draw.choice([b"POST", b"HEAD", b"OPTIONS", b"DELETE", b"get", b"X" * 300])


def _odd_origin(draw: Mutator, request: Raw) -> None:
    request.headers.append((b"Origin", draw.choice(ODD_ORIGINS)))
    if draw.random() < 0.3:
        request.headers.append((b"Origin", draw.choice(ODD_ORIGINS)))


def _second_header(draw: Mutator, request: Raw) -> None:
    name = draw.choice(WEBSOCKET_HEADERS)
    request.headers.append((name, draw.choice([b"websocket", b"13", b"x", b"", b"A" * 22 + b"==", b"localhost"])))


def _odd_target(draw: Mutator, request: Raw) -> None:
    request.target = draw.choice(ODD_TARGETS)


def _odd_header(draw: Mutator, request: Raw) -> None:
    request.headers.append(draw.choice(ODD_HEADERS))
    request.is_whole = False


def _many_headers(draw: Mutator, request: Raw) -> None:
    request.headers += [(b"X-%d" % number, b"y") for number in range(draw.choice([100, 130, 500]))]


SPOILERS: list[Callable[[Mutator, Raw], None]] = [
    _drop_header, _odd_key, _odd_version, _odd_method, _odd_origin, _second_header, _odd_target, _odd_header,
    _many_headers,
]  # fmt: skip


async def requests(visit: Visit, count: int) -> None:
    """Requests to become a WebSocket that must not, or may: each is answered."""

    async def send(case: Case) -> None:
        await visit.upgrade_slot()
        status = await visit.http(case.sent, is_whole=case.is_whole)
        if case.is_whole and (status is None or status < 0):
            visit.fault("no answer" if status is None else "closed without an answer", case.sent)
        visit.note(status or 0, case.sent, may_be=range(100, 500))

    await visit.all(_cases(visit.draw, visit, count), send)
