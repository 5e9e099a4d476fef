"""A revocation wins every race: whatever was checked before it holds for nothing after it (guarantees, Access 5)."""

import asyncio
import base64
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from chat_tui.protocol.errors import NotFound, Unauthenticated
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.tokens import encode_token
from chat_tui.protocol.twilsock import Header, decode, encode
from chat_tui.server.core import ServiceCore
from chat_tui.server.operations.accounts import EnsureAccount
from chat_tui.server.operations.actors import SYSTEM, AccountActor, ClientActor
from chat_tui.server.operations.channels import CreateChannel, ListChannels
from chat_tui.server.operations.keys import EnsureKey, RevokeKey
from chat_tui.server.operations.services import CreateService, DeleteService
from chat_tui.server.operations.users import CreateUser, DeleteUser, FetchUser
from chat_tui.server.realtime.gateway import Gateway
from chat_tui.server.realtime.link import Link

SECRET = "s" * 40
SOON = 5.0
"""Seconds within which something that is to happen has happened."""

MANNERS = list(itertools.product(("before", "after"), ("published", "released")))
"""Whether a store call is held back before it runs or with its result, and what comes first when the revocation is on
disk: that the loop hears of it, or that the call returns."""


class SlowStore:
    """Holds back one call of a core's store, and the news of commits, until it is told."""

    def __init__(self, core: ServiceCore, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls = 0
        self.reached = asyncio.Event()
        self._number: int | None = None
        self._manner = ""
        self._going_on = asyncio.Event()
        self._news: list[list[Any]] | None = None
        self._core = core
        for name in ("read", "write"):
            monkeypatch.setattr(core.store, name, self._held(getattr(core.store, name)))
        monkeypatch.setattr(core.store, "on_commit", self._hear)

    def _held(self, call: Callable[[Any], Awaitable[Any]]) -> Callable[[Any], Awaitable[Any]]:
        async def run(work: Any) -> Any:
            is_held = self.calls == self._number
            self.calls += 1
            if is_held and self._manner == "before":
                await self._hold()
            result = await call(work)
            if is_held and self._manner == "after":
                await self._hold()
            return result

        return run

    async def _hold(self) -> None:
        self.reached.set()
        await self._going_on.wait()

    def hold(self, number: int, manner: str) -> None:
        """Hold back the call ``number``, from now on, and all news."""
        self.calls, self._number, self._manner, self._news = 0, number, manner, []

    def release(self) -> None:
        self._going_on.set()

    def publish(self) -> None:
        news, self._news = self._news or [], None
        for items in news:
            self._core.bus.publish(items)

    def _hear(self, items: list[Any]) -> None:
        if self._news is None:
            self._core.bus.publish(items)
        else:
            self._news.append(items)


class FakeSocket:
    """Takes what a link writes."""

    is_paused = False

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.is_closed = False
        self._news = asyncio.Event()

    def write(self, frames: bytes) -> None:
        if not self.is_closed:
            self.written.append(frames)
            self._news.set()

    def hang_up(self) -> None:
        self.is_closed = True
        self._news.set()

    abort = hang_up

    def recognised(self) -> None:
        pass

    async def see(self, count: int = 1) -> None:
        """Wait until ``count`` frames were written."""
        async with asyncio.timeout(SOON):
            while len(self.written) < count:
                self._news.clear()
                await self._news.wait()

    async def closed(self) -> None:
        async with asyncio.timeout(SOON):
            while not self.is_closed:
                self._news.clear()
                await self._news.wait()


class Scene:
    """A core with an account, a service and a key to revoke."""

    def __init__(self, core: ServiceCore) -> None:
        self.core = core
        self.gateway = Gateway(core)
        self.account = AccountActor(new_sid(Kind.ACCOUNT))
        self.keys = {name: new_sid(Kind.KEY) for name in ("first", "second")}
        self.service_sid = ""

    async def start(self) -> None:
        run, seal = self.core.dispatcher.run, self.core.box.seal
        await run(SYSTEM, EnsureAccount(self.account.account_sid, seal(SECRET)))
        for name, sid in self.keys.items():
            await run(SYSTEM, EnsureKey(self.account.account_sid, sid, name, seal(SECRET)))
        self.service_sid = (await run(self.account, CreateService(self.account.account_sid, "test"))).sid

    def token(self, key: str = "first") -> str:
        return encode_token(
            account_sid=self.account.account_sid,
            key_sid=self.keys[key],
            key_secret=SECRET,
            identity="alice",
            service_sid=self.service_sid,
        )

    def header(self, key: str = "first") -> str:
        return "Basic " + base64.b64encode(f"{self.keys[key]}:{SECRET}".encode()).decode()

    async def revoke(self, what: str) -> None:
        """On disk once this returns; a user there is none of yet has nothing to lose."""
        commands = {
            "key": RevokeKey(self.account.account_sid, self.keys["first"]),
            "user": DeleteUser(self.service_sid, "alice"),
            "service": DeleteService(self.service_sid),
        }
        with contextlib.suppress(NotFound):
            await self.core.dispatcher.run(self.account, commands[what])

    def connect(self) -> tuple[Link, FakeSocket]:
        socket = FakeSocket()
        return self.gateway.connect(socket), socket


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    core = ServiceCore(tmp_path, synchronous="OFF", rate=10_000)
    await core.start()
    made = Scene(core)
    await made.start()
    yield made
    for link in list(made.gateway.links):
        link.lost()
    await made.gateway.drain()
    await core.close()


def statuses(socket: FakeSocket) -> list[int]:
    """Of the packets in what was written: unmasked frames of less than 64 KiB."""
    found = []
    for frame in socket.written:
        head = 4 if frame[1] == 126 else 2
        status = decode(frame[head:]).header.status
        assert status is not None
        found.append(status.code)
    return found


async def race(scene: Scene, store: SlowStore, what: str, order: str) -> None:
    """Revoke ``what`` while a call is held back."""
    await scene.revoke(what)
    for step in (store.publish, store.release) if order == "published" else (store.release, store.publish):
        step()
        for _ in range(20):
            await asyncio.sleep(0)


@pytest.mark.parametrize(("manner", "order"), MANNERS)
@pytest.mark.parametrize("call", range(3))
@pytest.mark.parametrize("what", ["key", "user", "service"])
async def test_who_is_being_let_in_does_not_outrun_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, what: str, call: int, manner: str, order: str
) -> None:
    """Whichever store call of a login is under way. Only a user deleted before the login made one comes in: anew."""
    store = SlowStore(scene.core, monkeypatch)
    await scene.core.dispatcher.run(scene.account, CreateUser(scene.service_sid, "alice"))
    before = (await scene.core.dispatcher.run(scene.account, FetchUser(scene.service_sid, "alice"))).user
    link, socket = scene.connect()
    store.hold(call, manner)
    link.received(encode(Header("init", "TM1", token=scene.token())))
    await asyncio.wait_for(store.reached.wait(), SOON)
    await race(scene, store, what, order)
    await socket.see()
    if statuses(socket) == [200]:
        assert what == "user"
        assert link.actor.user_sid != before.sid
    else:
        assert socket.is_closed
        assert 401 in statuses(socket)


