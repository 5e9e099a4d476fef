"""What a helper library makes without naming a service is in the terminal: the default service is the local one."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.client import ChatClient
from tests.referees.official_python import client_for
from tests.support.service import ServiceProcess, Tenant

WITHIN = 10.0


@pytest.fixture
def local(tmp_path: Path) -> Iterator[ServiceProcess]:
    """A service process of one's own, to stop and start."""
    process = ServiceProcess(tmp_path / "data")
    yield process
    process.stop()


async def seen_by(identity: str, tenant: Tenant, title: str) -> list[str]:
    """Who sits in the channel ``title``, as ``identity`` sees it once it is there."""
    async with asyncio.timeout(WITHIN), ChatClient(tenant.url, tenant.token(identity)) as client:
        channel = next(channel for channel in client.channels.values() if channel.title == title)
        opened = await client.open_channel(channel)
        return sorted(member.identity for member in opened.members.values())


def test_what_is_made_without_a_service_shows_in_the_terminal(local: ServiceProcess) -> None:
    """A conversation, a participant, a user and a message by the official library; the same after a restart."""
    for title in ("first", "after a restart"):
        running = local.start()
        tenant = Tenant.local(running)
        conversations = client_for(tenant).conversations.v1
        assert conversations.configuration().fetch().default_chat_service_sid == running.service_sid
        made = conversations.conversations.create(friendly_name=title)
        assert made.chat_service_sid == running.service_sid
        made.participants.create(identity="alice")
        made.messages.create(author="robot", body="hello")
        assert asyncio.run(seen_by("alice", tenant, title)) == ["alice"]
        assert [user.identity for user in conversations.users.list()] == ["alice"]
        tenant.close()
        local.stop()


def test_another_default_stays_until_it_is_deleted(local: ServiceProcess) -> None:
    """Over a restart too; then the local one is what is meant again."""
    tenant = Tenant.local(local.start())
    configuration = client_for(tenant).conversations.v1.configuration
    other = tenant.post("/v2/Services", FriendlyName="other")["sid"]
    configuration().update(default_chat_service_sid=other)
    local.stop()
    tenant.move_to(local.start())
    configuration = client_for(tenant).conversations.v1.configuration
    assert configuration().fetch().default_chat_service_sid == other
    client_for(tenant).chat.v2.services(other).delete()
    assert configuration().fetch().default_chat_service_sid == tenant.service_sid
    tenant.close()
