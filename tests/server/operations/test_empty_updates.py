"""An update that gives nothing changes nothing, of whatever it is an update (contract S62)."""

from typing import Any

import pytest

from chat_tui.protocol.errors import ChatError
from chat_tui.protocol.values import ChannelType, PushService, WebhookType
from chat_tui.server.operations.accounts import UpdateAccount
from chat_tui.server.operations.actors import SYSTEM
from chat_tui.server.operations.channels import CreateChannel, UpdateChannel
from chat_tui.server.operations.credentials import CreateCredential, UpdateCredential
from chat_tui.server.operations.keys import EnsureKey, RenameKey
from chat_tui.server.operations.members import AddMember, UpdateMember
from chat_tui.server.operations.messages import SendMessage, UpdateMessage
from chat_tui.server.operations.operation import OPERATIONS, Command
from chat_tui.server.operations.services import UpdateService
from chat_tui.server.operations.user_channels import UpdateUserChannel
from chat_tui.server.operations.users import UpdateUser
from chat_tui.server.operations.webhooks import CreateWebhook, UpdateWebhook
from chat_tui.server.store.database import connect_reader
from tests.server.conftest import Domain

CHANGING = ("Update", "Rename")
NEEDS_SOMETHING = {"UpdateRole"}
"""Whose one parameter is required."""


class Room:
    """A private channel of ann's, with bob in it, a message each, and one of everything else; time goes on."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self._connection: Any = None

    async def start(self) -> None:
        domain, sid, account = self.domain, self.domain.service_sid, self.domain.account.account_sid
        self.actors = {name: await domain.user(name) for name in ("ann", "bob", "out", "new")}
        await domain.run(CreateChannel(sid, unique_name="room", type=ChannelType.PRIVATE), self.actors["ann"])
        for name in ("ann", "bob"):
            await domain.run(AddMember(sid, "room", name))
        self.message = (await domain.run(SendMessage(sid, "room", "hi"), self.actors["ann"])).sid
        url = {"url": "https://example.com", "filters": ("onMessageSent",)}
        webhook = await domain.run(
            CreateWebhook(service_sid=sid, channel="room", type=WebhookType.WEBHOOK, **url)  # type: ignore[arg-type]
        )
        credential = await domain.run(CreateCredential(account, PushService.FCM, "sealed"))
        key = await domain.run(EnsureKey(account, "SK" + "0" * 32, "key", "sealed"), SYSTEM)
        self.updates: list[Command] = [
            UpdateService(sid),
            UpdateAccount(account),
            UpdateUser(sid, "ann"),
            UpdateUserChannel(sid, "ann", "room"),
            UpdateChannel(service_sid=sid, channel="room"),
            UpdateMember(sid, "room", "ann"),
            UpdateMessage(sid, "room", self.message),
            UpdateWebhook(service_sid=sid, channel="room", webhook=webhook.sid),
            UpdateCredential(account, credential.sid),
            RenameKey(account, key.sid),
        ]
        self._connection = connect_reader(domain.core.store.path)
        later = domain.core.store.clock() + 60_000
        domain.core.store.clock = lambda: later
        domain.published.clear()

    def everything(self) -> dict[str, list[Any]]:
        """Every row there is."""
        tables = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: self._connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in tables}

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
async def room(domain: Domain) -> Any:
    made = Room(domain)
    await made.start()
    yield made
    made.close()


def test_no_update_is_forgotten() -> None:
    """Whatever is called an update is tried here."""
    known = {kind.__name__ for kind in OPERATIONS if kind.__name__.startswith(CHANGING)}
    tried = {"UpdateService", "UpdateAccount", "UpdateUser", "UpdateUserChannel", "UpdateChannel", "UpdateMember",
             "UpdateMessage", "UpdateWebhook", "UpdateCredential", "RenameKey"}  # fmt: skip
    assert known == tried | NEEDS_SOMETHING


async def test_the_operator_s_empty_update_writes_nothing(room: Room) -> None:
    """No date moves, nothing is marked as edited, nobody is told; the answer is what is there."""
    before = room.everything()
    for command in room.updates:
        assert await room.domain.run(command) is not None
        assert room.everything() == before, command
    assert room.domain.published == []


async def test_nor_does_one_for_what_the_thing_has_no_use_for(room: Room) -> None:
    """A horizon while read status is off (contract U18), or a flow for a webhook that calls a URL."""
    sid = room.domain.service_sid
    await room.domain.run(UpdateService(sid, read_status_enabled=False))
    before = room.everything()
    await room.domain.run(UpdateUserChannel(sid, "ann", "room", last_consumed_message_index=0))
    await room.domain.run(UpdateMember(sid, "room", "ann", last_consumed_message_index=0))
    [webhook] = [command.webhook for command in room.updates if isinstance(command, UpdateWebhook)]
    await room.domain.run(UpdateWebhook(service_sid=sid, channel="room", webhook=webhook, flow_sid="FW" + "0" * 32))
    assert room.everything() == before


@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        ("ann", {UpdateUser: 200, UpdateUserChannel: 200, UpdateChannel: 200, UpdateMember: 200, UpdateMessage: 200}),
        ("bob", {UpdateUser: 403, UpdateUserChannel: 403, UpdateChannel: 403, UpdateMember: 403, UpdateMessage: 403}),
        ("out", {UpdateUser: 403, UpdateUserChannel: 403, UpdateChannel: 404, UpdateMember: 404, UpdateMessage: 404}),
    ],
)
async def test_a_client_needs_the_right_to_change_something(
    who: str, statuses: dict[type[Command], int], room: Room
) -> None:
    """An update that gives nothing is refused like one that gives something, and is never more than a look."""
    before, found = room.everything(), {}
    for command in room.updates:
        try:
            await room.domain.run(command, room.actors[who])
            found[type(command)] = 200
        except ChatError as error:
            found[type(command)] = error.status
    for_account = {type(command): 403 for command in room.updates if type(command) not in statuses}
    assert found == statuses | for_account
    assert room.everything() == before
    assert room.domain.published == []
