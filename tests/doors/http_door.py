"""HTTP: requests with something wrong in every place of a request, and bytes that are none."""

import base64
from collections.abc import Iterator

import msgspec

from tests.doors.mutations import Mutator
from tests.doors.visit import Visit

LONG = [4_000, 20_000, 63_000, 70_000, 300_000]


class Raw(msgspec.Struct):
    """A request before its bytes. ``is_whole``: an answer must come, since nothing is missing that could follow."""

    method: bytes = b"GET"
    target: bytes = b"/v2/Services"
    version: bytes = b"HTTP/1.1"
    headers: list[tuple[bytes, bytes]] = []
    body: bytes = b""
    newline: bytes = b"\r\n"
    before: bytes = b""
    is_whole: bool = True

    def encoded(self) -> bytes:
        lines = [b" ".join((self.method, self.target, self.version))]
        lines += [name + b": " + value for name, value in self.headers]
        return self.before + self.newline.join([*lines, b"", b""]) + self.body

    def give(self, name: bytes, value: bytes) -> None:
        self.headers = [one for one in self.headers if one[0].lower() != name.lower()] + [(name, value)]

    def drop(self, name: bytes) -> None:
        self.headers = [one for one in self.headers if one[0].lower() != name.lower()]


def _good(draw: Mutator, visit: Visit) -> Raw:
    process = visit.tenant.process
    credentials = base64.b64encode(f"{process.account_sid}:{process.auth_token}".encode())
    headers = [(b"Host", f"{visit.host}:{visit.port}".encode()), (b"Authorization", b"Basic " + credentials)]
    made = Raw(headers=headers)
    made.target = draw.choice(
        [b"/v2/Services", f"{visit.tenant.path}/Channels".encode(), b"/health", b"/v2/Credentials"]
    )
    if draw.random() < 0.5:
        made.method = b"POST"
        made.target = f"{visit.tenant.path}/Channels".encode()
        made.body = b"FriendlyName=fuzz"
        made.give(b"Content-Type", b"application/x-www-form-urlencoded")
        made.give(b"Content-Length", b"17")
    return made


METHODS = [b"", b"get", b"G E T", b"POST\x00", b"OPTIONS", b"HEAD", b"TRACE", b"CONNECT", b"PATCH", b"PUT", b"X" * 5000]
METHODS += [b"\xc3\xa9", b"GET\t", b"BREW", b"PRI"]


def _method(draw: Mutator, request: Raw) -> None:
    request.method = draw.choice(METHODS)


def _target(draw: Mutator, request: Raw) -> None:
    odd = [
        b"",
        b"*",
        b"//",
        b"?",
        b"/%",
        b"/%zz",
        b"/%ff%fe",
        b"/\xff",
        b"/v2/Services/%00",
        b"/../..",
        b"/v2/Services?%",
    ]
    odd += [
        b"/v2/Services?%ff=%fe",
        b"/v2/Services?a=%00",
        b"/v2/Services#x",
        b"/chat",
        b"/v2//Services",
        b"http://e/v2",
    ]
    odd += [b"/v2/Services?PageSize=" + draw.number().encode(), b"/v2/Services?PageToken=" + draw.number().encode()]
    odd += [b"/v2/Services?" + b"a=1&" * draw.choice([300, 5000]), b"/" + b"a" * draw.choice(LONG), b"/" + b"%2F" * 900]
    odd += [
        b"/v2/Services/" + b"/".join([b"x"] * 500),
        b"/v2/Services?q=" + b"\xf0\x9f\x92\xa5",
        b"/v2/Services HTTP/1.1 x",
    ]
    request.target = draw.choice(odd)


def _version(draw: Mutator, request: Raw) -> None:
    odd = [
        b"HTTP/1.0",
        b"HTTP/0.9",
        b"HTTP/2.0",
        b"HTTP/1.2",
        b"HTTP/9999.9",
        b"",
        b"FTP/1.1",
        b"HTTP/1.1 x",
        b"http/1.1",
    ]
    request.version = draw.choice(odd)


