"""Pages are cut by bytes as well as by count, and following their tokens still shows everything once, in order."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chat_tui.protocol.defaults import PAGE_BYTES
from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.sync import ObjectType, messages_name, own_channels_name, roster_name
from chat_tui.protocol.values import Order
from chat_tui.server.operations.access import find_object
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.operations.channels import CreateChannel, FetchChannel, ListChannels
from chat_tui.server.operations.members import AddMember, ListMembers, UpdateMember
from chat_tui.server.operations.messages import ListMessages, SendMessage
from chat_tui.server.operations.pages import Page, PageQuery
from chat_tui.server.operations.user_channels import ListUserChannels
from chat_tui.server.operations.users import ListUsers, UpdateUser
from chat_tui.server.sync import log, objects, pages
from chat_tui.server.sync.pages import ItemQuery
from chat_tui.server.sync.summary import MOST_BYTES, summary
from tests.server.conftest import Domain

LARGE = 30_000
COUNT = 30
LARGEST_PAGE = PAGE_BYTES + 64 * 1024

ATTRIBUTES = '{"a":"' + "x" * LARGE + '"}'


async def messages(domain: Domain, alice: ClientActor) -> Callable[[PageQuery], Any]:
    for number in range(COUNT):
        await domain.run(SendMessage(domain.service_sid, "general", f"{number} " + "x" * LARGE))
    return lambda asked: ListMessages(domain.service_sid, "general", Order.ASC, asked)


async def messages_back(domain: Domain, alice: ClientActor) -> Callable[[PageQuery], Any]:
    await messages(domain, alice)
    return lambda asked: ListMessages(domain.service_sid, "general", Order.DESC, asked)


async def channels(domain: Domain, alice: ClientActor) -> Callable[[PageQuery], Any]:
    for number in range(COUNT):
        await domain.run(CreateChannel(domain.service_sid, unique_name=f"c{number}", attributes=ATTRIBUTES))
    return lambda asked: ListChannels(domain.service_sid, page=asked)


async def own_channels(domain: Domain, alice: ClientActor) -> Callable[[PageQuery], Any]:
    await channels(domain, alice)
    for number in range(COUNT):
        await domain.run(AddMember(domain.service_sid, f"c{number}", "alice", attributes=ATTRIBUTES))
    return lambda asked: ListUserChannels(domain.service_sid, "alice", asked)


async def members(domain: Domain, alice: ClientActor) -> Callable[[PageQuery], Any]:
    for number in range(COUNT):
        await domain.user(f"u{number}")
        await domain.run(UpdateMember(domain.service_sid, "general", f"u{number}", attributes=ATTRIBUTES))
        await domain.run(UpdateUser(domain.service_sid, f"u{number}", attributes=ATTRIBUTES))
    return lambda asked: ListMembers(domain.service_sid, "general", page=asked)


async def users(domain: Domain, alice: ClientActor) -> Callable[[PageQuery], Any]:
    await members(domain, alice)
    return lambda asked: ListUsers(domain.service_sid, page=asked)


@pytest.mark.parametrize("size", [7, 1000])
@pytest.mark.parametrize("kind", [messages, messages_back, channels, own_channels, members, users])
async def test_a_page_of_large_rows_ends_early_and_the_next_goes_on(
    domain: Domain, kind: Callable[..., Awaitable[Callable[[PageQuery], Any]]], size: int
) -> None:
    """Forward to the end and back to the start: everything once, no page much larger than its bound."""
    ask = await kind(domain, await domain.user("alice"))
    seen, pages = [], []
    asked: PageQuery | None = PageQuery(size)
    while asked is not None:
        page: Page[Any] = await domain.run(ask(asked))
        assert page.items
        assert len(page.items) <= size
        pages.append(page)
        seen += page.items
        asked = page.next
    assert len({to_json(item) for item in seen}) == len(seen) >= COUNT
    assert all(sum(len(to_json(item)) for item in page.items) < 3 * LARGEST_PAGE for page in pages)
    assert len(pages) > 2
    back, asked = list(pages[-1].items), pages[-1].previous
    while asked is not None:
        page = await domain.run(ask(asked))
        assert page.items
        back = list(page.items) + back
        asked = page.previous
    assert [to_json(item) for item in back] == [to_json(item) for item in seen]


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("name", ["messages", "roster", "own"])
async def test_large_items_come_page_by_page(domain: Domain, name: str, order: str) -> None:
    """To the end and back to the start; what does not fit is not sent with the descriptor."""
    alice = await domain.user("alice")
    await {"messages": messages, "roster": members, "own": own_channels}[name](domain, alice)
    channel = await domain.run(FetchChannel(domain.service_sid, "general"))
    kind = ObjectType.LIST if name == "messages" else ObjectType.MAP
    sync_name = {
        "messages": messages_name(channel.sid),
        "roster": roster_name(channel.sid),
        "own": own_channels_name(alice.user_sid),
    }[name]

    async def page(**query: Any) -> Any:
        return await domain.core.store.read(
            lambda reader: pages.read_items(reader, find_object(reader, alice, kind, sync_name), ItemQuery(**query))
        )

    found = await page(order=order, page_size=1000)
    seen, sizes = list(found.items), [len(to_json(found))]
    while (token := found.meta["next_token"]) is not None:
        found = await page(token=token)
        seen += found.items
        sizes.append(len(to_json(found)))
    assert len(seen) >= COUNT
    assert max(sizes) < LARGEST_PAGE
    back = list(found.items)
    while (token := found.meta["previous_token"]) is not None:
        found = await page(token=token)
        back = found.items + back
    assert [item.url for item in back] == [item.url for item in seen]
    assert len({item.url for item in seen}) == len(seen)
    descriptor = await domain.core.store.read(
        lambda reader: objects.describe(reader, find_object(reader, alice, kind, sync_name), with_items=True)
    )
    assert (descriptor.items is None) == (len(sizes) > 1)


async def test_a_replay_and_a_summary_are_bounded_too(domain: Domain) -> None:
    """A batch of events ends early, and the next one goes on."""
    alice = await domain.user("alice")
    await messages(domain, alice)
    channel = await domain.run(FetchChannel(domain.service_sid, "general"))
    found = await domain.core.store.read(
        lambda reader: find_object(reader, alice, ObjectType.LIST, messages_name(channel.sid))
    )
    seen: list[int] = []
    while True:
        after = seen[-1] if seen else 0
        events = await domain.core.store.read(lambda reader: log.read(reader, found.sid, after, 200, 256 * 1024))  # noqa: B023
        if not events:
            break
        assert sum(len(event.notification) for event in events) < LARGEST_PAGE
        seen += [event.id for event in events]
    assert seen == list(range(1, COUNT + 1))
    told = await domain.core.store.read(lambda reader: summary(reader, found, 0))
    assert sum(map(len, told)) <= MOST_BYTES + 64 * 1024
