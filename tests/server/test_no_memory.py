"""A service whose memory is used up answers what it can, and is there again when it has some."""

import asyncio
import resource
import sys
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.support.service import ServiceProcess, Tenant

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="limits another process's memory"),
]

MEBIBYTE = 2**20
ROUNDS, AT_ONCE = 4, 60


async def ask(http: httpx.AsyncClient, path: str, number: int) -> str:
    """What becomes of one request: its status, or how its connection ended."""
    try:
        if number % 3 == 0:
            answer = await http.get(path, params={"PageSize": "1000"})
        elif number % 3 == 1:
            answer = await http.post(path, data={"Body": "y" * 30_000, "From": "bob"})
        else:
            answer = await http.post(
                path, data={"Body": "q", "Attributes": f'{{"a": "{"z" * 30_000}"}}', "From": "eve"}
            )
    except httpx.HTTPError as error:
        return type(error).__name__
    return str(answer.status_code)


def size(pid: int) -> int:
    """Bytes of a process's addresses."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * resource.getpagesize()


@pytest.mark.parametrize("room", [2, 10, 40])
async def test_memory_that_cannot_be_had_is_an_error_of_one_request(room: int, tmp_path: Path) -> None:
    """``room``: MiB beyond what the service has when it is asked for much at once."""
    service = ServiceProcess(tmp_path / "data", "--rate", "100000", "--session-rate", "100000", "--log-level", "error")
    running = service.start()
    tenant = Tenant(running)
    messages = f"{tenant.path}/Channels/general/Messages"
    for _ in range(300):
        tenant.post(messages, Body="x" * 30_000, From="bob")
    assert service.process is not None
    pid = service.process.pid
    resource.prlimit(pid, resource.RLIMIT_AS, (size(pid) + room * MEBIBYTE, -1))
    seen: Counter[str] = Counter()
    auth = (running.account_sid, running.auth_token)
    async with httpx.AsyncClient(base_url=running.url, auth=auth, timeout=20, trust_env=False) as http:
        for _ in range(ROUNDS):
            seen.update(await asyncio.gather(*(ask(http, messages, number) for number in range(AT_ONCE))))
    assert service.process.poll() is None, seen
    resource.prlimit(pid, resource.RLIMIT_AS, (-1, -1))
    tenant.move_to(running)
    assert tenant.post(messages, Body="after", From="bob")["body"] == "after"
    tenant.close()
    assert service.stop() == 0
