"""Plays the people: each is a real client that comes and goes, types, writes, reads, and turns push on and off."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable

from chat_tui.client import ChatClient, ChatError
from chat_tui.client.admin import AdminClient
from chat_tui.demo.script import PEOPLE, STAGES, Person, Stage
from chat_tui.local_service import LocalService

ONLINE_FOR = (25.0, 70.0)
OFFLINE_FOR = (6.0, 20.0)
BETWEEN_DEEDS = (2.0, 7.0)
TYPING_FOR = (0.8, 2.5)
"""Seconds, from and to."""

HISTORY = 4
"""Lines of each channel that were said before the curtain rises."""

Sleep = Callable[[float], Awaitable[object]]


async def seed(service: LocalService, viewer: str) -> None:
    """People, channels and the first lines, through REST; ``viewer`` is in every channel."""
    account = (service.account_sid, service.auth_token)
    async with AdminClient(service.url, *account, challenge=service.challenge) as admin:
        sid = service.service_sid
        for person in PEOPLE:
            await admin.create_user(sid, person.identity, person.friendly_name)
        for stage in STAGES:
            if stage.name != "general":
                await admin.create_channel(sid, stage.name, stage.title)
            for identity in (*stage.cast, viewer):
                await admin.add_member(sid, stage.name, identity)
            for number, line in enumerate(stage.lines[:HISTORY]):
                author = stage.cast[number % len(stage.cast)]
                await admin.send_message(sid, stage.name, author, line.format(you=viewer))


class Script:
    """What is said next in each channel; it starts over at the end."""

    def __init__(self, viewer: str) -> None:
        self._viewer = viewer
        self._next = dict.fromkeys((stage.name for stage in STAGES), HISTORY)

    def line(self, stage: Stage) -> str:
        number = self._next[stage.name]
        self._next[stage.name] = number + 1
        return stage.lines[number % len(stage.lines)].format(you=self._viewer)


class Player:
    """One person's life. ``dice`` decides; a seeded one makes a demo that can be repeated."""

    def __init__(
        self, person: Person, service: LocalService, script: Script, dice: random.Random, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._person = person
        self._service = service
        self._script = script
        self._dice = dice
        self._sleep = sleep
        self._stages = [stage for stage in STAGES if person.identity in stage.cast]
        self._has_push = False

    async def live(self, *, at_once: bool) -> None:
        """Come and go for ever."""
        if not at_once:
            await self._sleep(self._dice.uniform(*OFFLINE_FOR))
        while True:
            with contextlib.suppress(ChatError):
                await self._be_online()
            await self._sleep(self._dice.uniform(*OFFLINE_FOR))

    async def _be_online(self) -> None:
        token = self._service.token_for(self._person.identity)
        async with ChatClient(self._service.url, token, challenge=self._service.challenge) as client:
            if self._person.has_push and not self._has_push:
                await self._turn_push(client, on=True)
            remaining = self._dice.uniform(*ONLINE_FOR)
            while remaining > 0:
                pause = self._dice.uniform(*BETWEEN_DEEDS)
                await self._sleep(pause)
                remaining -= pause
                await self._do_something(client)

    async def _do_something(self, client: ChatClient) -> None:
        deed = self._dice.random()
        if deed < 0.6:
            await self._say_something(client)
        elif deed < 0.85:
            await self._read(client)
        else:
            await self._turn_push(client, on=not self._has_push)

    async def _say_something(self, client: ChatClient) -> None:
        stage = self._dice.choice(self._stages)
        channel = client.channels.find(stage.name)
        client.typing.keystroke(channel)
        await self._sleep(self._dice.uniform(*TYPING_FOR))
        await client.messages.send(channel, self._script.line(stage))

    async def _read(self, client: ChatClient) -> None:
        channel = client.channels.find(self._dice.choice(self._stages).name)
        if channel.last_index >= 0:
            await client.channels.set_consumption_horizon(channel, channel.last_index)

    async def _turn_push(self, client: ChatClient, *, on: bool) -> None:
        if on:
            await client.push.register(f"demo-{self._person.identity}")
        else:
            await client.push.unregister(f"demo-{self._person.identity}")
        self._has_push = on


async def play(service: LocalService, viewer: str, seed_number: int) -> None:
    """Everybody at once, until cancelled. Most are there from the start."""
    script = Script(viewer)
    async with asyncio.TaskGroup() as group:
        for number, person in enumerate(PEOPLE):
            dice = random.Random(f"{seed_number}-{person.identity}")  # noqa: S311 - a play, not a secret
            group.create_task(Player(person, service, script, dice).live(at_once=number < 4))