HOSTS = [
    b"",
    b" ",
    b"a b",
    b"[::1",
    b"[",
    b"]",
    b"localhost:abc",
    b"localhost:99999999",
    b"evil.example",
    b"\xff",
    b":80",
]
HOSTS += [b"localhost\x00", b"chat.twilio.com", b"LOCALHOST", b"localhost, evil", b"user@localhost", b"127.0.0.1:1:2"]
HOSTS += [
    b"[::1]:80x",
    b"api.twilio.com:443",
    b"localhost/..",
    b"%6cocalhost",
    b"chat.\xd0\xb0.twilio.com",
    b"x" * 9000,
]


def _host(draw: Mutator, request: Raw) -> None:
    chance = draw.random()
    if chance < 0.15:
        request.drop(b"Host")
    elif chance < 0.3:
        request.headers.append((b"Host", draw.choice([b"localhost", *HOSTS])))
    else:
        request.give(b"Host", draw.choice(HOSTS))


def _credentials(draw: Mutator, request: Raw) -> None:
    code = base64.b64encode
    odd = [
        b"",
        b"Basic",
        b"Basic ",
        b"Basic !!!",
        b"Basic \xff",
        b"Basic \xc3\xa9",
        b"Bearer x",
        b"Digest x",
        b"basic a====",
    ]
    odd += [
        b"Basic " + code(one)
        for one in (b"", b":", b"\xff:\xff", b"AC" + b"0" * 32, b"SK:x", b"AC\x00:x", b"a:" * 9000)
    ]
    odd += [b"Basic " + code(draw.text().encode(errors="replace") + b":" + draw.text().encode(errors="replace"))]
    if draw.random() < 0.3:
        request.headers.append((b"Authorization", draw.choice(odd)))
    else:
        request.give(b"Authorization", draw.choice(odd))


def _length(draw: Mutator, request: Raw) -> None:
    """Lengths no parser may take, alone or beside another; one that is too long leaves the request unfinished."""
    value = draw.choice([draw.number().encode(), b"5, 5", b"5, 6", b"", b"17", b"17 17"])
    if draw.random() < 0.4:
        request.headers.append((b"Content-Length", value))
    else:
        request.give(b"Content-Length", value)
    request.is_whole = False


