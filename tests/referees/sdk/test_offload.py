"""A service that goes away asks its clients to come back, and they do (close 308; guarantees, "SIGTERM")."""

import contextlib
from pathlib import Path

import pytest

from tests.referees.sdk.official import VERSIONS
from tests.referees.sdk.parties import OWN, ready_party
from tests.support.service import ServiceProcess, Tenant


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
