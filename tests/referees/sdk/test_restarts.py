"""A service that goes away asks its clients to come back, and they do (guarantees, Liveness 7); what they
missed they get, whether it can be replayed or not."""

import contextlib
import socket
import sqlite3
from pathlib import Path

import pytest

from tests.referees.sdk.official import VERSIONS
from tests.referees.sdk.parties import OWN, Party, ready_party
from tests.support.service import ServiceProcess, Tenant, serving
from tests.support.waiting import poll


async def offload(makes: tuple[str, ...], data: Path) -> None:
    """Every make follows the next; the service is stopped and started, and they hear of what happened since."""
    process = ServiceProcess(data)
    tenant = Tenant(process.start())
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(process.stop)
        parties = [await stack.enter_async_context(ready_party(make, tenant, make)) for make in makes]
        for one, other in zip(parties, [*parties[1:], parties[0]], strict=True):
            await one.do("page", name="general", size=1)
            await one.do("user", identity=other.identity)
        for one in parties:
            one.forget()
        process.stop()
        assert process.start().url == tenant.url
        tenant.post(f"{tenant.path}/Channels/general/Messages", Body="here again", From="owner")
        for one in parties:
            await one.see("connection", lambda found: found["state"] == "connected")
            await one.see("messageAdded", lambda found: found["body"] == "here again")
            assert await one.do("send", name="general", body=f"{one.identity} is back") > 0
        for one in parties:
            assert one.seen("messageAdded", body="here again") == 1
            assert one.seen("connectionError", terminal=True) == 0
            assert one.seen("userUpdated", online=False) == 0, "an offload takes nobody offline"
    tenant.close()


@pytest.mark.node
async def test_every_sdk_comes_back_after_an_offload(tmp_path: Path) -> None:
    """All at once, beside our own client."""
    await offload((*VERSIONS, OWN), tmp_path / "data")


async def test_our_client_comes_back_after_an_offload(tmp_path: Path) -> None:
    """Without Node too."""
    await offload((OWN,), tmp_path / "data")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


async def outlast_the_log(makes: tuple[str, ...], data: Path) -> None:
    """Messages come and go while everybody is away, members and channels too, and the log forgets all of it before
    anybody is back."""
    process = ServiceProcess(data)
    tenant = Tenant(process.start())
    home, missed = tenant.url.rpartition(":")[2], [f"missed {number}" for number in range(3)]
    messages = f"{tenant.path}/Channels/general/Messages"
    prepare(tenant, makes)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(process.stop)
        parties = [await stack.enter_async_context(ready_party(make, tenant, make)) for make in makes]
        for one in parties:
            await one.do("page", name="general", size=5)
            assert "guest" in [member["identity"] for member in await one.do("members", name="general")]
        process.stop()
        with serving(data, "--port", str(free_port())) as elsewhere:
            tenant.move_to(elsewhere)
            for body in missed:
                tenant.post(messages, Body=body, From="owner")
            vanish(tenant, makes)
        with contextlib.closing(sqlite3.connect(data / "chat.db")) as database:
            assert database.execute("DELETE FROM sync_events").rowcount > len(missed)
            database.commit()
        for one in parties:
            one.forget()
        process.arguments = ("--port", home)
        tenant.move_to(process.start())
        for one in parties:
            await hear_of(one, missed)
        tenant.post(messages, Body="afterwards", From="owner")
        for one in parties:
            await one.see("messageAdded", lambda found: found["body"] == "afterwards")
    tenant.close()


async def hear_of(one: Party, missed: list[str]) -> None:
    """What was written, and everything that is gone."""
    if one.identity == OWN:
        await reloaded(one, [0, 2, 3, 4])
    else:
        await one.see("messageAdded", lambda found: found["body"] == missed[-1])
        assert [one.seen("messageAdded", body=body) for body in missed] == [1, 1, 1]
        await one.see("messageRemoved", lambda found: found["index"] == 1)
        await one.see("memberLeft", lambda found: found["identity"] == "guest")
    await one.see("channelLeft", lambda found: found["name"] == "left")
    told = "channelLeft" if one.identity == OWN else "channelRemoved"  # SDKs see the document go first
    await one.see(told, lambda found: found["name"] == "deleted")
    assert (await one.do("page", name="general", size=30))["indices"] == [0, 2, 3, 4]
    assert "guest" not in [member["identity"] for member in await one.do("members", name="general")]


async def reloaded(one: Party, indices: list[int]) -> None:
    """Our client says so of a channel's document, its roster and its messages, as each is read: look until all are,
    within a bound."""
    await one.see("channelReloaded", lambda found: found["name"] == "general")

    async def is_read() -> bool:
        shown = (await one.do("page", name="general", size=30))["indices"]
        return bool(shown == indices) and "guest" not in [
            found["identity"] for found in await one.do("members", name="general")
        ]

    await poll(is_read)


def prepare(tenant: Tenant, makes: tuple[str, ...]) -> None:
    """What there is to be removed: a message, a guest, a channel, a seat in another."""
    for identity in ("guest", *makes):
        tenant.post(f"{tenant.path}/Channels/general/Members", Identity=identity)
    for body in ("stays", "goes"):
        tenant.post(f"{tenant.path}/Channels/general/Messages", Body=body, From="owner")
    for name, type_ in (("deleted", "private"), ("left", "public")):
        tenant.post(f"{tenant.path}/Channels", UniqueName=name, Type=type_)
        for make in makes:
            tenant.post(f"{tenant.path}/Channels/{name}/Members", Identity=make)


def vanish(tenant: Tenant, makes: tuple[str, ...]) -> None:
    """All of that goes."""
    general = f"{tenant.path}/Channels/general"
    goes = tenant.get(f"{general}/Messages")["messages"][1]["sid"]
    paths = [f"{general}/Messages/{goes}", f"{general}/Members/guest", f"{tenant.path}/Channels/deleted"]
    paths += [f"{tenant.path}/Channels/left/Members/{make}" for make in makes]
    for path in paths:
        tenant.http.delete(path).raise_for_status()


@pytest.mark.node
async def test_what_the_log_forgot_reaches_every_sdk(tmp_path: Path) -> None:
    """An SDK that is told ``interrupted`` asks again at once, so it gets what is there instead."""
    await outlast_the_log((*VERSIONS, OWN), tmp_path / "data")


async def test_what_the_log_forgot_is_read_anew_by_our_client(tmp_path: Path) -> None:
    """It says so with `ChannelReloaded`."""
    await outlast_the_log((OWN,), tmp_path / "data")
