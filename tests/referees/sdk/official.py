"""The official JavaScript SDKs, unmodified, each in a Node process that sdk.cjs drives line by line (contract 7.6,
7.7)."""

import asyncio
import itertools
import json
import os
from pathlib import Path
from typing import Any, Protocol

from tests.referees.node import require_node
from tests.referees.sdk.event_recorder import WITHIN, Event, EventRecorder

VERSIONS = (
    "conversations-3.0.1",
    "conversations-2.7.0",
    "conversations-2.2.2",
    "conversations-2.0.0",
    "chat-6.0.0",
    "chat-5.0.2",
)
NEWEST = VERSIONS[0]


class Realm(Protocol):
    """A service to connect to."""

    @property
    def url(self) -> str: ...
    def token(self, identity: str) -> str: ...


class SdkClient(EventRecorder):
    """A client of one SDK version."""

    def __init__(self, realm: Realm, identity: str, token: str | None = None, *, version: str = NEWEST) -> None:
        super().__init__(identity)
        kind = version.partition("-")[0]
        package = "twilio-chat" if kind == "chat" else "@twilio/conversations"
        folder = Path(os.environ.get("CHAT_TUI_SDKS", "")) / version / "node_modules"
        self._node, self._modules = require_node(str(folder), package)
        socket_url = realm.url.replace("http", "ws", 1) + "/v3/wsconnect"
        script = Path(__file__).with_name("sdk.cjs")
        self._command = [str(script), kind, socket_url, token or realm.token(identity)]
        self._numbers = itertools.count()
        self._answers: dict[int, asyncio.Future[Event]] = {}

    async def __aenter__(self) -> "SdkClient":
        self._process = await asyncio.create_subprocess_exec(
            self._node,
            *self._command,
            env={**os.environ, "NODE_PATH": self._modules},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        async with asyncio.timeout(WITHIN):
            await self._process.wait()
            await self._reader

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            said = json.loads(line)
            if "event" in said:
                self.record(said)
            else:
                self._answers.pop(said["id"]).set_result(said)

    async def do(self, command: str, **arguments: Any) -> Any:
        """The command's result. Raises AssertionError with the SDK's error."""
        answer = await self.attempt(command, **arguments)
        assert "error" not in answer, f"{self.identity}: {command}: {answer}"
        return answer["ok"]

    async def attempt(self, command: str, **arguments: Any) -> Event:
        """The answer as it came: ``ok`` or ``error``."""
        number = next(self._numbers)
        answer: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        assert self._process.stdin is not None
        self._process.stdin.write((json.dumps({"id": number, "do": command, **arguments}) + "\n").encode())
        async with asyncio.timeout(WITHIN):
            return await answer
