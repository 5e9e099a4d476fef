"""What is deleted is out of sight at once, and off the disk in small steps, whatever happens in between."""

import pytest

from chat_tui.protocol.errors import NotFound
from chat_tui.server.bus import ServiceGone
from chat_tui.server.operations import deletion
from chat_tui.server.operations.accounts import FindCredentials
from chat_tui.server.operations.actors import SYSTEM
from chat_tui.server.operations.channels import CreateChannel, DeleteChannel, FetchChannel, ListChannels
from chat_tui.server.operations.members import AddMember
from chat_tui.server.operations.messages import DeleteMessage, SendMessage
from chat_tui.server.operations.services import DeleteService, FetchService, ListServices
from chat_tui.server.operations.user_channels import ListUserChannels
from chat_tui.server.operations.users import DeleteUser, FetchUser
from chat_tui.server.sync import log
from tests.server.conftest import Domain
from tests.support.connections import rows

MANY = 3 * deletion.STEP
TABLES = ("messages", "tombstones", "members", "invites", "channels", "users", "sync_events", "sync_objects")


async def counts(domain: Domain) -> dict[str, int]:
    counted = ", ".join(f"(SELECT COUNT(*) FROM {table})" for table in TABLES)
    [found] = await rows(domain.core.store, f"SELECT {counted}")
    return dict(zip(TABLES, found, strict=True))


async def fill(domain: Domain) -> None:
    await domain.user("alice")
    await domain.run(CreateChannel(domain.service_sid, unique_name="full"))
    await domain.run(AddMember(domain.service_sid, "full", "alice"))
    for number in range(MANY):
        await domain.run(SendMessage(domain.service_sid, "full", str(number)))
    await domain.run(DeleteMessage(domain.service_sid, "full", "0"))


async def clear(domain: Domain) -> int:
    """How many steps it took; each touches so many rows at most, and some seats beside."""
    steps, before = 0, await counts(domain)
    while await domain.core.store.write(deletion.clear):
        after = await counts(domain)
        assert sum(before[table] - after[table] for table in TABLES) <= deletion.STEP + 5
        steps, before = steps + 1, after
    return steps


async def test_a_deleted_service_is_gone_at_once_and_its_rows_in_steps(domain: Domain) -> None:
    """Nobody finds it, or what was in it; the operation writes next to nothing."""
    alice = await domain.user("alice")
    await fill(domain)
    full = await counts(domain)
    await domain.run(DeleteService(domain.service_sid))
    assert sum(full.values()) - sum((await counts(domain)).values()) <= deletion.STEP
    assert ServiceGone(domain.service_sid) in domain.published
    sid = domain.service_sid
    for command in (FetchService(sid), ListChannels(sid), FetchUser(sid, "alice"), SendMessage(sid, "full", "x")):
        for actor in (None, alice):
            with pytest.raises((NotFound, Exception), match=r"not found|gone|Only account"):
                await domain.run(command, actor)
    assert (await domain.run(ListServices(domain.account.account_sid))).items == []
    assert await domain.core.dispatcher.run(SYSTEM, FindCredentials(sid=deletion.ACCOUNT)) is None
    await clear(domain)
    assert set((await counts(domain)).values()) == {0}
    assert not await domain.core.store.read(deletion.is_any_left)


async def test_a_deleted_channel_is_gone_at_once_and_its_messages_in_steps(domain: Domain) -> None:
    """Its name is free, its seats are nobody's any more."""
    alice = await domain.user("alice")
    await fill(domain)
    found = await domain.run(FetchChannel(domain.service_sid, "full"))
    await domain.run(DeleteChannel(domain.service_sid, "full"))
    for name in ("full", found.sid):
        with pytest.raises(NotFound):
            await domain.run(FetchChannel(domain.service_sid, name))
    rooms = await domain.run(ListUserChannels(domain.service_sid, alice.user_sid))
    assert [room.channel.unique_name for room in rooms.items] == ["general"]
    assert (await domain.run(FetchUser(domain.service_sid, "alice"))).user.joined_channels_count == 1
    await domain.run(CreateChannel(domain.service_sid, unique_name="full"))
    await domain.core.clear_deleted()
    left = await counts(domain)
    assert (left["messages"], left["tombstones"], left["channels"]) == (0, 0, 2)
    assert (await domain.run(FetchChannel(domain.service_sid, "full"))).messages_count == 0


async def test_a_deleted_users_log_goes_in_steps_too(domain: Domain) -> None:
    """The objects are nobody's at once."""
    await domain.user("alice")
    before = await counts(domain)
    await domain.run(DeleteUser(domain.service_sid, "alice"))
    await domain.core.clear_deleted()
    assert (await counts(domain))["sync_objects"] == before["sync_objects"] - 2


async def test_pruning_keeps_pace(domain: Domain) -> None:
    """However many events of however many objects are too many: all of them go, and none that is kept."""
    await domain.run(CreateChannel(domain.service_sid, unique_name="side"))
    for number in range(log.PRUNE_STEP * 2):
        await domain.run(SendMessage(domain.service_sid, ("general", "side")[number % 2], str(number)))
    before = (await counts(domain))["sync_events"]
    assert before > 3 * log.PRUNE_STEP
    await log.prune(domain.core.store, kept=10)
    busy = await domain.core.store.read(lambda reader: reader.tuples("busy_objects", keep=10))
    assert len(busy) == 4
    for sid, head in busy:
        assert await domain.core.store.read(lambda reader: log.floor(reader, sid)) == head - 10  # noqa: B023
