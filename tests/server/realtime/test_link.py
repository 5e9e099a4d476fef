"""A connection without a network: what it answers while the store cannot."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import apsw
import pytest

from chat_tui.protocol.defaults import MAX_PARAMETERS
from chat_tui.protocol.errors import BadRequest
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.tokens import encode_token
from chat_tui.protocol.twilsock import Header, HttpRequest, Packet, decode, encode
from chat_tui.server.operations.actors import SYSTEM
from chat_tui.server.operations.keys import EnsureKey
from chat_tui.server.operations.users import FetchUser
from chat_tui.server.reachability import rules
from chat_tui.server.realtime.gateway import Gateway
from chat_tui.server.realtime.requests import decode_body, decode_params
from tests.server.conftest import Domain
from tests.support.connections import writer_of


class FakeSocket:
    """Notes what is written to it; ``is_over``: it was hung up on or aborted."""

    is_paused = False

    def __init__(self) -> None:
        self.packets: asyncio.Queue[Packet] = asyncio.Queue()
        self.is_over = asyncio.Event()

    def write(self, frames: bytes) -> None:
        size = frames[1]
        start = {126: 4, 127: 10}.get(size, 2)
        self.packets.put_nowait(decode(frames[start:]))

    def hang_up(self) -> None:
        self.is_over.set()

    def abort(self) -> None:
        self.is_over.set()

    def recognised(self) -> None:
        pass


class Caller:
    """Somebody with a token on a link of a gateway."""

    def __init__(self, domain: Domain, gateway: Gateway) -> None:
        self._domain = domain
        self._key = (new_sid(Kind.KEY), secrets.token_hex(32))
        self.socket = FakeSocket()
        self.gateway = gateway
        self.link = gateway.connect(self.socket)

    async def log_in(self, lifetime: int = 3600) -> Packet:
        """The answer to an ``init``."""
        sid, secret = self._key
        account, box = self._domain.account.account_sid, self._domain.core.box
        await self._domain.core.dispatcher.run(SYSTEM, EnsureKey(account, sid, "test", box.seal(secret)))
        return await self.present(lifetime)

    async def present(self, lifetime: int = 3600) -> Packet:
        sid, secret = self._key
        token = encode_token(
            account_sid=self._domain.account.account_sid,
            key_sid=sid,
            key_secret=secret,
            identity="bob",
            service_sid=self._domain.service_sid,
            lifetime=lifetime,
        )
        self.link.received(encode(Header("init", "1", token=token)))
        return await asyncio.wait_for(self.socket.packets.get(), 5)

    async def online(self) -> bool | None:
        view = await self._domain.run(FetchUser(self._domain.service_sid, "bob"))
        return rules.visible_reachability(view.service, view.user).online


def unwritable(store: Any) -> Callable[[], None]:
    writer_of(store).pragma("query_only", True)
    return lambda: writer_of(store).pragma("query_only", False)


def full(store: Any) -> Callable[[], None]:
    writer_of(store).pragma("max_page_count", int(writer_of(store).pragma("page_count")))
    return lambda: writer_of(store).pragma("max_page_count", 2**30)


@pytest.mark.parametrize("known", [True, False], ids=["known", "new"])
async def test_a_login_while_nothing_can_be_written_is_answered(domain: Domain, known: bool) -> None:
    """503 and hung up on, so that the client backs off; nobody stays online by it, and later it works."""
    if known:
        await domain.user("bob")
    gateway = Gateway(domain.core)
    caller = Caller(domain, gateway)
    sid, secret = caller._key
    box, account = domain.core.box, domain.account.account_sid
    await domain.core.dispatcher.run(SYSTEM, EnsureKey(account, sid, "test", box.seal(secret)))
    mend = unwritable(domain.core.store)
    answer = await caller.present()
    assert answer.header.status is not None
    assert answer.header.status.code == 503
    assert "cannot write" in answer.header.status.description
    await asyncio.wait_for(caller.socket.is_over.wait(), 5)
    mend()
    caller.link.lost()
    await gateway.drain()
    again = Caller(domain, Gateway(domain.core))
    answer = await again.log_in()
    assert answer.header.status is not None
    assert answer.header.status.code == 200
    assert await again.online() is True


@pytest.mark.parametrize("fault", [apsw.IOError("io"), MemoryError(), KeyError("a fault of ours"), apsw.BusyError("b")])
@pytest.mark.parametrize("step", ["authenticator", "leases"])
async def test_a_login_is_answered_whatever_fails(
    domain: Domain, fault: Exception, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every step of it; who never got in does not linger."""

    async def fail(*_: Any) -> None:
        raise fault

    gateway = Gateway(domain.core)
    caller = Caller(domain, gateway)
    method = {"authenticator": "client", "leases": "connected"}[step]
    monkeypatch.setattr(getattr(domain.core, step), method, fail)
    answer = await caller.log_in()
    assert answer.header.status is not None
    assert answer.header.status.code == 500
    assert "log" in answer.header.status.description
    await asyncio.wait_for(caller.socket.is_over.wait(), 5)
    caller.link.lost()
    await gateway.drain()


async def test_typing_takes_a_turn_as_reading_does(domain: Domain) -> None:
    """Nothing counts these notices, so no number of them is worked on at once; what is counted does not wait."""
    gateway = Gateway(domain.core)
    caller = Caller(domain, gateway)
    await caller.log_in()
    reading = caller.link.outgoing.share.reading
    for _ in range(gateway.limits.reads_at_once):
        await reading.acquire()
    for at, path in enumerate(("/v1/typing", "/nowhere")):
        caller.link.received(encode(Header("message", f"TM{at}", http_request=HttpRequest("h", path, "POST"))))
    async with asyncio.timeout(5):
        first = await caller.socket.packets.get()
        reading.release()
        second = await caller.socket.packets.get()
    assert [first.header.id, second.header.id] == ["TM1", "TM0"]
    caller.link.lost()
    await gateway.drain()


def test_fields_by_the_thousand_are_refused() -> None:
    """Taking them apart would keep others waiting; so many as anybody needs are read."""
    query = {f"p{at}": "x" for at in range(MAX_PARAMETERS)}
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert decode_params(HttpRequest("h", "/", "GET", dict(query))) == query
    assert decode_body(HttpRequest("h", "/", "POST", {}, form), urlencode(query).encode()) == query
    query["one more"] = "x"
    with pytest.raises(BadRequest, match="Query"):
        decode_params(HttpRequest("h", "/", "GET", dict(query)))
    with pytest.raises(BadRequest, match="Body"):
        decode_body(HttpRequest("h", "/", "POST", {}, form), urlencode(query).encode())
