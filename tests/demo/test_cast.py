"""The demo: real people on a real service, gone with their parent."""

import random
import sys
import time

import msgspec
import pytest

from chat_tui.client import ChatClient
from chat_tui.demo.cast import Player, Script, seed
from chat_tui.demo.script import PEOPLE, STAGES
from chat_tui.demo.theatre import open_theatre
from chat_tui.local_service import LocalService, find
from tests.client.conftest import until
from tests.support.service import Tenant
from tests.support.terminal import Terminal


def local(tenant: Tenant) -> LocalService:
    """The tenant as if it were the local service."""
    return msgspec.structs.replace(tenant.process, service_sid=tenant.service_sid)


async def test_the_seed_puts_six_people_into_four_channels(tenant: Tenant) -> None:
    """With the viewer in every one, and lines to read."""
    await seed(local(tenant), "viewer")
    assert len(PEOPLE) == 6
    for stage in STAGES:
        members = tenant.get(f"{tenant.path}/Channels/{stage.name}/Members")["members"]
        assert {member["identity"] for member in members} == {*stage.cast, "viewer"}
        assert tenant.get(f"{tenant.path}/Channels/{stage.name}/Messages")["messages"]


async def test_a_player_does_what_people_do(tenant: Tenant) -> None:
    """Comes online, registers for push, writes, reads, goes: all of it visible through REST."""
    service = local(tenant)
    await seed(service, "viewer")

    class Curtain(Exception):
        pass

    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 40:
            raise Curtain

    player = Player(PEOPLE[0], service, Script("viewer"), random.Random(4), sleep)
    async with ChatClient(service.url, service.token_for("viewer")) as viewer:
        amara, stream = await viewer.get_user("amara"), viewer.events()
        with pytest.raises(Curtain):
            await player.live(at_once=True)
        await until(lambda: amara.is_online is False, stream)
        assert amara.is_notifiable is not None
    written = [
        message["from"]
        for stage in STAGES
        for message in tenant.get(f"{tenant.path}/Channels/{stage.name}/Messages")["messages"][4:]
    ]
    assert set(written) == {"amara"}
    horizons = [
        found["last_consumed_message_index"] for found in tenant.get(f"{tenant.path}/Users/amara/Channels")["channels"]
    ]
    assert any(horizon is not None for horizon in horizons)


def test_the_cast_ends_when_the_pipe_closes_and_leaves_nothing() -> None:
    """Service and directory too."""
    with open_theatre("viewer", 1) as theatre:
        assert theatre.wait_until_ready() is None
        assert find(theatre.data) is not None
        process, data = theatre.process, theatre.data
    assert process.returncode == 0
    assert not data.exists()


def test_the_demo_is_alive_on_the_screen() -> None:
    """People are online, and somebody does something within seconds."""
    with Terminal(sys.executable, "-m", "chat_tui.cli", "demo", "--identity", "viewer") as terminal:
        terminal.see("connected", "viewer · demo", "# incident-42", "viewer (you)", within=20)
        before = terminal.text
        deadline = time.monotonic() + 20
        while terminal.text == before and time.monotonic() < deadline:
            terminal.pump(0.1)
        assert terminal.text != before
        assert terminal.quit() == 0
