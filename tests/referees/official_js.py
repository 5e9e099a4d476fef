"""The official JavaScript SDK, unmodified, driven line by line in a Node process (conversations.cjs)."""

import asyncio
import itertools
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

WITHIN = 15.0
"""Seconds an answer or an event may take."""


def require_node() -> tuple[str, str]:
    """Node and the directory of the SDK. Without them the test is skipped, unless CHAT_TUI_REQUIRE_NODE is set."""
    modules = os.environ.get("CHAT_TUI_NODE_MODULES", "")
    node = os.environ.get("CHAT_TUI_NODE") or shutil.which("node")
    if node and (Path(modules) / "@twilio" / "conversations").is_dir():
        return node, modules
    reason = "needs Node and @twilio/conversations 3.0.1, which .ci/run brings; set CHAT_TUI_NODE_MODULES"
    if os.environ.get("CHAT_TUI_REQUIRE_NODE"):
        pytest.fail(reason)
    pytest.skip(reason)


class Realm(Protocol):
    """A service to connect to."""

    @property
    def socket_url(self) -> str: ...
    def token(self, identity: str) -> str: ...


class Witness:
    """Whoever notes events: ``events`` so far, and a way to wait for one."""

    def __init__(self, identity: str) -> None:
        self.identity = identity
        self.events: list[dict[str, Any]] = []
        self._news = asyncio.Event()

    def witness(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        self._news.set()

    async def see(self, event: str, when: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The first such event, past or to come. Raises AssertionError with what was seen instead."""
        try:
            async with asyncio.timeout(WITHIN):
                while True:
                    for seen in self.events:
                        if seen["event"] == event and when(seen):
                            return seen
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{self.identity} saw no such {event}: {self.events}") from None

    def forget(self) -> None:
        """Start anew: `see` finds only what happens from now on."""
        self.events.clear()


class JsClient(Witness):
    """One SDK client."""

    def __init__(self, tenant: Realm, identity: str, token: str | None = None) -> None:
        super().__init__(identity)
        self._arguments = (tenant.socket_url, token or tenant.token(identity))
        self._command = [str(Path(__file__).with_name("conversations.cjs"))]
        self._node = self._modules = ""
        self._numbers = itertools.count()
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def __aenter__(self) -> "JsClient":
        if not self._node:
            self._node, self._modules = require_node()
        self._process = await asyncio.create_subprocess_exec(
            self._node,
            *self._command,
            *self._arguments,
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
                self.witness(said)
            else:
                self._answers.pop(said["id"]).set_result(said)

    async def do(self, command: str, **arguments: Any) -> Any:
        """The command's result. Raises AssertionError with the SDK's error."""
        answer = await self.attempt(command, **arguments)
        assert "error" not in answer, f"{self.identity}: {command}: {answer}"
        return answer["ok"]

    async def attempt(self, command: str, **arguments: Any) -> dict[str, Any]:
        """The answer as it came: ``ok`` or ``error``."""
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        assert self._process.stdin is not None
        self._process.stdin.write((json.dumps({"id": number, "do": command, **arguments}) + "\n").encode())
        async with asyncio.timeout(WITHIN):
            return await answer
