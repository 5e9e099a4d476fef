"""Memory of the service per idle connection, and how long a start takes until the first answer.

    python -m tests.bench.memory

Baselines: the same process with no connection, and a bare uvicorn that answers.
"""

import asyncio
import subprocess
import sys
import time

import httpx

from tests.bench.raw_socket import RawSocket
from tests.bench.report import bench_directory, header, percentile, resident_bytes, row
from tests.support.service import ServiceProcess, Tenant, serving

CONNECTIONS = 1000
STARTS = 7

BARE = """
import uvicorn
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
uvicorn.run(app, port=PORT, log_level="error", lifespan="off")
"""


async def hold(url: str, tokens: list[str], pid: int) -> int:
    """Bytes more with everybody connected and quiet."""
    before = resident_bytes(pid)
    sockets = []
    for start in range(0, len(tokens), 50):
        sockets += await asyncio.gather(*(RawSocket.open(url, token) for token in tokens[start : start + 50]))
        await asyncio.sleep(0.3)  # 200 upgrades a second are let in
    await asyncio.sleep(2)
    return resident_bytes(pid) - before


def first_answer(service: ServiceProcess) -> float:
    """Seconds from exec to the first 200."""
    began = time.monotonic()
    running = service.start()
    assert httpx.get(f"{running.url}/health", trust_env=False).status_code == 200
    took = time.monotonic() - began
    service.stop()
    return took


def bare_first_answer(port: int) -> float:
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", BARE.replace("PORT", str(port))])
    try:
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
            except httpx.TransportError:
                time.sleep(0.002)
            else:
                return time.monotonic() - began
    finally:
        process.kill()
        process.wait()


def main() -> None:
    with bench_directory() as data:
        header("memory and start of the service", data, f"{CONNECTIONS} connections, each a user of its own")
        with serving(data / "memory", "--rate", "1000000", "--log-level", "warning") as process:
            tenant = Tenant(process)
            tenant.post(tenant.path, **{"Limits.ChannelMembers": "1000"})
            tokens = [tenant.token(f"user-{number}") for number in range(CONNECTIONS)]
            asyncio.run(hold(tenant.url, tokens[:50], process.pid))  # what the first ones load is not theirs
            base = resident_bytes(process.pid)
            grown = asyncio.run(hold(tenant.url, tokens, process.pid))
            row(
                "service memory per idle connection, KiB",
                f"{grown / CONNECTIONS / 1024:.1f}",
                f"{grown / base:.2f} × the process without them ({base / 2**20:.0f} MiB)",
            )
            tenant.close()
        service = ServiceProcess(data / "start", "--log-level", "warning")
        first_answer(service)  # the first start makes the database
        ours = [first_answer(service) for _ in range(STARTS)]
        bare = [bare_first_answer(49000 + number) for number in range(STARTS)]
        mine, theirs = percentile(ours, 0.5), percentile(bare, 0.5)
        ratio = f"{mine / theirs:.2f} × a bare uvicorn ({theirs * 1e3:.0f} ms)"
        row("service: process start → first answer, ms", f"{mine * 1e3:.0f}", ratio)


if __name__ == "__main__":
    main()
