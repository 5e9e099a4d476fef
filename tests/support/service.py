"""A real service process for tests, and tenants on it that keep tests apart."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from chat_tui.local_service import LocalService
from chat_tui.protocol.tokens import encode_token
from tests.support.waiting import blocking_poll

START_WITHIN = 15.0
FAST_LINGER = 1.0
"""Seconds; tests of the linger itself say so where they use the default."""


class ServiceProcess:
    """``chat-tui serve`` on a directory of its own."""

    def __init__(self, data: Path, *arguments: str) -> None:
        self.data = data
        self.arguments = arguments
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> LocalService:
        self.data.mkdir(parents=True, exist_ok=True)
        (self.data / "service.json").unlink(missing_ok=True)
        log = (self.data / "test.log").open("ab")
        command = [sys.executable, "-m", "chat_tui.cli", "serve", "--data", str(self.data), *self.arguments]
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        log.close()
        return blocking_poll(self._started, within=START_WITHIN, every=0.005)

    def _started(self) -> LocalService | None:
        """What it says of itself once it serves."""
        with contextlib.suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode((self.data / "service.json").read_bytes(), type=LocalService)
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError(f"the service ended: {(self.data / 'test.log').read_text()}")
        return None

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """End it as an operator would. Returns the exit status."""
        if self.process is None or self.process.poll() is not None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.kill(self.process.pid, signal.SIGKILL)
            raise


class Tenant:
    """One Service on a process, with its own users and channels: reachability on, and a public ``general``, in which
    whoever is given a token is seated who sits nowhere."""

    def __init__(self, process: LocalService, name: str = "test", *, within: float = 10.0) -> None:
        self._enter(process, within)
        self.service_sid: str = self.post("/v2/Services", FriendlyName=name)["sid"]
        self.path = f"/v2/Services/{self.service_sid}"
        self.post(self.path, ReachabilityEnabled="true")
        self.post(f"{self.path}/Channels", UniqueName="general", FriendlyName="general")

    @classmethod
    def local(cls, process: LocalService) -> "Tenant":
        """The process's own service, as it is."""
        made = cls.__new__(cls)
        made._enter(process)
        made.service_sid = process.service_sid
        made.path = f"/v2/Services/{made.service_sid}"
        return made

    def move_to(self, process: LocalService) -> None:
        """The same data are served at another place, or again."""
        self.close()
        self._enter(process)

    def _enter(self, process: LocalService, within: float = 10.0) -> None:
        self.process = process
        self.url = process.url
        auth = (process.account_sid, process.auth_token)
        self.http = httpx.Client(base_url=process.url, auth=auth, timeout=within, trust_env=False)

    def post(self, path: str, **form: str) -> dict[str, Any]:
        answer = self.http.post(path, data=form)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        body: dict[str, Any] = answer.json()
        return body

    def get(self, path: str) -> dict[str, Any]:
        answer = self.http.get(path)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        body: dict[str, Any] = answer.json()
        return body

    @staticmethod
    def reading(process: LocalService, path: str) -> dict[str, Any]:
        """A look at a process that was started anew."""
        auth = (process.account_sid, process.auth_token)
        body: dict[str, Any] = httpx.get(process.url + path, auth=auth, timeout=10, trust_env=False).json()
        return body

    def token(self, identity: str, lifetime: int = 3600) -> str:
        with contextlib.suppress(httpx.TransportError):  # a token can be made while nobody serves
            self._seat(identity)
        return encode_token(
            account_sid=self.process.account_sid,
            key_sid=self.process.api_key_sid,
            key_secret=self.process.api_key_secret,
            identity=identity,
            service_sid=self.service_sid,
            lifetime=lifetime,
        )

    def _seat(self, identity: str) -> None:
        found = self.http.get(f"{self.path}/Users/{quote(identity, safe='')}/Channels?PageSize=1")
        if not found.is_success or not found.json()["channels"]:
            self.http.post(f"{self.path}/Channels/general/Members", data={"Identity": identity})

    def close(self) -> None:
        self.http.close()


@contextlib.contextmanager
def serving(data: Path, *arguments: str) -> Iterator[LocalService]:
    """A service for the length of a block."""
    process = ServiceProcess(data, *arguments)
    try:
        yield process.start()
    finally:
        process.stop()
