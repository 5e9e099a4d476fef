"""What happens at once, too late, or not at all: nothing is deaf, nothing hangs, nothing is lost for good."""

import asyncio
import gc
import random
from pathlib import Path
from typing import Any

import pytest

from chat_tui.client import ChatClient, ChatError, Phase, SendState, TransportError, events
from chat_tui.client.commands.outbox import MAX_ODD, Outbox, Receipt
from chat_tui.client.link.pages import MAX_PAGES
from chat_tui.client.link.timing import Timing
from chat_tui.client.model import PendingMessage
from chat_tui.client.state import known_channels
from chat_tui.client.state.reading import Nonsense
from chat_tui.client.storage.cache import Cache, Kept
from chat_tui.client.storage.disk import Disk, DiskError
from chat_tui.protocol.errors import BadRequest, NotFound, Unavailable, from_answer
from chat_tui.protocol.twilsock import Status
from tests.client.conftest import until
from tests.client.test_lies import FAST, settle
from tests.support.fake_service import FakeService, token

SEED = 20261121


def new_client(service: FakeService, keep: Path | None = None, timing: Timing = FAST) -> ChatClient:
    return ChatClient("ws://fake.invalid", token(), open_socket=service.open_socket, timing=timing, keep=keep)


async def test_a_channel_opened_twice_at_once_is_one_and_hears() -> None:
    """Both get the same; so do two who ask for one user."""
    service = FakeService()
    general = next(iter(service.channels))
    async with new_client(service) as client:
        stream, channel = client.events(), client.channels[general]
        opened, again, other = await asyncio.gather(*(client.open_channel(channel) for _ in range(3)))
        assert opened is again is other
        service.post(general, "heard")
        await until(lambda: [message.body for message in opened.messages] == ["heard"], stream)
        users = await asyncio.gather(*(client.get_user("bob") for _ in range(3)))
        assert len({id(user) for user in users}) == 1
        assert service.asked.count("user") == 1


async def test_a_client_has_one_life() -> None:
    """After its end a start is an error, not a wait; before it, a second start is the first."""
    service = FakeService()
    client = new_client(service)
    await asyncio.gather(client.start_soon(), client.start_soon(), client.start())
    assert service.asked.count("init") == 1
    await client.close()
    await client.close()
    with pytest.raises(RuntimeError, match="make a new one"):
        await client.start()
    with pytest.raises(RuntimeError, match="make a new one"):
        await client.update_token(token())
    with pytest.raises(Unavailable):
        client.messages.submit(next(iter(client.channels.values())), "too late")
    assert [event async for event in client.events()] == []


async def test_whoever_waits_is_told_of_the_end() -> None:
    """A start that did not come about, a message that was not sent."""
    service = FakeService()
    service.lie = lambda kind, body: {} if kind == "configuration" else body
    client = new_client(service)
    starting = client.start_soon()
    sending = asyncio.ensure_future(client.outbox.receipt(client.outbox.submit("CH1", "never")))
    await settle()
    await client.close()
    for waiting in (starting, sending):
        with pytest.raises(TransportError):
            await waiting


async def test_streams_that_nobody_holds_are_let_go() -> None:
    """An application may leave them as it likes."""
    async with new_client(FakeService()) as client:
        kept = client.events()
        for _ in range(100):
            client.events()
        gc.collect()
        assert len(client._streams) == 1
        kept.close()
        client.reconnect_now()


