"""People who write to each other while their links and their service are harmed, seeded, and the record of it."""

import asyncio
import random
import time
from functools import partial
from urllib.parse import urlsplit

import msgspec

from chat_tui.client import ChatClient, events
from chat_tui.client.link.timing import Timing
from chat_tui.client.model import Receipt
from chat_tui.local_service import LocalService
from tests.checker.proxy import Fault, Proxy
from tests.checker.record import Record, Shown
from tests.support.service import Tenant

SCALE = 1 / 50
"""Of the times of a link; the defaults are asserted apart."""

PEOPLE = 4
EVERY = 0.03
"""Seconds between two messages of one person, on average."""

SETTLED_WITHIN = 60.0
SERVICE_TIMES = ("--ping-every", "0.4", "--pong-within", "0.2", "--linger", "0.3")
RAISED = ("--rate", "100000", "--session-rate", "10000")


class Person:
    """A client that writes, reads now and then, and notes what it is told."""

    def __init__(self, identity: str, tenant: Tenant, url: str, chance: random.Random) -> None:
        self.identity = identity
        self.sent: list[str] = []
        self.acknowledged: dict[str, int] = {}
        self.announced: list[int] = []
        self._chance = chance
        self.client = ChatClient(url, tenant.token(identity), timing=Timing().scaled(SCALE))
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await self.client.start()
        self.channel = self.client.channels.find("general")
        self.opened = await self.client.open_channel(self.channel)
        self._tasks = [asyncio.create_task(self._listen(self.client.events()))]

    async def follow(self, others: list[str]) -> None:
        for other in others:
            await self.client.get_user(other)

    def write_for(self, seconds: float) -> None:
        self._tasks.append(asyncio.create_task(self._write(time.monotonic() + seconds)))

    async def _write(self, end: float) -> None:
        while time.monotonic() < end:
            body = f"{self.identity} {len(self.sent)}"
            self.sent.append(body)
            pending = self.client.messages.submit(self.channel, body)
            self.client.outbox.receipt(pending).add_done_callback(partial(self._note, body))
            if self.opened.messages and self._chance.random() < 0.1:
                self.client.horizons.advance(self.channel, self.opened.messages[-1].index)
            await asyncio.sleep(self._chance.uniform(0, 2 * EVERY))

    def _note(self, body: str, done: "asyncio.Future[Receipt]") -> None:
        if not done.cancelled() and done.exception() is None:
            self.acknowledged[body] = done.result().index

    async def _listen(self, stream: events.EventStream) -> None:
        async for event in stream:
            if isinstance(event, events.MessageAdded) and event.channel is self.channel:
                self.announced.append(event.message.index)

    async def finish(self) -> None:
        """Everything written is on its way."""
        await asyncio.gather(*self._tasks[1:])

    def shown(self, others: list[str]) -> Shown:
        followed = {other: self.client.people.known(other) for other in others}
        return Shown(
            messages=[(message.index, message.body) for message in self.opened.messages],
            events=list(self.announced),
            unread=self.channel.unread_messages_count,
            horizon=self.channel.last_consumed_message_index,
            marks={identity: user.is_online for identity, user in followed.items() if user is not None},
            unsent=len(self.client.outbox.unsent()),
        )

    async def close(self) -> None:
        await self.client.close()
        self._tasks[0].cancel()
        await asyncio.wait(self._tasks)


def _is_quiet(shown: Shown, last: int, marks: dict[str, bool | None]) -> bool:
    newest = shown.messages[-1][0] if shown.messages else -1
    return not shown.unsent and newest == last and shown.marks == marks


class Workload:
    """People on one service, through a proxy."""

    def __init__(self, process: LocalService, seed: int) -> None:
        self._chance = random.Random(seed)
        self.tenant = Tenant(process, f"checked {seed}")
        self.proxy = Proxy(urlsplit(process.url).port or 80, seed)
        self.people: list[Person] = []

    async def start(self) -> None:
        url = await self.proxy.start()
        names = [f"person-{number}" for number in range(PEOPLE)]
        for name in names:
            await asyncio.to_thread(self.tenant.post, f"{self.tenant.path}/Channels/general/Members", Identity=name)
        self.people = [Person(name, self.tenant, url, random.Random(self._chance.random())) for name in names]
        await asyncio.gather(*(person.start() for person in self.people))
        await asyncio.gather(*(person.follow(names) for person in self.people))

    async def episode(self) -> Fault:
        """One fault in the middle of a conversation, and its end."""
        fault = self._chance.choice(list(Fault))
        for person in self.people:
            person.write_for(0.3)
        await asyncio.sleep(self._chance.uniform(0, 0.2))
        self.proxy.inflict(fault)
        await asyncio.sleep(self._chance.uniform(0.05, 0.8 if fault in (Fault.HALF_OPEN, Fault.DEAF) else 0.2))
        self.proxy.heal()
        await asyncio.gather(*(person.finish() for person in self.people))
        return fault

    async def settle(self) -> Record:
        """Once everybody shows what the service has, or after a bound; the record says which it was."""
        end = time.monotonic() + SETTLED_WITHIN
        while True:
            record = await self._record()
            last = record.stored[-1][0] if record.stored else -1
            is_quiet = all(_is_quiet(shown, last, record.marks) for shown in record.shown.values())
            if is_quiet or time.monotonic() > end:
                await asyncio.sleep(1.0)  # counts are asked for half a second after what changed them
                return await self._record()
            await asyncio.sleep(0.1)

    async def _record(self) -> Record:
        names = [person.identity for person in self.people]
        stored, marks = await asyncio.to_thread(self._look, names)
        return Record(
            sent={person.identity: list(person.sent) for person in self.people},
            acknowledged={body: index for person in self.people for body, index in person.acknowledged.items()},
            stored=stored,
            shown={person.identity: person.shown(names) for person in self.people},
            marks=marks,
        )

    def _look(self, names: list[str]) -> tuple[list[tuple[int, str, str]], dict[str, bool | None]]:
        path, stored = f"{self.tenant.path}/Channels/general/Messages?PageSize=1000", []
        while path:
            page = self.tenant.get(path)
            stored += [(message["index"], message["from"], message["body"]) for message in page["messages"]]
            path = page["meta"]["next_page_url"]
        marks = {name: self.tenant.get(f"{self.tenant.path}/Users/{name}")["is_online"] for name in names}
        return stored, marks

    async def close(self) -> None:
        await asyncio.gather(*(person.close() for person in self.people))
        await self.proxy.close()
        self.tenant.close()


class Tally(msgspec.Struct):
    """What a run came to."""

    seed: int
    messages: int = 0
    acknowledged: int = 0
    faults: dict[str, int] = {}
    broken: list[str] = []

    def add(self, record: Record, broken: list[str]) -> None:
        self.messages += len(record.stored)
        self.acknowledged += len(record.acknowledged)
        self.broken += broken
