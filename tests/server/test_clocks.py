"""What lasts goes by a clock that nobody sets; dates follow the wall clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chat_tui.protocol.errors import Unavailable
from chat_tui.protocol.sids import Kind
from chat_tui.protocol.values import ChannelState
from chat_tui.server.bus import ClockSet
from chat_tui.server.clocks import JumpWatch, ServiceClock, read_clocks
from chat_tui.server.core import ServiceCore
from chat_tui.server.operations import states
from chat_tui.server.operations.channels import CreateChannel, FetchChannel
from chat_tui.server.operations.messages import SendMessage
from chat_tui.server.operations.users import FetchUser
from chat_tui.server.reachability import rules
from chat_tui.server.store.rows import Channel
from chat_tui.server.sync import log
from tests.server.conftest import Domain
from tests.support.clocks import FakeClock
from tests.support.connections import writer_of

HOUR, DAY, YEAR = 3600.0, 86_400.0, 31_536_000.0
JUMPS = [sign * size for size in (1, HOUR, DAY, 10 * YEAR) for sign in (1.0, -1.0)]


@asynccontextmanager
async def a_domain(data: Path, clock: FakeClock, before: Domain | None = None) -> AsyncIterator[Domain]:
    """A service; or the one of ``before``, started anew."""
    core = ServiceCore(data, synchronous="OFF", rate=10_000, clock=clock)
    await core.start()
    made = Domain(core)
    if before is None:
        await made.start()
    else:
        made.account, made.service_sid = before.account, before.service_sid
    yield made
    await core.close()


def test_the_clocks_are_the_machines() -> None:
    """Seconds; what elapses never goes back."""
    first, second = read_clocks(), read_clocks()
    assert first.wall > 1_600_000_000
    assert second.elapsed >= first.elapsed


@pytest.mark.parametrize("jump", JUMPS)
def test_dates_advance_evenly_until_they_are_corrected(jump: float) -> None:
    """Setting the clock changes nothing by itself; afterwards the dates are the wall's."""
    clock = FakeClock()
    dates = ServiceClock(clock)
    before = dates()
    clock.set(jump)
    clock.pass_(10)
    assert dates() == before + 10_000
    assert dates.error() == pytest.approx(jump)
    dates.correct(dates.error())
    assert dates() == round(clock.wall * 1000)
    assert dates.for_ages() == before + 10_000 + round(min(0.0, jump) * 1000)


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_and_a_sleep_are_noticed_once(jump: float) -> None:
    """Time that passes is none, nor is a clock that is slewed a little."""
    clock = FakeClock()
    watch = JumpWatch(clock, timers=lambda: clock.timers)
    clock.pass_(100_000)
    clock.set(0.5)
    assert not watch.jumped()
    clock.set(jump * 1.5)
    assert (watch.jumped(), watch.jumped()) == (True, False)
    clock.sleep(5)
    assert (watch.jumped(), watch.jumped()) == (True, False)


class Life:
    """A user who comes, goes and comes back, on services that start anew; a clock is set before one of the steps."""

    def __init__(self, data: Path, jump: float) -> None:
        self._data = data
        self._jump = jump
        self._clock = FakeClock()
        self._step = 0

    async def online(self, domain: Domain) -> bool | None:
        view = await domain.run(FetchUser(domain.service_sid, "bob"))
        return rules.visible_reachability(view.service, view.user).online

    async def _time(self, domain: Domain, jump_at: int, seconds: float) -> bool | None:
        """The next step begins; then time passes, and what is due is done."""
        if self._step == jump_at:
            self._clock.set(self._jump)
        self._step += 1
        self._clock.pass_(seconds)
        await domain.core.follow_clocks()
        await domain.core.leases.sweep()
        return await self.online(domain)

    async def live(self, jump_at: int) -> list[bool | None]:
        """What is published of the user after each step."""
        seen = []
        async with a_domain(self._data, self._clock) as domain:
            leases = domain.core.leases
            bob = await domain.user("bob")
            await leases.connected("one", bob.user_sid)
            seen.append(await self._time(domain, jump_at, 1_000))
            await leases.disconnected("one", bob.user_sid, clean=False)
            seen.append(await self._time(domain, jump_at, 14.9))
            await leases.connected("two", bob.user_sid)
            seen.append(await self._time(domain, jump_at, 1_000))
            await leases.disconnected("two", bob.user_sid, clean=False)
            seen.append(await self._time(domain, jump_at, 14.9))
            seen.append(await self._time(domain, jump_at, 0.2))
            await leases.connected("three", bob.user_sid)
            seen.append(await self._time(domain, jump_at, 1))
        async with a_domain(self._data, self._clock, domain) as domain:
            seen.append(await self._time(domain, jump_at, 29.9))
            seen.append(await self._time(domain, jump_at, 0.2))
            await domain.core.leases.connected("four", bob.user_sid)
            await domain.core.leases.disconnected("four", bob.user_sid, clean=False)
            seen.append(await self._time(domain, jump_at, 1))
        if self._step == jump_at:
            self._clock.set(self._jump)
        async with a_domain(self._data, self._clock, domain) as domain:
            seen.append(await self._time(domain, jump_at + 1, 30.1))
        return seen