@pytest.mark.parametrize(("manner", "order"), MANNERS)
@pytest.mark.parametrize("call", range(2))
@pytest.mark.parametrize("what", ["key", "user", "service"])
async def test_a_renewal_does_not_outrun_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, what: str, call: int, manner: str, order: str
) -> None:
    """A link that lives by another key changes to a token of one that is being revoked: it may stay as it was, but is
    not held by the revoked one, nor by a user or a service that is gone."""
    store = SlowStore(scene.core, monkeypatch)
    link, socket = scene.connect()
    link.received(encode(Header("init", "TM1", token=scene.token("second"))))
    await socket.see()
    store.hold(call, manner)
    link.received(encode(Header("update", "TM2", token=scene.token("first"))))
    await asyncio.wait_for(store.reached.wait(), SOON)
    await race(scene, store, what, order)
    await socket.see(2)
    assert socket.is_closed or (what == "key" and link.actor.key_sid == scene.keys["second"])
    assert 401 in statuses(socket)


@pytest.mark.parametrize(("manner", "order"), MANNERS)
async def test_a_header_is_not_known_for_ever(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, manner: str, order: str
) -> None:
    """A header that was being checked when its key was revoked is not remembered as good."""
    store = SlowStore(scene.core, monkeypatch)
    store.hold(0, manner)
    checking = asyncio.create_task(scene.core.authenticator.account(scene.header()))
    await asyncio.wait_for(store.reached.wait(), SOON)
    await race(scene, store, "key", order)
    with contextlib.suppress(Unauthenticated):
        await checking
    with pytest.raises(Unauthenticated):
        await scene.core.authenticator.account(scene.header())


@pytest.mark.parametrize("what", ["key", "user", "service"])
@pytest.mark.parametrize("writes", [True, False])
async def test_what_was_checked_before_does_nothing_after(scene: Scene, what: str, writes: bool) -> None:
    """An operation that comes to the store after the revocation, for somebody who was let in before, is refused:
    reading and writing, for a link and for a request whose form came slowly."""
    run = scene.core.dispatcher.run
    user = (await run(scene.account, CreateUser(scene.service_sid, "alice"))).user
    client = ClientActor(scene.service_sid, "alice", user.sid, None, scene.keys["first"])
    by_key = AccountActor(scene.account.account_sid, scene.keys["first"])
    await scene.revoke(what)
    command = CreateChannel(scene.service_sid, unique_name="late") if writes else ListChannels(scene.service_sid)
    with pytest.raises(Unauthenticated):
        await run(client, command)
    if what == "key":
        with pytest.raises(Unauthenticated):
            await run(by_key, command)


async def test_a_deleted_user_who_comes_again_is_another(scene: Scene) -> None:
    """The old link ends, and the new user has nothing of the old one's."""
    link, socket = scene.connect()
    link.received(encode(Header("init", "TM1", token=scene.token())))
    await socket.see()
    await scene.revoke("user")
    await socket.closed()
    again, second = scene.connect()
    again.received(encode(Header("init", "TM1", token=scene.token())))
    await second.see()
    assert statuses(second) == [200]
    assert again.actor.user_sid != link.actor.user_sid


async def test_a_listener_that_fails_hides_no_revocation(scene: Scene) -> None:
    """What else listens to the bus may break: who was cut off is cut off."""

    def fail(items: list[Any]) -> None:
        raise RuntimeError("a fault elsewhere")

    core = scene.core
    core.bus.subscribe(fail)
    gateway = Gateway(core)
    socket = FakeSocket()
    link = gateway.connect(socket)
    link.received(encode(Header("init", "TM1", token=scene.token())))
    await socket.see()
    await scene.revoke("key")
    await socket.closed()
    link.lost()
    await gateway.drain()
