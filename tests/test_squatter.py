"""What takes the port of a service that died learns no secret, whatever it answers."""

import asyncio
import fcntl
import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chat_tui.client import ChatClient
from chat_tui.client.admin import AdminClient
from chat_tui.client.events import ConnectionChanged
from chat_tui.client.link.timing import Timing
from chat_tui.client.model import Phase
from chat_tui.local_service import LocalService, find
from chat_tui.protocol.errors import TransportError
from chat_tui.protocol.proof import CHALLENGE, HEALTH, PROOF
from tests.support.service import ServiceProcess
from tests.support.squatter import MANNERS, squatting


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalService]:
    service = ServiceProcess(tmp_path_factory.mktemp("real") / "data")
    yield service.start()
    service.stop()


def port(service: LocalService) -> int:
    found = urlsplit(service.url).port
    assert found is not None
    return found


def at(service: LocalService, place: int) -> LocalService:
    """As a file would describe it that was left from before somebody took the port."""
    return msgspec.structs.replace(service, url=f"http://127.0.0.1:{place}")


def extra(manner: str, real: LocalService) -> object:
    """Whom to forward to; or what the real service once answered."""
    if manner != "replaying":
        return port(real)
    connection = http.client.HTTPConnection("127.0.0.1", port(real))
    connection.request("GET", HEALTH, headers=real.challenge().headers)
    proof = connection.getresponse().headers[PROOF]
    connection.close()
    assert re.fullmatch("[0-9a-f]{64}", proof)
    return proof


def secrets_of(service: LocalService, *tokens: str) -> list[str]:
    return [service.auth_token, service.api_key_secret, service.proof_key, *tokens]


@pytest.mark.parametrize("manner", MANNERS)
async def test_a_client_tells_a_squatter_nothing(tmp_path: Path, real: LocalService, manner: str) -> None:
    """Neither the token, on the socket, nor the account's auth token, by REST: in bounded time, and in words."""
    began = time.monotonic()
    with squatting(tmp_path / "notes", manner, extra=extra(manner, real)) as notes:
        squatted = at(real, notes.port)
        token = squatted.token_for("alice")
        async with AdminClient(squatted.url, *account(squatted), challenge=squatted.challenge) as admin:
            with pytest.raises(TransportError):
                await admin.list_keys()
        timing = Timing(connect_within=0.5, close_within=0.2)
        client = ChatClient(squatted.url, token, challenge=squatted.challenge, timing=timing)
        stream = client.events()
        starting = asyncio.ensure_future(client.start_soon())
        async for event in stream:
            if isinstance(event, ConnectionChanged) and event.state.phase is Phase.WAITING:
                break
        starting.cancel()
        await client.close()
        assert CHALLENGE.encode() in notes.read()
        assert notes.holds_any(*secrets_of(real, token, token.split(".")[1], token.split(".")[2])) == []
    assert time.monotonic() - began < 10


def account(service: LocalService) -> tuple[str, str]:
    return service.account_sid, service.auth_token


@pytest.mark.parametrize("manner", MANNERS)
def test_a_squatter_is_not_found(tmp_path: Path, real: LocalService, manner: str) -> None:
    """Though ``service.json`` names its port, and the lock is held: as while a service drains or hangs."""
    data = tmp_path / "data"
    data.mkdir(0o700)
    (data / "service.lock").write_text(real.instance)
    with (
        squatting(tmp_path / "notes", manner, extra=extra(manner, real)) as notes,
        (data / "service.lock").open() as lock,
    ):
        (data / "service.json").write_bytes(msgspec.json.encode(at(real, notes.port)))
        assert find(data) is None
        assert notes.read() == b""
        fcntl.flock(lock, fcntl.LOCK_EX)
        began = time.monotonic()
        assert find(data) is None
        assert time.monotonic() - began < 5
        assert CHALLENGE.encode() in notes.read()
        assert notes.holds_any(*secrets_of(real)) == []
        (data / "service.json").write_bytes(msgspec.json.encode(real))
        assert find(data) == real
        (data / "service.lock").write_text("an earlier run")
        assert find(data) is None