def _coding(draw: Mutator, request: Raw) -> None:
    odd = [
        b"chunked",
        b"gzip, chunked",
        b"chunked, chunked",
        b"identity",
        b"",
        b"chunked\x00",
        b"\x0bchunked",
        b"xchunked",
    ]
    if draw.random() < 0.6:
        request.drop(b"Content-Length")
    request.headers.append((b"Transfer-Encoding", draw.choice(odd)))
    sizes = [b"5", b"0x5", b"-5", b"5;" + b"x" * 9000, b"FFFFFFFFFFFFFFFFFFFF", b"", b" 5", b"5_0", "٣".encode()]
    request.body = (
        draw.choice(sizes) + b"\r\nabcde\r\n" + draw.choice([b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n", b"zz\r\n", b""])
    )
    request.is_whole = False


def _junk_header(draw: Mutator, request: Raw) -> None:
    junk = [
        (b"a b", b"c"),
        (b"", b"x"),
        (b"X\x00", b"y"),
        (b"X", b"a\x00b"),
        (b"X", b"a\r\n folded"),
        (b"X", b"\xff\xfe"),
    ]
    junk += [(b"X", b"x" * draw.choice(LONG)), (b"\xff", b"x"), (b"X ", b"x"), (b"Connection", b"upgrade")]
    junk += [
        (b"Expect", b"100-continue"),
        (b"Expect", b"200-ok"),
        (b"Upgrade", b"h2c"),
        (b"Connection", b"close, \xff"),
    ]
    request.headers.append(draw.choice(junk))
    if draw.random() < 0.1:
        request.headers += [(b"X-%d" % number, b"y") for number in range(draw.choice([120, 200, 3000]))]


def _known_header(draw: Mutator, request: Raw) -> None:
    names = [b"Content-Type", b"X-Twilio-Webhook-Enabled", b"X-HTTP-Method-Override", b"Origin", b"Sec-Fetch-Site"]
    names += [b"Sec-Fetch-Mode", b"Accept", b"Cookie", b"Range", b"If-Match", b"X-Forwarded-Host", b"Forwarded"]
    odd = [
        b"",
        b"null",
        b"\xff",
        b"text/plain",
        b"multipart/form-data",
        b"application/json",
        b"cross-site",
        b"same-origin",
    ]
    odd += [b"https://evil.example", b"http://[", b"http://localhost:99999999", b"DELETE", b"x" * 9000, b"true, false"]
    odd += [b"application/x-www-form-urlencoded; charset=utf-16", b"application/x-www-form-urlencodedx"]
    name = draw.choice(names)
    for _ in range(draw.choice([1, 1, 2])):
        request.headers.append((name, draw.choice(odd)))


def _form(draw: Mutator, request: Raw) -> None:
    odd = [
        b"%",
        b"%zz=%zz",
        b"\xff\xfe=1",
        b"a=%ff",
        b"a=%00",
        b"=&=&=",
        b"a&" * 5000,
        b"FriendlyName=" + b"x" * 200_000,
    ]
    odd += [
        b"x" * 300_000,
        b"FriendlyName=%F0%9F%92",
        b"UniqueName=a%ud800",
        b"Attributes=" + b"[" * 100_000,
        b"Type=\x1b",
    ]
    odd += [b"Attributes=" + b"%7B%22a%22%3A" * 70 + b"1" + b"%7D" * 70, b"DateCreated=" + draw.number().encode()]
    request.method = b"POST"
    request.body = draw.choice(odd)
    request.give(b"Content-Length", str(len(request.body)).encode())


def _lines(draw: Mutator, request: Raw) -> None:
    request.newline = draw.choice([b"\n", b"\r\n", b"\r", b"\r\r\n", b"\n\r"])
    request.before = draw.choice(
        [b"", b"\r\n", b"\r\n" * 100, b"\n\n", b" ", b"\x00", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"]
    )
    request.is_whole = request.newline in (b"\n", b"\r\n") and not request.before


MUTATIONS = (
    _method,
    _target,
    _version,
    _host,
    _credentials,
    _length,
    _coding,
    _junk_header,
    _known_header,
    _form,
    _lines,
)


class Case(msgspec.Struct):
    sent: bytes
    is_whole: bool


def _cases(draw: Mutator, visit: Visit, count: int) -> Iterator[Case]:
    for _ in range(count):
        request = _good(draw, visit)
        for mutation in draw.sample(MUTATIONS, draw.choice([1, 1, 2, 3])):
            mutation(draw, request)
        sent, is_whole = request.encoded(), request.is_whole
        chance = draw.random()
        if chance < 0.1:
            sent, is_whole = draw.bytes(sent), False
        elif chance < 0.15:
            sent += draw.choice([b"\xff" * 50, _good(draw, visit).encoded(), b"GET / HTTP/1.1\r\n" + b"a" * 9000])
        yield Case(sent, is_whole)


async def requests(visit: Visit, count: int) -> None:
    """Each on a connection of its own. What is whole is answered."""

    async def send(case: Case) -> None:
        status = await visit.http(case.sent, is_whole=case.is_whole)
        if case.is_whole and (status is None or status < 0):
            visit.fault("no answer" if status is None else "closed without an answer", case.sent)
        visit.note(status or 0, case.sent, may_be=range(100, 502))

    await visit.all(_cases(visit.draw, visit, count), send)
