"""A core in this process, with a service in it, for tests of the domain."""

import time
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import jwt
import pytest

from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.tokens import CONTENT_TYPE
from chat_tui.server import operations
from chat_tui.server.core import ServiceCore
from chat_tui.server.operations.accounts import EnsureAccount
from chat_tui.server.operations.actors import SYSTEM, AccountActor, ClientActor
from chat_tui.server.operations.channels import CreateChannel
from chat_tui.server.operations.keys import EnsureKey
from chat_tui.server.operations.operation import Command
from chat_tui.server.operations.services import CreateService, UpdateService
from chat_tui.server.operations.users import EnsureUser

for found in iter_modules(
    operations.__path__
):  # whoever asks for all operations finds them, whichever face offers them
    import_module(f"{operations.__name__}.{found.name}")


class Domain:
    """Runs commands as the account, or as a user; ``published`` holds what the bus was told."""

    def __init__(self, core: ServiceCore) -> None:
        self.core = core
        self.account = AccountActor(new_sid(Kind.ACCOUNT))
        self.published: list[Any] = []
        self.service_sid = ""
        core.bus.subscribe(self.published.extend)

    async def start(self) -> None:
        await self.core.dispatcher.run(SYSTEM, EnsureAccount(self.account.account_sid, "sealed"))
        command = CreateService(account_sid=self.account.account_sid, friendly_name="test")
        self.service_sid = (await self.run(command)).sid
        await self.run(UpdateService(self.service_sid, reachability_enabled=True))
        await self.run(CreateChannel(self.service_sid, unique_name="general"))

    async def run(self, command: Command, actor: Any = None) -> Any:
        return await self.core.dispatcher.run(actor or self.account, command)

    async def token(self, identity: str, service_sid: str, role_sid: str | None = None) -> str:
        """As the official helpers sign one; ``role_sid``: the service role that it gives."""
        account, now = self.account.account_sid, int(time.time())
        key_sid, secret = "SK" + "1" * 32, "s" * 40
        await self.run(EnsureKey(account, key_sid, "test", self.core.box.seal(secret)), SYSTEM)
        chat = {"service_sid": service_sid, "deployment_role_sid": role_sid}
        grants = {"identity": identity, "chat": chat}
        claims = {"iss": key_sid, "sub": account, "iat": now, "exp": now + 60, "jti": "x", "grants": grants}
        return jwt.encode(claims, secret, "HS256", {"cty": CONTENT_TYPE})

    async def user(self, identity: str) -> ClientActor:
        """A user in ``general``, to act as."""
        command = EnsureUser(self.service_sid, identity, first_channel="general")
        view = await self.core.dispatcher.run(SYSTEM, command)
        return ClientActor(self.service_sid, identity, view.user.sid)


@pytest.fixture
async def domain(tmp_path: Path) -> AsyncIterator[Domain]:
    core = ServiceCore(tmp_path, synchronous="OFF", rate=10_000)
    await core.start()
    made = Domain(core)
    await made.start()
    yield made
    await core.close()
