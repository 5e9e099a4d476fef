"""Every official SDK with another make, and with our own client: one story at a time, one transcript each (contract
7.8)."""

import contextlib
import json
from pathlib import Path

import pytest

from tests.checker.proxy import Proxy
from tests.referees.sdk.parties import OWN, Detour, Party, ready_party
from tests.referees.sdk.stories import Story
from tests.referees.sdk.stories.interruption import Interruption
from tests.referees.sdk.stories.invitations import Invitations
from tests.referees.sdk.stories.reach import Reach
from tests.referees.sdk.stories.refusals import Refusals
from tests.referees.sdk.stories.talk import Talk
from tests.support.service import Tenant

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
PAIRS_WITH_INVITATIONS = (("chat-6.0.0", "chat-5.0.2"), ("chat-5.0.2", OWN), (OWN, "chat-6.0.0"))
STORIES: tuple[type[Story], ...] = (Talk, Reach, Interruption, Refusals)
WITH_NODE = [(pair, story) for story in STORIES for pair in PAIRS]
WITH_NODE += [(pair, Invitations) for pair in PAIRS_WITH_INVITATIONS]


def named(part: tuple[str, str] | type[Story]) -> str:
    return " with ".join(part) if isinstance(part, tuple) else part.__name__


async def hear(makes: tuple[str, str], told: type[Story], tenant: Tenant) -> None:
    """Have a pair tell a story. Raises AssertionError where it differs from the transcript."""
    async with contextlib.AsyncExitStack() as stack:
        link = Proxy(int(tenant.url.rpartition(":")[2]), seed=1)
        detour = Detour(tenant, await link.start())
        stack.push_async_callback(link.close)

        async def another(identity: str) -> Party:
            return await stack.enter_async_context(ready_party(makes[1], tenant, identity))

        alice = await stack.enter_async_context(ready_party(makes[0], tenant, "alice"))
        bob = await stack.enter_async_context(ready_party(makes[1], detour, "bob"))
        story = told(alice, bob, tenant, link, another)
        await story.run()
    transcript = Path(__file__).parent / "stories" / f"{told.__name__.lower()}.json"
    assert story.told == json.loads(transcript.read_text())


@pytest.mark.node
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("makes", "story"), WITH_NODE, ids=lambda part: getattr(part, "__name__", None) or " ".join(part)
)
async def test_a_pair_tells_the_one_story(makes: tuple[str, str], story: type[Story], tenant: Tenant) -> None:
    """Each make as alice and as bob."""
    await hear(makes, story, tenant)


@pytest.mark.parametrize("story", [*STORIES, Invitations], ids=named)
async def test_our_client_tells_it_with_itself(story: type[Story], tenant: Tenant) -> None:
    """Without Node too."""
    await hear((OWN, OWN), story, tenant)
