"""The channels a user is in: none is missed, none stays, and their counts are the service's."""

import random
from pathlib import Path

import pytest

from chat_tui.client import ChatClient, events
from chat_tui.client.state import known_channels
from tests.client.conftest import until
from tests.client.fast import new_client
from tests.support.fake_service import FakeService
from tests.support.waiting import settle

SEED = 20261121


async def test_a_channel_won_while_the_log_was_forgotten_appears(tmp_path: Path) -> None:
    """After a break, and after a start from the cache; one lost meanwhile goes."""
    service = FakeService()
    _, side = list(service.channels)
    async with new_client(service, tmp_path) as client:
        stream = client.events()
        service.drop()
        won = service.join("won")
        service.leave(side)
        service.objects["alice.channels"].forget_log()
        client.reconnect_now()
        await until(lambda: won in client.channels and side not in client.channels, stream)
    service.join("won later")
    service.objects["alice.channels"].forget_log()
    async with new_client(service, tmp_path) as client:
        stream = client.events()
        await until(lambda: {c.title for c in client.channels.values()} == {"general", "won", "won later"}, stream)


async def test_the_absence_of_a_channel_is_not_remembered(tmp_path: Path) -> None:
    """What could not be read of it is asked for by the next start, though the map has nothing new."""
    service = FakeService()
    async with new_client(service, tmp_path) as client:
        service.lie = lambda kind, body: {"no": "channel"} if kind == "my channel" else body
        won = service.join("won")
        await settle()
        assert won not in client.channels
    service.lie = None
    async with new_client(service, tmp_path) as client:
        await until(lambda: won in client.channels, client.events())


async def test_unread_is_what_the_service_counts_after_any_story(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages, deletions of read and unread ones, horizons that go both ways, breaks, forgotten logs."""
    monkeypatch.setattr(known_channels, "RECOUNT_AFTER", 0.0)
    rng = random.Random(SEED)
    for _ in range(25):
        service = FakeService()
        general = next(iter(service.channels))
        service.post(general, "first")
        service.read_up_to(general, 0)
        async with new_client(service) as client:
            stream = client.events()
            for _ in range(rng.randint(5, 40)):
                happen(rng, service, client, general)
                if rng.random() < 0.3:
                    await settle(rng.randint(1, 30))
            client.reconnect_now()
            await agrees(client, service, general, stream)
            await settle(200)
            assert client.channels[general].unread_messages_count == service.views.unread(general)
            service.post(general, "and one more")
            await agrees(client, service, general, stream)


async def agrees(client: ChatClient, service: FakeService, channel: str, stream: events.EventStream) -> None:
    await until(lambda: client.channels[channel].unread_messages_count == service.views.unread(channel), stream)


def happen(rng: random.Random, service: FakeService, client: ChatClient, channel: str) -> None:
    messages = service.objects[f"{channel}.messages"].items
    act = rng.choice(["post", "post", "post", "delete", "delete the last", "read", "drop", "forget"])
    if act == "post":
        service.post(channel, "more")
    elif act.startswith("delete") and messages:
        service.delete(channel, max(messages) if act == "delete the last" else rng.choice(list(messages)))
    elif act == "read":
        service.read_up_to(channel, rng.randint(0, service.channels[channel].get("next", 0)))
    elif act == "drop" and rng.random() < 0.2:
        service.drop()
        client.reconnect_now()
    elif act == "forget" and rng.random() < 0.3:
        service.objects[f"{channel}.channel"].forget_log()