@pytest.mark.parametrize("jump", JUMPS)
async def test_nobody_is_online_for_longer_or_shorter_by_a_clock_that_was_set(jump: float, tmp_path: Path) -> None:
    """At whichever step it is set: a break lingers 15 s, a restart makes suspect for half a minute."""
    for jump_at in range(10):
        life = Life(tmp_path / str(jump_at), jump)
        (tmp_path / str(jump_at)).mkdir()
        seen = await life.live(jump_at)
        assert seen == [True, True, True, True, False, True, True, False, True, False], jump_at


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_channels_timer_runs_as_long_as_it_was_set(jump: float, tmp_path: Path) -> None:
    """Before and after the clock was set; its date is moved with the clock."""
    clock = FakeClock()
    async with a_domain(tmp_path, clock) as domain:

        async def found() -> Channel:
            channel: Channel = await domain.run(FetchChannel(domain.service_sid, "talk"))
            return channel

        async def state_after(seconds: float) -> ChannelState:
            clock.pass_(seconds)
            await domain.core.store.write(states.sweep)
            return (await found()).state

        await domain.run(CreateChannel(domain.service_sid, unique_name="talk", inactive_timer="PT5M"))
        assert await state_after(100) is ChannelState.ACTIVE
        clock.set(jump)
        assert await state_after(0) is ChannelState.ACTIVE
        await domain.core.follow_clocks()
        assert (await found()).date_inactive == round((clock.wall + 200) * 1000)
        assert await state_after(199) is ChannelState.ACTIVE
        assert await state_after(2) is ChannelState.INACTIVE


@pytest.mark.parametrize("jump", [jump for jump in JUMPS if jump < 0])
async def test_a_clock_set_back_between_two_starts_prolongs_no_timer(jump: float, tmp_path: Path) -> None:
    """Nothing has more left than it began with."""
    clock = FakeClock()
    async with a_domain(tmp_path, clock) as domain:
        service_sid = domain.service_sid
        await domain.run(CreateChannel(service_sid, unique_name="talk", inactive_timer="PT5M", closed_timer="PT20M"))
    clock.set(jump)
    async with a_domain(tmp_path, clock, domain) as domain:
        clock.pass_(301)
        await domain.core.store.write(states.sweep)
        channel = await domain.run(FetchChannel(service_sid, "talk"))
        assert channel.state is ChannelState.INACTIVE
        clock.pass_(900)
        await domain.core.store.write(states.sweep)
        assert (await domain.run(FetchChannel(service_sid, "talk"))).state is ChannelState.CLOSED


async def test_dates_follow_only_when_the_store_takes_it(tmp_path: Path) -> None:
    """A store that refuses leaves dates and timers as they were; the next look does both."""
    clock = FakeClock()
    async with a_domain(tmp_path, clock) as domain:
        core = domain.core
        await domain.run(CreateChannel(domain.service_sid, unique_name="talk", inactive_timer="PT5M"))
        clock.set(DAY)
        before = core.store.clock()
        writer_of(core.store).pragma("query_only", True)
        with pytest.raises(Unavailable):
            await core.follow_clocks()
        assert core.store.clock() == before
        writer_of(core.store).pragma("query_only", False)
        await core.follow_clocks()
        assert core.store.clock() == before + DAY * 1000
        channel = await domain.run(FetchChannel(domain.service_sid, "talk"))
        assert channel.date_inactive == before + DAY * 1000 + 300_000
        assert [item for item in domain.published if isinstance(item, ClockSet)]


async def test_a_clock_set_forward_makes_nothing_old(tmp_path: Path) -> None:
    """What was said a minute ago can still be replayed when the clock says that it was a year ago."""
    clock = FakeClock()
    async with a_domain(tmp_path, clock) as domain:
        await domain.run(SendMessage(domain.service_sid, "general", "hello"))
        store = domain.core.store
        busy = await store.read(lambda rows: rows.tuples("busy_objects", keep=0))
        [sid] = [sid for sid, _ in busy if sid.startswith(Kind.LIST)]
        clock.set(YEAR)
        await domain.core.follow_clocks()
        await domain.core.prune()
        assert len(await store.read(lambda reader: log.read(reader, sid, 0, 10))) == 1
        clock.pass_(8 * DAY)
        await domain.core.prune()
        assert await store.read(lambda reader: log.read(reader, sid, 0, 10)) == []