@pytest.mark.parametrize("manner", ["agreeable", "forwarding"])
def test_commands_go_to_a_new_service_after_a_crash(tmp_path: Path, real: LocalService, manner: str) -> None:
    """``key list`` and ``token`` start one, which takes another port; who has the old one hears nothing of it."""
    data = tmp_path / "data"
    service = ServiceProcess(data)
    before = service.start()
    service.kill()
    with squatting(tmp_path / "notes", manner, port(before), extra(manner, real)) as notes:
        told = [run("key", "list", data=data), run("token", "alice", data=data)]
        now = find(data)
        assert now is not None
        os.kill(now.pid, 15)
        assert before.api_key_sid in told[0]
        assert (now.instance == before.instance, port(now) == port(before)) == (False, False)
        assert notes.holds_any(*secrets_of(before), told[1].strip()) == []


def run(*command: str, data: Path) -> str:
    whole = [sys.executable, "-m", "chat_tui.cli", *command, "--data", str(data)]
    return subprocess.run(whole, capture_output=True, text=True, check=True, timeout=30).stdout


async def test_a_port_that_changes_hands_between_the_look_and_the_link(tmp_path: Path) -> None:
    """The service was there when it was looked for, and is not when the client connects: each link is proven anew
    (guarantees, Security 7)."""
    service = ServiceProcess(tmp_path / "data")
    found = service.start()
    service.kill()
    token = found.token_for("alice")
    with squatting(tmp_path / "notes", "agreeable", port(found)) as notes:
        client = ChatClient(found.url, token, challenge=found.challenge)
        stream = client.events()
        starting = asyncio.ensure_future(client.start_soon())
        async for event in stream:
            if isinstance(event, ConnectionChanged) and event.state.phase is Phase.WAITING:
                assert "something else" in str(event.state.reason)
                break
        starting.cancel()
        await client.close()
        assert notes.holds_any(*secrets_of(found, token)) == []


def test_a_start_forgets_where_the_last_service_was(tmp_path: Path) -> None:
    """Before anything else that could take time or fail, and the instance is a new one, in both files."""
    data = tmp_path / "data"
    service = ServiceProcess(data)
    first = service.start()
    service.kill()
    assert (data / "service.json").exists()
    (data / "chat.db").rename(tmp_path / "kept")
    (data / "chat.db").mkdir()
    command = [sys.executable, "-m", "chat_tui.cli", "serve", "--data", str(data)]
    assert subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 2
    assert not (data / "service.json").exists()
    (data / "chat.db").rmdir()
    (tmp_path / "kept").rename(data / "chat.db")
    second = service.start()
    assert (data / "service.lock").read_text() == second.instance != first.instance
    assert second.proof_key != first.proof_key
    service.stop()


def test_a_service_is_started_from_what_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not from what lies in its directory; and a token in the client's environment is none of its business."""
    data = tmp_path / "data"
    data.mkdir(0o700)
    for name in ("click", "chat_tui", "uvicorn", "sitecustomize"):
        (data / f"{name}.py").write_text(f"open({str(tmp_path / name)!r}, 'w')\n")
    monkeypatch.setenv("CHAT_TUI_TOKEN", "hush")
    run("token", "alice", data=data)
    service = find(data)
    assert service is not None
    environment = Path(f"/proc/{service.pid}/environ").read_bytes()
    os.kill(service.pid, 15)
    assert b"hush" not in environment
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    """One that nobody on this machine has signed, for the name others know the service by."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "chat.example.com")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "cert").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form, encryption = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "key").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, encryption))
    return str(tmp_path / "cert"), str(tmp_path / "key")


async def test_a_service_with_tls_proves_itself_too(tmp_path: Path, certificate: tuple[str, str]) -> None:
    """Inside it, whatever its certificate is for; who does not is told nothing."""
    service = ServiceProcess(tmp_path / "data", "--tls-cert", certificate[0], "--tls-key", certificate[1])
    running = service.start()
    try:
        assert running.url.startswith("https://127.0.0.1:")
        assert await asyncio.to_thread(find, tmp_path / "data") == running
        async with AdminClient(running.url, *account(running), challenge=running.challenge) as admin:
            assert [key["sid"] for key in await admin.list_keys()] == [running.api_key_sid]
        async with ChatClient(running.url, running.token_for("alice"), challenge=running.challenge) as client:
            assert client.user.identity == "alice"
        other = msgspec.structs.replace(running, proof_key="00" * 32)
        async with AdminClient(running.url, *account(running), challenge=other.challenge) as admin:
            with pytest.raises(TransportError):
                await admin.list_keys()
    finally:
        await asyncio.to_thread(service.stop)
