"""Clients of every make, as stories ask for them."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, Protocol

import pytest
from _pytest.mark import ParameterSet

from tests.referees.sdk.event_recorder import Event
from tests.referees.sdk.official import VERSIONS, Realm, SdkClient
from tests.referees.sdk.own import OwnClient
from tests.support.service import Tenant

OWN = "ours"


def as_parameters(makes: Iterable[str]) -> list[ParameterSet]:
    """Makes to be tested one by one; those that need Node say so."""
    return [pytest.param(make, marks=() if make == OWN else pytest.mark.node) for make in makes]


MAKES = as_parameters((*VERSIONS, OWN))
CHATS = as_parameters(make for make in (*VERSIONS, OWN) if not make.startswith("conversations"))
"""Conversations has neither invitations nor descriptors."""


class Party(Protocol):
    """A client, of whatever make, driven with the commands of sdk.cjs."""

    identity: str

    async def do(self, command: str, **arguments: Any) -> Any: ...
    async def attempt(self, command: str, **arguments: Any) -> Event: ...
    async def see(self, event: str, when: Callable[[Event], bool] = ...) -> Event: ...
    def seen(self, event: str, **wanted: Any) -> int: ...
    def forget(self) -> None: ...


class Detour:
    """A tenant by another way."""

    def __init__(self, tenant: Tenant, url: str) -> None:
        self.url = url
        self.token = tenant.token


@contextlib.asynccontextmanager
async def party(make: str, realm: Realm, identity: str, token: str | None = None) -> AsyncIterator[Party]:
    made = OwnClient(realm, identity, token) if make == OWN else SdkClient(realm, identity, token, version=make)
    async with made as client:
        yield client


@contextlib.asynccontextmanager
async def ready_party(make: str, realm: Realm, identity: str) -> AsyncIterator[Party]:
    """One that has started up."""
    async with party(make, realm, identity) as client:
        await client.see("state", lambda found: found["state"] == "initialized")
        yield client
