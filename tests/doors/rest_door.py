"""REST: every documented operation, with parameters, paths and credentials that are wrong."""

import base64
from collections.abc import Iterator
from urllib.parse import quote, urlencode

from tests.doors.mutations import NUMBERS, Mutator
from tests.doors.visit import Visit
from tests.referees.openapi_facts import Operation, Shape, documents
from tests.referees.samples import TELEPHONE_PARAMETERS

_NAMED = {"service", "channel", "user", "member", "message", "invite"}


def _value(draw: Mutator, name: str, shape: Shape) -> str:
    chance = draw.random()
    if chance < 0.25 and shape.enum:
        return draw.choice(shape.enum)
    if chance < 0.5 or shape.type in ("integer", "number"):
        return draw.choice(NUMBERS)
    if chance < 0.6 and name in ("Attributes", "Participant"):
        return draw.json(draw.value()).decode(errors="replace")[:60_000]
    return draw.text()


def _given(draw: Mutator, shapes: dict[str, Shape]) -> list[tuple[str, str]]:
    names = [name for name in shapes if name not in TELEPHONE_PARAMETERS or draw.random() < 0.1]
    chosen = draw.sample(names, draw.randrange(min(len(names), 4) + 1)) if names else []
    given = [(name, _value(draw, name, shapes[name])) for name in chosen]
    if chosen and draw.random() < 0.2:
        given.append((chosen[0], draw.text()))
    if draw.random() < 0.1:
        given.append((draw.text(), draw.text()))
    return given


def _encoded(draw: Mutator, given: list[tuple[str, str]]) -> bytes:
    made = urlencode(given, errors="surrogatepass").encode()
    return draw.bytes(made) if draw.random() < 0.1 else made


def _case(draw: Mutator, visit: Visit, name: str, operation: str, fact: Operation) -> bytes:
    process = visit.tenant.process
    method, _, path = operation.partition(" ")
    segments = visit.world.place(name, path).split("/")
    if draw.random() < 0.25:
        segments[draw.randrange(len(segments))] = quote(draw.text()[:2000], safe="%", errors="replace")
    if method == "DELETE":
        segments[-1] = quote(draw.text()[:2000] or "x", safe="", errors="replace")
    query = _encoded(draw, _given(draw, fact.query))
    target = "/".join(segments).encode() + (b"?" + query if query else b"")
    body = _encoded(draw, _given(draw, fact.form)) if method == "POST" else b""
    code = base64.b64encode(f"{process.account_sid}:{process.auth_token}".encode())
    head = [b"%s %s HTTP/1.1" % (method.encode(), target.replace(b" ", b"%20")), b"Host: localhost"]
    head += [b"Authorization: Basic " + code, b"Content-Length: %d" % len(body)]
    head += [b"Content-Type: application/x-www-form-urlencoded"] if body else []
    if draw.random() < 0.1:
        head.append(b"X-Twilio-Webhook-Enabled: " + draw.choice([b"true", b"", b"1", b"TRUE", b"\xff"]))
    return b"\r\n".join([*head, b"", body])


def _cases(draw: Mutator, visit: Visit, count: int) -> Iterator[bytes]:
    every = [(name, *pair) for name, document in documents().items() for pair in document.operations.items()]
    for number in range(count):
        yield _case(draw, visit, *every[number % len(every)])


async def rest(visit: Visit, count: int) -> None:
    async def send(sent: bytes) -> None:
        status = await visit.http(sent)
        if status is None or status < 0:
            visit.fault("no answer", sent)
        visit.note(status or 0, sent, may_be=range(100, 502))

    await visit.all(_cases(visit.draw, visit, count), send)
