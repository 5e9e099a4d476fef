"""Our own client in the place of an SDK: the same commands, the same events, the same words."""

import asyncio
from typing import Any

from chat_tui.client import ChatClient, events
from chat_tui.protocol.errors import ChatError, Unauthenticated
from tests.referees.sdk.event_recorder import EventRecorder
from tests.referees.sdk.official import Realm
from tests.referees.sdk.own_commands import ChannelCommands, MessageCommands, UserCommands
from tests.referees.sdk.words import Told, told


class OwnClient(EventRecorder):
    """`ChatClient`, driven as the SDKs are."""

    def __init__(self, realm: Realm, identity: str, token: str | None = None) -> None:
        super().__init__(identity)
        self._client = ChatClient(realm.url, token or realm.token(identity))
        self._commands = [kind(self._client) for kind in (ChannelCommands, MessageCommands, UserCommands)]

    async def __aenter__(self) -> "OwnClient":
        self._listening = asyncio.create_task(self._listen(self._client.events()))
        self._starting = asyncio.create_task(self._start())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()
        for task in (self._starting, self._listening):
            task.cancel()
        await asyncio.wait([self._starting, self._listening])

    async def _start(self) -> None:
        try:
            await self._client.start()
        except Unauthenticated as error:
            self.record({"event": "state", "state": "failed", "code": error.code})
        else:
            self.record({"event": "state", "state": "initialized"})

    async def _listen(self, stream: events.EventStream) -> None:
        async for event in stream:
            if (found := told(event)) is not None:
                self.record(found)

    async def do(self, command: str, **arguments: Any) -> Any:
        [commands] = [each for each in self._commands if command in vars(type(each))]
        return await getattr(commands, command)(**arguments)

    async def attempt(self, command: str, **arguments: Any) -> Told:
        try:
            return {"ok": await self.do(command, **arguments)}
        except ChatError as error:
            return {"error": {"message": error.message, "status": error.status, "code": error.code}}
