"""The event log: what can be replayed, and for how long."""

from chat_tui.server.operations.messages import SendMessage
from chat_tui.server.sync import log
from tests.server.conftest import Domain


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
