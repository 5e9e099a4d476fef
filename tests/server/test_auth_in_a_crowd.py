"""A revocation wins its races over a real socket too, and in a crowd (guarantees, Access 5)."""

import asyncio
import base64
import contextlib
import itertools
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chat_tui.protocol.tokens import encode_token
from tests.bench.raw_socket import RawSocket
from tests.support.service import Tenant, serving

SOON = 5.0
"""Seconds within which something that is to happen has happened."""

SOCKETS, KEYS = 168, 25
AT_ONCE = 16
"""Connections on which headers are checked."""


def spellings(header: str) -> list[str]:
    """The same credentials in 32 headers."""
    credentials = header.partition(" ")[2]
    return ["".join(word) + f" {credentials}" for word in itertools.product(*((c, c.swapcase()) for c in "Basic"))]


class Crowd:
    """Keys, tokens signed with them, and headers that hold them. ``under_way`` is set when a quarter was asked."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.path = f"/api/2010-04-01/Accounts/{tenant.process.account_sid}/Keys"
        self.keys = [tenant.post(f"{self.path}.json", FriendlyName="short-lived") for _ in range(KEYS)]
        self.headers = [
            spelling
            for key in self.keys
            for spelling in spellings("Basic " + base64.b64encode(f"{key['sid']}:{key['secret']}".encode()).decode())
        ]
        self.under_way = asyncio.Event()

    def token(self, number: int) -> str:
        key = self.keys[number % KEYS]
        return encode_token(
            account_sid=self.tenant.process.account_sid,
            key_sid=key["sid"],
            key_secret=key["secret"],
            identity=f"user-{number}",
            service_sid=self.tenant.service_sid,
        )

    async def try_to_open(self, number: int) -> RawSocket | None:
        try:
            return await RawSocket.open(self.tenant.url, self.token(number))
        except (AssertionError, ConnectionError):
            return None  # it was refused, or cut off on the way

    async def ask_all(self) -> set[int]:
        """The answers to every header."""
        groups = await asyncio.gather(*(self._ask(self.headers[first::AT_ONCE]) for first in range(AT_ONCE)))
        return {status for group in groups for status in group}

    async def _ask(self, headers: list[str]) -> list[int]:
        """The answers to requests that follow each other on one connection."""
        target = urlsplit(self.tenant.url)
        reader, writer = await asyncio.open_connection(target.hostname, target.port)
        found: list[int] = []
        for header in headers:
            head = f"GET {self.tenant.path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {header}\r\n\r\n"
            writer.write(head.encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            found.append(int(answer[9:12]))
            if len(found) == len(headers) // 4:
                self.under_way.set()
            size = re.search(rb"content-length: (\d+)", answer)
            assert size is not None
            await reader.readexactly(int(size[1]))
        writer.close()
        return found

    async def revoke_all(self) -> None:
        for key in self.keys:
            await asyncio.to_thread(self.tenant.http.delete, f"{self.path}/{key['sid']}.json")


async def test_none_of_a_crowd_survives(tmp_path: Path) -> None:
    """168 sockets being opened and 800 headers being checked while what they stand for is revoked: none works after."""
    with serving(tmp_path / "data", "--rate", "1000000") as process, contextlib.closing(Tenant(process)) as tenant:
        crowd = Crowd(tenant)
        assert len(crowd.headers) == 800
        opening: list[asyncio.Task[Any]] = [asyncio.create_task(crowd.try_to_open(each)) for each in range(SOCKETS)]
        checking = asyncio.create_task(crowd.ask_all())
        await crowd.under_way.wait()
        await crowd.revoke_all()
        opened = [socket for socket in await asyncio.gather(*opening) if socket is not None]
        assert 200 in await checking, "the revocation came too early to show anything"
        assert await crowd.ask_all() == {401}
        assert opened, "the revocation came too early to show anything"
        async with asyncio.timeout(SOON):
            for socket in opened:
                await socket.closed()


async def test_a_form_that_comes_slowly_comes_too_late(tenant: Tenant) -> None:
    """Its head was checked while the key was good; by the time its form is whole, the key is revoked."""
    process = tenant.process
    path = f"/api/2010-04-01/Accounts/{process.account_sid}/Keys"
    key = tenant.post(f"{path}.json", FriendlyName="short-lived")
    target = urlsplit(process.url)
    reader, writer = await asyncio.open_connection(target.hostname, target.port)
    credentials = base64.b64encode(f"{key['sid']}:{key['secret']}".encode()).decode()
    head = f"POST {tenant.path}/Channels HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {credentials}\r\n"
    writer.write(f"{head}Expect: 100-continue\r\nContent-Length: 15\r\n\r\n".encode())
    assert b" 100 " in await reader.readuntil(b"\r\n\r\n")  # its form is wanted: it was let in
    writer.write(b"UniqueName=")
    assert (await asyncio.to_thread(tenant.http.delete, f"{path}/{key['sid']}.json")).status_code == 204
    writer.write(b"late")
    assert b" 401 " in await reader.readuntil(b"\r\n\r\n")
    writer.close()
    assert tenant.http.get(f"{tenant.path}/Channels/late").status_code == 404
