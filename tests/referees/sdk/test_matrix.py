"""Every official SDK with another make, and with our own client: one story, one transcript."""

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.referees.sdk.official import SdkClient
from tests.referees.sdk.own import OwnClient
from tests.referees.sdk.scenario import Party, Story
from tests.support.service import Tenant

OWN = "ours"
PAIRS = (
    ("conversations-3.0.1", "conversations-3.0.1"),
    ("conversations-2.7.0", "chat-6.0.0"),
    ("chat-6.0.0", "conversations-2.2.2"),
    ("conversations-2.0.0", "chat-5.0.2"),
    ("chat-5.0.2", "conversations-2.7.0"),
    ("conversations-2.2.2", "conversations-2.0.0"),
    (OWN, "conversations-3.0.1"),
    ("conversations-3.0.1", OWN),
    (OWN, "chat-6.0.0"),
    ("chat-5.0.2", OWN),
)
TRANSCRIPT = Path(__file__).with_name("transcript.json")
"""What the newest SDK tells with itself."""


@contextlib.asynccontextmanager
async def party(make: str, tenant: Tenant, identity: str, token: str | None = None) -> AsyncIterator[Party]:
    made = OwnClient(tenant, identity, token) if make == OWN else SdkClient(make, tenant, identity, token)
    async with made as client:
        yield client


async def hear(makes: tuple[str, str], tenant: Tenant) -> None:
    """Have a pair tell the story. Raises AssertionError where it differs from the transcript."""
    async with party(makes[0], tenant, "alice") as alice, party(makes[1], tenant, "bob") as bob:
        story = Story(alice, bob, tenant)
        await story.run()
    expected = json.loads(TRANSCRIPT.read_text())
    for found, wanted in zip(story.told, expected, strict=True):
        assert found == wanted


@pytest.mark.node
@pytest.mark.timeout(120)
@pytest.mark.parametrize("makes", PAIRS, ids=" with ".join)
async def test_a_pair_tells_the_one_story(makes: tuple[str, str], tenant: Tenant) -> None:
    """Each make as alice and as bob."""
    await hear(makes, tenant)


async def test_our_client_tells_it_with_itself(tenant: Tenant) -> None:
    """Without Node too."""
    await hear((OWN, OWN), tenant)
