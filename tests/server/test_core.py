"""What is done without anybody waiting for it is done in the end, whatever the disk says meanwhile."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import pytest

from chat_tui.protocol.errors import Unavailable
from chat_tui.protocol.sids import Kind
from chat_tui.protocol.sync import ObjectType, SubscriptionRequest
from chat_tui.server.core import ServiceCore
from chat_tui.server.network.limits import Limits
from chat_tui.server.network.share import Share
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.operations.messages import SendMessage
from chat_tui.server.operations.users import FetchUser
from chat_tui.server.reachability import rules
from chat_tui.server.realtime import subscriptions
from chat_tui.server.realtime.gateway import Gateway
from chat_tui.server.store.retry import retry_until_stored
from chat_tui.server.sync import log
from tests.server.conftest import Domain
from tests.support.connections import writer_of


async def test_what_the_store_refuses_is_done_again(caplog: pytest.LogCaptureFixture) -> None:
    """Until it is taken, once; the log says so a single time."""
    answers: Iterator[Unavailable | str] = iter(
        [Unavailable("The disk is full"), Unavailable("The disk is full"), "done"]
    )

    async def work() -> str:
        answer = next(answers)
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    assert await retry_until_stored(work, "the work", again_after=0) == "done"
    assert [record.getMessage() for record in caplog.records] == ["the work must wait: The disk is full"]


@pytest.mark.parametrize("fault", [ValueError("ours"), KeyError("x"), MemoryError(), RecursionError(), OSError("io")])
async def test_an_error_nobody_thought_of_is_no_reason_to_give_up(
    fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged once, with its traceback, and the waits grow to half a minute."""
    waits: list[float] = []

    async def work() -> int:
        if len(waits) < 8:
            raise fault
        return len(waits)

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    assert await retry_until_stored(work, "the work", sleep=sleep) == 8
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert [record.getMessage() for record in caplog.records] == ["the work failed; trying again"]


async def test_what_nobody_waits_for_any_more_ends_at_once() -> None:
    """A kind of failure that its caller names is the end."""

    async def work() -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await retry_until_stored(work, "the work", unless=(ConnectionError,), again_after=0)


async def test_who_left_while_nothing_could_be_written_is_offline_in_the_end(domain: Domain) -> None:
    """A full disk postpones the end of a lease, and does not make anybody online for ever."""
    bob = await domain.user("bob")
    core: ServiceCore = domain.core
    await core.leases.connected("one", bob.user_sid)
    writer_of(core.store).pragma("query_only", True)
    leaving = asyncio.ensure_future(core.leases.disconnected("one", bob.user_sid, clean=True))
    with pytest.raises(Unavailable):  # answered after the first try of the one who leaves
        await domain.run(SendMessage(domain.service_sid, "general", "no"))
    writer_of(core.store).pragma("query_only", False)
    await asyncio.wait_for(leaving, 5)
    view = await domain.run(FetchUser(domain.service_sid, "bob"))
    assert rules.visible_reachability(view.service, view.user).online is False


async def test_the_log_is_kept_short_by_age_and_by_number(domain: Domain) -> None:
    """What is pruned can no longer be replayed from, and the floor says so; the newest always can."""
    for number in range(20):
        await domain.run(SendMessage(domain.service_sid, "general", str(number)))
    store = domain.core.store
    sid, head = (await store.read(lambda reader: reader.tuples("busy_objects", keep=15)))[0]
    assert await store.read(lambda reader: log.floor(reader, sid)) == 0
    await log.prune(store, kept=5)
    kept = await store.read(lambda reader: log.read(reader, sid, 0, 100))
    assert [event.id for event in kept] == list(range(head - 4, head + 1))
    assert await store.read(lambda reader: log.floor(reader, sid)) == head - 5
    clock = store.clock
    store.clock = lambda: clock() + log.RETENTION + 1_000
    await log.prune(store)
    assert await store.read(lambda reader: log.read(reader, sid, 0, 100)) == []
    assert await store.read(lambda reader: log.floor(reader, sid)) == head


async def test_so_many_come_in_within_a_second(domain: Domain) -> None:
    """The default is 200; room for one more is made every five milliseconds."""
    assert Limits().upgrades_per_second == 200
    gateway = Gateway(domain.core, Limits())
    assert [gateway.admits_upgrade(100.0) for _ in range(201)] == [True] * 200 + [False]
    assert [gateway.admits_upgrade(100.0051) for _ in range(2)] == [True, False]
    gateway.is_draining = True
    assert not gateway.admits_upgrade(200.0)


class Reading:
    """A subscriber that notes what it is sent."""

    def __init__(self, actor: ClientActor) -> None:
        self.actor = actor
        self.share = Share(Limits())
        self.frames: asyncio.Queue[bytes] = asyncio.Queue()

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        yield

    def push(self, frame: bytes, *, droppable: bool = False) -> None:
        self.frames.put_nowait(frame)

    def flush(self) -> None:
        pass

    async def send(self, frame: bytes) -> None:
        self.frames.put_nowait(frame)


async def test_what_was_not_delivered_is_found_by_the_check(domain: Domain) -> None:
    """The bus is only a hint: nothing of it came through here, and the event arrives, once."""
    assert subscriptions.CHECK_EVERY == 30.0
    bob = await domain.user("bob")
    deaf = subscriptions.Subscriptions(domain.core.store)
    reader = Reading(bob)
    deaf.admit(reader)
    await domain.run(SendMessage(domain.service_sid, "general", "seen"))
    busy = await domain.core.store.read(lambda rows: rows.tuples("busy_objects", keep=0))
    [messages] = [sid for sid, _ in busy if sid.startswith(Kind.LIST)]
    deaf.establish(reader, [SubscriptionRequest(messages, ObjectType.LIST)], 1)
    assert b"subscription_established" in await asyncio.wait_for(reader.frames.get(), 5)
    await domain.run(SendMessage(domain.service_sid, "general", "not delivered"))
    await deaf.check()
    await deaf.check()
    assert b"not delivered" in await asyncio.wait_for(reader.frames.get(), 5)
    await domain.run(SendMessage(domain.service_sid, "general", "nor this"))
    await deaf.check()
    assert b"nor this" in await asyncio.wait_for(reader.frames.get(), 5)
    assert reader.frames.empty()