async def test_closing_does_every_step_whatever_fails(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One step raises, one never ends: the streams end, and what is unsent is on disk."""
    service = FakeService()
    general = next(iter(service.channels))
    client = new_client(service, tmp_path)
    await client.start()
    stream = client.events()
    service.lie = lambda kind, body: {"code": 1} if kind == "sent" else body
    client.messages.submit(client.channels[general], "kept")

    async def fail() -> None:
        raise OSError("no")

    client.horizons.flush = fail  # type: ignore[method-assign]
    client.typing.close = asyncio.Event().wait  # type: ignore[assignment, method-assign]
    await asyncio.wait_for(client.close(), 15)
    while True:
        try:
            await stream.batch()
        except StopAsyncIteration:
            break
    assert "telling how far one has read failed: no" in caplog.text
    service.lie = None
    async with new_client(service, tmp_path) as again:
        messages = service.objects[f"{general}.messages"].items
        await until(lambda: [item["text"] for item in messages.values()] == ["kept"], again.events())


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
            assert client.channels[general].unread_messages_count == service.unread(general)
            service.post(general, "and one more")
            await agrees(client, service, general, stream)


async def agrees(client: ChatClient, service: FakeService, channel: str, stream: events.EventStream) -> None:
    await until(lambda: client.channels[channel].unread_messages_count == service.unread(channel), stream)


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


async def test_the_cache_believes_what_is_written(tmp_path: Path) -> None:
    """A save that failed is made good by the next, and saves that overlap leave what the last one had."""
    disk = Disk(tmp_path)
    await disk.open()
    cache = Cache(disk)
    await cache.load()
    first, second = {"a": Kept("A", 1, b"1")}, {"a": Kept("A", 2, b"2"), "b": Kept("B", 1, b"1")}
    await asyncio.gather(cache.save(first), cache.save(second), cache.save(first), cache.save(second))
    assert await Cache(disk).load() == second
    refusing = "CREATE TRIGGER t BEFORE INSERT ON cache BEGIN SELECT RAISE(ABORT, 'full'); END"
    await disk.run(lambda database: database.execute(refusing) and None)
    with pytest.raises(DiskError, match="full"):
        await cache.save(first)
    await disk.run(lambda database: database.execute("DROP TRIGGER t") and None)
    await cache.save(first)
    assert await Cache(disk).load() == first
    await disk.close()


async def test_a_folder_that_cannot_be_leaves_a_client_that_connects(tmp_path: Path) -> None:
    """And says that nothing is kept."""
    (tmp_path / "file").write_text("in the way")
    client = new_client(FakeService(), tmp_path / "file" / "below")
    stream = client.events()
    await asyncio.wait_for(client.start(), 5)
    assert any(isinstance(event, events.OutboxNotKept) for event in await stream.batch())
    await client.close()


@pytest.mark.parametrize(
    "odd",
    [
        KeyError("index"),
        RecursionError(),
        ValueError("x"),
        Nonsense("nonsense"),
        from_answer(418, {}),
        from_answer(300, None),
        BadRequest("no"),
    ],
)
async def test_one_odd_answer_does_not_hold_up_what_is_written_behind_it(odd: Exception) -> None:
    """It is set aside with its reason, under its id, and the next goes out; the odd one may be sent again by hand."""
    sent: list[str] = []

    async def send(pending: PendingMessage) -> Receipt:
        sent.append(pending.body)
        if pending.body == "odd" and len(sent) <= MAX_ODD:
            raise odd
        return Receipt("IM1", 1)

    async def no_time(_: float) -> None:
        await asyncio.sleep(0)

    outbox = Outbox(send, lambda: asyncio.sleep(0), lambda _: None, sleep=no_time)
    first, second = outbox.submit("CH1", "odd"), outbox.submit("CH1", "next")
    refused, acknowledged = outbox.receipt(first), outbox.receipt(second)
    with pytest.raises(ChatError):
        await asyncio.wait_for(refused, 5)
    await asyncio.wait_for(acknowledged, 5)
    with pytest.raises(NotFound):
        outbox.receipt(second)
    (failed,) = outbox.everything()
    assert (failed.mutation_id, failed.state) == (first.mutation_id, SendState.FAILED)
    assert failed.error
    sent += [""] * MAX_ODD
    outbox.retry(first.mutation_id)
    await asyncio.wait_for(outbox.receipt(failed), 5)
    assert outbox.everything() == []
    await outbox.close()


async def test_a_list_without_end_is_cut() -> None:
    """Always another token, always nothing."""
    service = FakeService()
    numbers = iter(range(10**9))

    def lie(kind: str, body: Any) -> Any:
        return {"users": [], "meta": {"next_token": str(next(numbers))}} if kind == "users" else body

    async with new_client(service) as client:
        service.lie = lie
        assert await client.people.descriptors(next(iter(client.channels.values()))) == []
        assert service.asked.count("users") == MAX_PAGES


@pytest.mark.parametrize("asked", [10**15, -5, 0, "soon", None, {}, 1e300])
async def test_a_service_may_not_ask_for_any_wait(asked: Any) -> None:
    """Minutes at most, and not at once for ever."""
    service = FakeService()
    async with new_client(service, timing=Timing(longest_asked=0.02, first_try=0.001, longest_wait=0.002)) as client:
        stream = client.events()
        policy = {"backoff_policy": {"reconnect_min_ms": asked}}
        service.notice("close", "close", policy, status=Status(308))
        await until(lambda: client.connection.phase is Phase.WAITING, stream)
        retry_at, since = client.connection.retry_at, client.connection.since
        assert retry_at is not None
        assert retry_at - since <= 1.1
        await until(lambda: client.connection.phase is Phase.CONNECTED, stream)


async def test_warnings_without_end_bring_one_renewal() -> None:
    """However often the service says that the token runs out."""
    service, fetched = FakeService(), []

    async def source() -> str:
        fetched.append(1)
        return token()

    timing = Timing(fetch_apart=0.01)
    async with ChatClient("ws://fake.invalid", source, open_socket=service.open_socket, timing=timing):
        for _ in range(200):
            service.notice("client_update", "warning", {}, client_update_type="token_about_to_expire")
            await asyncio.sleep(0)
        await asyncio.sleep(0.1)
    assert len(fetched) <= 12
