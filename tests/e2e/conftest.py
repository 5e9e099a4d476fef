"""Two terminals on one local service."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from chat_tui.local_service import LocalService
from tests.support.terminal import Terminal, chat_tui


class Machine:
    """One person's computer: a data directory, the terminals on it, and a look at its service from outside."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.terminals: list[Terminal] = []

    def open(
        self, identity: str, *arguments: str, columns: int = 110, rows: int = 30, is_told: bool = True
    ) -> Terminal:
        """A terminal that has reached ``general``."""
        terminal = chat_tui(self.data, identity, *arguments, columns=columns, rows=rows, is_told=is_told)
        self.terminals.append(terminal)
        terminal.see("connected", "Message #general", f"{identity} (you)" if columns >= 100 else "#general")
        return terminal

    @property
    def service(self) -> LocalService:
        return msgspec.json.decode((self.data / "service.json").read_bytes(), type=LocalService)

    def get(self, path: str) -> dict[str, object]:
        """REST, below the Service."""
        return self.request("GET", f"/v2/Services/{self.service.service_sid}{path}")

    def request(self, method: str, path: str, **form: str) -> dict[str, object]:
        service = self.service
        auth = (service.account_sid, service.auth_token)
        answer = httpx.request(method, service.url + path, data=form or None, auth=auth, trust_env=False)
        assert answer.is_success, answer.text
        found: dict[str, object] = answer.json() if answer.content else {}
        return found

    def close(self) -> None:
        for terminal in self.terminals:
            terminal.close()
        with contextlib.suppress(OSError, msgspec.DecodeError):
            os.kill(self.service.pid, signal.SIGTERM)


@pytest.fixture(autouse=True)
def no_other_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs that are not told where to keep things keep them here."""
    monkeypatch.setenv("CHAT_TUI_DATA", str(tmp_path / "kept"))


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "data")
    yield made
    made.close()
